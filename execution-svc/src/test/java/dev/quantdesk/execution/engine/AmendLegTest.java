package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.EXPIRY_SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.quantdesk.execution.book.Side;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An amended leg leaves its bracket one. Alice buys 10 at 100, with targets at 110 and 120, a stop at 90 and a time exit. */
@Timeout(10)
class AmendLegTest {
    private static final int ENTRY = 0;
    private static final int NEAR_TARGET = 1;
    private static final int STOP = 3;
    private static final int TIME_EXIT = 4;
    private static final long DAY_SECONDS = 86_400;
    private static final long EXIT_MILLIS = EXPIRY_SECONDS * 1000 - 60_000;

    private final EngineFixture fixture = new EngineFixture();
    private long firstId;

    private void place() {
        Command.PlaceBracket bracket = BracketForm.of(
                        Orders.by(ALICE).buy(10).at(100).signedFor(150, 10))
                .target(Orders.by(ALICE).sell(6).at(110).signedFor(50, 6))
                .target(Orders.by(ALICE).sell(4).at(120).signedFor(50, 4))
                .stop(Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.STOP, PriceSource.LAST, 90))
                .exitAt(EXIT_MILLIS, Orders.by(ALICE).sell(10).at(80))
                .build();
        firstId = assertInstanceOf(Reply.BracketPlaced.class, fixture.send(bracket))
                .firstOrderId();
    }

    private Command.AmendOrder amendment(int leg, long price, long trigger, Optional<SignedIntent> intent) {
        return new Command.AmendOrder(
                ALICE,
                firstId + leg,
                "",
                price,
                0,
                trigger,
                intent,
                new UUID(8, fixture.events.size()),
                TraceParent.NONE);
    }

    /** A new intent for a leg, as wide as any. */
    private Command.AmendOrder signedUntil(int leg, long expirySeconds) {
        boolean buy = leg == ENTRY;
        SignedIntent intent = Orders.by(ALICE)
                .side(buy ? Side.BUY : Side.SELL, 10)
                .at(buy ? 150 : 50)
                .expiresAt(expirySeconds)
                .build()
                .intent();
        return amendment(leg, 0, 0, Optional.of(intent));
    }

    private Command.AmendOrder price(int leg, long ticks) {
        return amendment(leg, ticks, 0, Optional.empty());
    }

    private Command.AmendOrder trigger(int leg, long ticks) {
        return amendment(leg, 0, ticks, Optional.empty());
    }

    private void amended(Command.AmendOrder amendment) {
        assertInstanceOf(Reply.Amended.class, fixture.send(amendment));
    }

    private void refused(RefusalReason reason, long value, long bound, Command.AmendOrder amendment) {
        Reply.Refused refused = fixture.refused(reason, amendment);
        assertEquals(List.of(value, bound), List.of(refused.value(), refused.bound()));
        assertEquals(
                amendment.reservationId(),
                fixture.last(EngineEvent.OrderRefused.class).reservationId());
    }

    @Test
    void shouldNotLetTheEntryOutliveAnyOfItsExits() {
        place();
        long later = EXPIRY_SECONDS + DAY_SECONDS;
        for (int leg = NEAR_TARGET; leg <= TIME_EXIT; leg++) {
            refused(
                    RefusalReason.EXIT_ENDS_BEFORE_ENTRY,
                    later * 1000,
                    EXPIRY_SECONDS * 1000,
                    signedUntil(ENTRY, later));
            amended(signedUntil(leg, later));
        }
        amended(signedUntil(ENTRY, later));
    }

    @Test
    void shouldNotLetAnExitEndBeforeItsEntry() {
        place();
        long sooner = EXPIRY_SECONDS - 1;
        refused(RefusalReason.EXIT_ENDS_BEFORE_ENTRY, sooner * 1000, EXPIRY_SECONDS * 1000, signedUntil(STOP, sooner));
        amended(signedUntil(ENTRY, sooner));
        amended(signedUntil(STOP, sooner));
    }

    @Test
    void shouldLetAnExitEndAsItWillWhenTheEntryHas() {
        place();
        fixture.place(Orders.by(BOB).sell(10).at(100));
        amended(signedUntil(STOP, EXPIRY_SECONDS - 1_000));
    }

    @Test
    void shouldNotLetATimeExitEndBeforeItsTime() {
        place();
        fixture.place(Orders.by(BOB).sell(10).at(100));
        long atItsTime = EXIT_MILLIS / 1000;
        refused(RefusalReason.BAD_EXIT_TIME, EXIT_MILLIS, EXIT_MILLIS - 1, signedUntil(TIME_EXIT, atItsTime));
        amended(signedUntil(TIME_EXIT, atItsTime + 1));
    }

    @Test
    void shouldKeepTheEntryBetweenItsExits() {
        place();
        refused(RefusalReason.EXIT_NOT_BEYOND_ENTRY, 130, 109, price(ENTRY, 130));
        refused(RefusalReason.EXIT_NOT_BEYOND_ENTRY, 110, 109, price(ENTRY, 110));
        refused(RefusalReason.EXIT_NOT_BEYOND_ENTRY, 90, 91, price(ENTRY, 90));
        amended(price(ENTRY, 109));
        amended(price(ENTRY, 91));
    }

    @Test
    void shouldKeepExitsBeyondTheirEntry() {
        place();
        refused(RefusalReason.EXIT_NOT_BEYOND_ENTRY, 100, 101, price(NEAR_TARGET, 100));
        refused(RefusalReason.EXIT_NOT_BEYOND_ENTRY, 105, 99, trigger(STOP, 105));
        amended(price(NEAR_TARGET, 101));
        amended(trigger(STOP, 99));
    }

    @Test
    void shouldLetAStopPassTheEntryThatHasEnded() {
        place();
        fixture.place(Orders.by(BOB).sell(10).at(100));
        fixture.place(Orders.by(CAROL).buy(1).at(110));
        amended(trigger(STOP, 105));
    }

    @Test
    void shouldMirrorThePricesForAShort() {
        Command.PlaceBracket bracket = BracketForm.of(
                        Orders.by(ALICE).sell(10).at(100).signedFor(50, 10))
                .target(Orders.by(ALICE).buy(10).at(90))
                .stop(Orders.by(ALICE).buy(10).at(130).market().when(Trigger.Kind.STOP, PriceSource.LAST, 110))
                .build();
        firstId = assertInstanceOf(Reply.BracketPlaced.class, fixture.send(bracket))
                .firstOrderId();
        refused(RefusalReason.EXIT_NOT_BEYOND_ENTRY, 85, 91, price(ENTRY, 85));
        refused(RefusalReason.EXIT_NOT_BEYOND_ENTRY, 100, 101, trigger(2, 100));
        amended(price(ENTRY, 91));
    }
}
