package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.TradeOrdersSettings;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream's identity is asked for anew every few seconds: it ends with the sign-out, and outlives an answer that fails to come. */
@Timeout(90)
class TradeStreamIdentityTest {
    private TradingFixture mesh;

    @BeforeEach
    void start() throws Exception {
        mesh = new TradingFixture();
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    private static OrderForm buy() {
        return OrderForm.buy(OrderForm.ALICE, "0.01").at("100");
    }

    @Test
    void shouldEndAndCancelWhenTheTraderHasSignedOut() throws Exception {
        mesh.identities = (_, _) -> {
            throw ApiException.refuse(Reason.SESSION_INVALID, "signed out").build();
        };
        TradingClient client = mesh.open();
        client.settings(TradeOrdersSettings.newBuilder().setCancelOnDisconnect(true));
        client.place(buy());
        client.answer();
        Order order = client.order();
        assertEquals("SESSION_INVALID", client.awaitEnd());
        TradingFixture.await(
                "the order ends with its stream",
                () -> mesh.shown(order).getCancelReason() == CancelReason.CANCEL_REASON_DISCONNECTED);
    }

    @Test
    void shouldGoOnWithTheTokenItHasAndThenWithTheNewOne() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch maySayTheNewOne = new CountDownLatch(1);
        Identity.Trader renewed = new Identity.Trader(
                OrderForm.ALICE.publicKey(),
                "PRO",
                List.of(new Identity.Delegate(
                        OrderForm.SESSION_KEY.publicKey(), OrderForm.NOW_SECONDS + 600, 1_000_000_000L)));
        mesh.identities = (_, _) -> {
            if (asked.incrementAndGet() == 1) {
                throw ApiException.refuse(Reason.UPSTREAM_UNAVAILABLE, "away").build();
            }
            maySayTheNewOne.await();
            return new TradeStreams.TraderAccess(renewed, "the new token");
        };
        TradingClient client = mesh.open();
        client.place(OrderForm.buy(OrderForm.SESSION_KEY, "0.01").at("100"));
        assertEquals("ACCOUNT_MISMATCH", client.refusal());
        TradingFixture.await("auth-svc is asked", () -> asked.get() >= 1);
        client.place(buy());
        client.order();
        assertTrue(!mesh.riskToken.equals("the new token"), mesh.riskToken);
        maySayTheNewOne.countDown();
        TradingFixture.await("auth-svc is asked again", () -> asked.get() >= 2);
        TradingFixture.await("the new token is used", () -> {
            try {
                client.place(buy());
                client.order();
                return mesh.riskToken.equals("the new token");
            } catch (InterruptedException stopped) {
                throw new AssertionError(stopped);
            }
        });
        client.place(OrderForm.buy(OrderForm.SESSION_KEY, "0.01").at("100"));
        client.order();
    }
}
