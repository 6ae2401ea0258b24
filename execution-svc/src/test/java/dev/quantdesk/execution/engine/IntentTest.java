package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.book.Side;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class IntentTest {
    private static final long START_SECONDS = Orders.START_MILLIS / 1000;

    private final EngineFixture fixture = new EngineFixture();

    @Test
    void shouldCancelARestingOrderWhenItsIntentExpires() {
        Command.PlaceOrder order =
                by(ALICE).sell(5).at(100).expiresAt(START_SECONDS + 10).build();
        fixture.send(order);
        assertEquals(Orders.START_MILLIS + 10_000, fixture.engine.nextExpiryMillis());

        fixture.engine.onTimer(Orders.START_MILLIS + 9_999, fixture.events::add);
        assertEquals(1, fixture.events.size());
        fixture.engine.onTimer(Orders.START_MILLIS + 10_000, fixture.events::add);
        EngineEvent.OrderCancelled cancelled = fixture.last(EngineEvent.OrderCancelled.class);
        assertEquals(CancelReason.INTENT_EXPIRED, cancelled.reason());
        assertEquals(5, cancelled.cancelledLots());
        assertEquals(OrderEngine.NO_EXPIRY, fixture.engine.nextExpiryMillis());
        assertEquals(OrderStatus.EXPIRED, fixture.stateOf(order).status());
    }

    @Test
    void shouldNotTradeOnAnExpiredIntentWhenTheTimerIsLate() {
        fixture.place(by(ALICE).sell(5).at(100).expiresAt(START_SECONDS + 10));
        fixture.nowMillis += 10_000;
        assertEquals(OrderStatus.OPEN, fixture.place(by(BOB).buy(5).at(100)).status());
        assertEquals(List.of(), fixture.engine.depth(Orders.MARKET, Side.SELL, 1));
    }

    @Test
    void shouldCancelInTheOrderOfExpiry() {
        fixture.place(by(ALICE).sell(5).at(100).expiresAt(START_SECONDS + 30));
        fixture.place(by(ALICE).sell(5).at(100).expiresAt(START_SECONDS + 20));
        fixture.place(by(ALICE).sell(5).at(100).expiresAt(START_SECONDS + 20));
        fixture.engine.onTimer(Orders.START_MILLIS + 60_000, fixture.events::add);
        assertEquals(
                List.of(2L, 3L, 1L),
                fixture.events(EngineEvent.OrderCancelled.class).stream()
                        .map(cancelled -> cancelled.ref().orderId())
                        .toList());
    }

    @Test
    void shouldRefuseAnExpiredIntent() {
        fixture.refused(
                RefusalReason.INTENT_EXPIRED,
                START_SECONDS,
                START_SECONDS,
                by(ALICE).expiresAt(START_SECONDS));
    }

    @Test
    void shouldRefuseAnIntentThatLivesTooLong() {
        long latest = START_SECONDS + 30L * 24 * 3600;
        fixture.place(by(ALICE).expiresAt(latest));
        fixture.refused(
                RefusalReason.INTENT_LIFE_TOO_LONG,
                latest + 1,
                latest,
                by(ALICE).expiresAt(latest + 1));
    }

    @Test
    void shouldRefuseAReplayedNonceWhateverBecameOfTheOrder() {
        fixture.place(by(ALICE).buy(1).nonce(77).ioc());
        fixture.refused(RefusalReason.NONCE_REPLAYED, 77, 0, by(ALICE).nonce(77));
    }

    @Test
    void shouldKnowASessionKeysNoncesByTheKeyNotTheAccount() {
        fixture.place(by(ALICE).signer(CAROL).nonce(77));
        fixture.place(by(ALICE).nonce(77));
        fixture.refused(
                RefusalReason.NONCE_REPLAYED, 77, 0, by(BOB).signer(CAROL).nonce(77));
    }

    @Test
    void shouldNotUseUpTheNonceOfARefusedOrder() {
        Orders order = by(ALICE).sell(5).at(100).fok();
        fixture.refused(RefusalReason.FOK_NOT_FILLABLE, order.build());
        fixture.place(order.timeInForce(TimeInForce.GTC).reservation(new UUID(9, 9)));
    }

    @Test
    void shouldTakeTheNonceAgainOnceTheIntentHasExpired() {
        fixture.place(by(ALICE).nonce(77).expiresAt(START_SECONDS + 10));
        fixture.nowMillis += 10_000;
        fixture.place(by(ALICE).nonce(77));
    }

    @Test
    void shouldNotLetTimeGoBack() {
        fixture.place(by(ALICE).nonce(77).expiresAt(START_SECONDS + 10));
        fixture.nowMillis += 10_000;
        fixture.place(by(ALICE));
        fixture.nowMillis -= 10_000;
        fixture.refused(
                RefusalReason.INTENT_EXPIRED,
                START_SECONDS + 10,
                START_SECONDS + 10,
                by(ALICE).expiresAt(START_SECONDS + 10));
        assertEquals(Orders.START_MILLIS + 10_000, fixture.events.getLast().timeMillis());
    }
}
