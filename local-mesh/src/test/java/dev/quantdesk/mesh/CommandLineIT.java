package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.process.PartFailedException;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.Shell;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.execution.v1.ListOrdersRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import io.grpc.StatusRuntimeException;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ./quantdesk as its user types it. */
@Timeout(300)
class CommandLineIT {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @BeforeAll
    static void startMesh() {
        TestMesh.get();
    }

    private static String dataDir() {
        return TestMesh.get().options().dataDir().toString();
    }

    @Test
    void shouldPrintOneJsonObjectWhenTheDemoRunsAgainstARunningMesh() throws Exception {
        Shell.Result result = Shell.quantdesk(Duration.ofMinutes(2), "demo", "--json", "--data-dir", dataDir());
        assertEquals(0, result.exitCode(), result.output());
        JsonObject report = new JsonObject(result.output().strip());
        assertEquals("SETTLED", report.getString("status"), report.encode());
        Shell.Result trace = Shell.quantdesk(MINUTE, "trace", report.getString("order_id"), "--data-dir", dataDir());
        assertEquals(0, trace.exitCode(), trace.output());
        assertTrue(trace.output().contains("settlement"), trace.output());
    }

    @Test
    void shouldFillTheOrderTablesAgainFromTheLogWhenTheyAreDropped() throws Exception {
        try (TraderClient trader = TestMesh.fundedTrader()) {
            Order order = trader.orders()
                    .placeOrder(trader.limitOrder(
                                    "ADA-PERP",
                                    Side.SIDE_BUY,
                                    "0.02",
                                    "10",
                                    TimeInForce.TIME_IN_FORCE_GTC,
                                    trader.wallet())
                            .build())
                    .getOrder();
            Shell.Result result = Shell.quantdesk(Duration.ofMinutes(2), "rebuild", "--data-dir", dataDir());
            assertEquals(0, result.exitCode(), result.output());
            assertTrue(result.output().contains("events again after"), result.output());
            Await.until(
                    "the order in the tables",
                    MINUTE,
                    () -> trader.orders()
                            .listOrders(ListOrdersRequest.getDefaultInstance())
                            .getOrdersList(),
                    listed ->
                            listed.size() == 1 && listed.getFirst().getOrderId().equals(order.getOrderId()));
            TestMesh.leave(trader);
        }
    }

    @Test
    void shouldShowEveryPartWhenAskedForTheStatus() throws Exception {
        Shell.Result result = Shell.quantdesk(MINUTE, "status", "--json", "--data-dir", dataDir());
        assertEquals(0, result.exitCode(), result.output());
        JsonObject status = new JsonObject(result.output().strip());
        assertTrue(status.getBoolean("healthy"));
        assertTrue(status.getJsonArray("parts").size() >= 12, result.output());
        assertTrue(status.getLong("memory_bytes") > 0);
    }

    @Test
    void shouldPrintALogWhenThePartExistsAndNameThemAllWhenItDoesNot() throws Exception {
        Shell.Result log = Shell.quantdesk(MINUTE, "logs", "risk-svc", "--data-dir", dataDir());
        assertEquals(0, log.exitCode());
        assertTrue(log.output().contains("risk-svc"), log.output());
        Shell.Result unknown = Shell.quantdesk(MINUTE, "logs", "no-such-part", "--data-dir", dataDir());
        assertNotEquals(0, unknown.exitCode());
        assertTrue(unknown.output().contains("execution-svc"), unknown.output());
    }

    @Test
    void shouldSayWhatToDoWhenNoMeshRuns() throws Exception {
        Shell.Result result = Shell.quantdesk(MINUTE, "status", "--data-dir", dataDir() + "-none");
        assertEquals(1, result.exitCode());
        assertTrue(result.output().contains("./quantdesk up"), result.output());
    }

    @Test
    void shouldSayWhatToDoWhenAPrerequisiteIsMissing() throws Exception {
        Shell.Result result = Shell.run(
                TestMesh.root(),
                Map.of("PATH", "/usr/bin:/bin", "HOME", "/nonexistent"),
                MINUTE,
                List.of(
                        "bash",
                        "-c",
                        "mkdir -p local-mesh/target/bare && cd local-mesh/target/bare && for t in bash sed dirname readlink find cat; do ln -sf $(command -v $t) .; done;"
                                + " cd ../../.. && PATH=$PWD/local-mesh/target/bare ./quantdesk status"));
        assertNotEquals(0, result.exitCode(), result.output());
        assertTrue(result.output().contains("Maven") && result.output().contains("Install"), result.output());
    }

    @Test
    void shouldNameThePortAndLeaveNothingBehindWhenItIsTaken() throws Exception {
        MeshOptions options = TestMesh.options("taken", 6_200, false);
        try (ServerSocket squatter = new ServerSocket()) {
            squatter.bind(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), options.ports().gateway()));
            PartFailedException failed =
                    Assertions.assertThrows(PartFailedException.class, () -> Mesh.start(options, System.out::println));
            assertTrue(failed.getMessage().contains("Port " + options.ports().gateway()), failed.getMessage());
            assertTrue(failed.getMessage().contains("--port-offset"), failed.getMessage());
        }
        assertFalse(Files.exists(options.dataDir()), "a refused mesh leaves nothing behind");
    }

    @Test
    void shouldSayWhatIsWrongWithADataDirectoryThatCanNotBeUsed() throws Exception {
        Shell.Result file = Shell.quantdesk(
                MINUTE,
                "up",
                "--port-offset",
                "6200",
                "--detach",
                "--data-dir",
                TestMesh.root().resolve("pom.xml/x").toString());
        assertEquals(1, file.exitCode(), file.output());
        assertTrue(file.output().contains("pom.xml/x") && file.output().contains("--data-dir DIR"), file.output());
        Shell.Result empty = Shell.quantdesk(MINUTE, "status", "--data-dir", "");
        assertEquals(1, empty.exitCode(), empty.output());
        assertTrue(empty.output().contains("--data-dir needs the name of a directory"), empty.output());
    }

    /** Another chain's money is real for all the mesh knows, whatever that chain is. */
    private static void shouldRefuseTestFundsOnAnotherChain(MeshOptions options) {
        TraderClient trader = TestMesh.trader(options, KeyPair.generate(new SecureRandom()));
        try {
            trader.signIn();
            Refusal refusal =
                    Refusal.of(Assertions.assertThrows(StatusRuntimeException.class, trader::requestTestFunds));
            assertEquals("FAUCET_LOCAL_ONLY", refusal.reason());
        } finally {
            trader.close();
        }
    }

    @Test
    @Timeout(660)
    void shouldComeUpDetachedAndGoDownWithoutLeavingAProcessWhenToldTo() throws Exception {
        MeshOptions options = TestMesh.options("detached", 6_300, true);
        String[] where = {
            "--port-offset", "6300", "--data-dir", options.dataDir().toString()
        };
        Shell.Result up =
                Shell.quantdesk(Duration.ofMinutes(4), "up", "--detach", where[0], where[1], where[2], where[3]);
        try {
            assertEquals(0, up.exitCode(), up.output());
            assertTrue(up.output().contains("the order is ORDER_STATUS_SETTLED"), up.output());
            MeshState first = MeshState.read(options.stateFile()).orElseThrow();

            first.supervisor().process().orElseThrow().destroyForcibly();
            Shell.Result again = Shell.quantdesk(
                    Duration.ofMinutes(4),
                    "up",
                    "--detach",
                    where[0],
                    where[1],
                    where[2],
                    where[3],
                    "--solana-rpc",
                    TestMesh.get().options().solanaRpcUrl());

            assertEquals(0, again.exitCode(), again.output());
            assertTrue(Files.exists(options.stateFile()));
            assertTrue(again.output().contains("processes that an earlier mesh had left behind"), again.output());
            for (MeshState.RunningPart part : first.parts()) {
                assertEquals(Optional.empty(), ProcessHandle.of(part.pid()).filter(ProcessHandle::isAlive));
            }
            shouldRefuseTestFundsOnAnotherChain(options);
        } finally {
            MeshState state = MeshState.read(options.stateFile()).orElseThrow();
            Shell.Result down = Shell.quantdesk(Duration.ofMinutes(2), "down", where[2], where[3]);
            assertEquals(0, down.exitCode(), down.output());
            for (MeshState.RunningPart part : state.parts()) {
                assertTrue(
                        ProcessHandle.of(part.pid())
                                .filter(ProcessHandle::isAlive)
                                .isEmpty(),
                        part.name() + " still runs");
            }
        }
    }
}
