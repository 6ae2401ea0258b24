package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Reply;
import io.aeron.Aeron;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.security.AuthenticationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class IngressKeyTest {
    @TempDir
    Path dataDir;

    @Test
    void shouldTurnAwayWhoeverDoesNotShowTheKey() throws IOException {
        try (TestNode node = TestNode.start(dataDir)) {
            Path aeronDir = dataDir.resolve("aeron");
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(aeronDir.resolve("ingress.key"))));
            try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(aeronDir.toString()))) {
                AeronCluster.Context stranger = new AeronCluster.Context()
                        .aeron(aeron)
                        .ownsAeronClient(false)
                        .ingressChannel("aeron:ipc?term-length=256k")
                        .egressChannel("aeron:ipc?term-length=256k")
                        .messageTimeoutNs(TimeUnit.SECONDS.toNanos(5));
                assertThrows(
                        AuthenticationException.class,
                        () -> AeronCluster.connect(stranger).close());
            }
            long expirySeconds = System.currentTimeMillis() / 1000 + 60;
            Reply reply =
                    node.send(Orders.by(Orders.ALICE).expiresAt(expirySeconds).build());
            assertInstanceOf(Reply.Accepted.class, reply);
            assertTrue(node.client.isConnected());
        }
    }
}
