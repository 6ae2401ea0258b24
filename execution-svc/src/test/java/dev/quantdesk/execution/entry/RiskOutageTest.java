package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import io.vertx.core.Vertx;
import java.net.ServerSocket;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Without risk-svc nothing may add risk; what reduces it and what ends it still works. */
@Timeout(30)
class RiskOutageTest {
    private final EntryFixture mesh = new EntryFixture();

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"UPSTREAM_UNAVAILABLE", "SERVICE_STOPPING", "SERVER_OVERLOADED", "INTERNAL"})
    void shouldRefuseOrdersThatAddRiskWhenNoAnswerComes(Reason failure) {
        mesh.riskRefuses = failure;
        Refusal refusal = Refusal.expect(
                Reason.RISK_UNAVAILABLE,
                () -> mesh.place(OrderForm.buy(OrderForm.ALICE, "0.01").at("100")));
        assertEquals(1_000, refusal.retryMillis());
        assertEquals(List.of(), mesh.commands);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"UPSTREAM_UNAVAILABLE", "SERVICE_STOPPING", "SERVER_OVERLOADED", "INTERNAL"})
    void shouldLetReduceOnlyPassWhenNoAnswerComes(Reason failure) throws Exception {
        mesh.place(OrderForm.buy(OrderForm.ALICE, "0.01").at("100"));
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.01").at("100"));
        mesh.riskRefuses = failure;
        var placed =
                mesh.place(OrderForm.sell(OrderForm.ALICE, "0.01").at("100").reduceOnly());
        assertFalse(placed.repeated());
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, placed.order().getStatus());
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"INSUFFICIENT_MARGIN", "NO_COLLATERAL", "MARK_PRICE_STALE", "IDENTITY_INVALID"})
    void shouldHandOnWhatRiskSaysEvenToReduceOnly(Reason answer) {
        mesh.riskRefuses = answer;
        Refusal.expect(
                answer, () -> mesh.place(OrderForm.buy(OrderForm.ALICE, "0.01").at("100")));
        Refusal.expect(
                answer,
                () -> mesh.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").reduceOnly()));
        assertEquals(List.of(), mesh.commands);
    }

    @Test
    void shouldTellAServiceThatIsNotThereFromOneThatRefuses() throws Exception {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        Vertx vertx = Vertx.vertx();
        try (RpcClient client = new RpcClient(vertx, new HostAndPort("127.0.0.1", closedPort), Telemetry.none())) {
            RiskGate gate = new RiskGate(client, EntryFixture.RISK_TIMEOUT);
            var market = OrderForm.MARKETS.bySymbol("BTC-PERP").orElseThrow();
            OrderTicket ticket = OrderTicket.of(
                    OrderForm.buy(OrderForm.ALICE, "0.01").at("100").build(), market);
            OrderTicket reducing = OrderTicket.of(
                    OrderForm.buy(OrderForm.ALICE, "0.01")
                            .at("100")
                            .reduceOnly()
                            .build(),
                    market);
            var call = EntryFixture.call(OrderForm.ALICE);
            var checked = new IntentChecks.Checked(null, 1_000, OptionalLong.empty());
            Refusal.expect(
                    Reason.RISK_UNAVAILABLE,
                    () -> gate.reserve(UUID.randomUUID(), ticket, checked, RiskGate.NEW_ORDER, call));
            gate.reserve(UUID.randomUUID(), reducing, checked, RiskGate.NEW_ORDER, call);
        } finally {
            vertx.close().await();
        }
    }
}
