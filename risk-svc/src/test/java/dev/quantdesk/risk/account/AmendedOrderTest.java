package dev.quantdesk.risk.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Side;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An order that is amended needs the margin of what it will be, not of both. */
@Timeout(20)
class AmendedOrderTest {
    private static final PublicKey ALICE = new PublicKey(1, 0, 0, 1);
    private static final long ORDER = 7;

    private final Account account = new Account();
    private final Marks marks = TestMarkets.marks(100);

    AmendedOrderTest() {
        account.collateral(1_000, 1);
        UUID reservation = UUID.randomUUID();
        assertInstanceOf(Decision.Granted.class, reserve(reservation, 80, OrderDraft.NEW_ORDER));
        account.open(new OpenOrder(ORDER, TestMarkets.TEN_PERCENT, Side.BUY, 100, 80, false), reservation);
    }

    private Decision reserve(UUID reservation, long lots, long replaces) {
        OrderDraft draft = new OrderDraft(TestMarkets.TEN_PERCENT, Side.BUY, 100, lots, false, replaces);
        return account.reserve(reservation, draft, marks, 0);
    }

    private void amended(long ticks, long lots, UUID reservation) {
        account.amend(new EngineChange.Amended(ALICE, ORDER, ticks, lots, reservation));
    }

    private long requirement() {
        return account.margin(marks).requirementMicros();
    }

    @Test
    void shouldCountTheOrdersOwnMarginAsFree() {
        assertInstanceOf(Decision.Insufficient.class, reserve(UUID.randomUUID(), 100, OrderDraft.NEW_ORDER));
        UUID reservation = UUID.randomUUID();
        assertInstanceOf(Decision.Granted.class, reserve(reservation, 100, ORDER));
        amended(100, 100, reservation);
        assertEquals(1_000, requirement());
    }

    @Test
    void shouldRefuseWhatIsMoreThanAllThereIs() {
        assertEquals(new Decision.Insufficient(1_010, 1_000, 100, 10), reserve(UUID.randomUUID(), 101, ORDER));
        assertEquals(800, requirement());
    }

    @Test
    void shouldFreeWhatAnOrderThatShrankNeedsNoMore() {
        amended(100, 30, UUID.randomUUID());
        assertEquals(300, requirement());
        amended(90, 30, UUID.randomUUID());
        assertEquals(270, requirement());
        account.close(ORDER);
        assertEquals(0, requirement());
    }

    @Test
    void shouldFreeTheReservationOfAnAmendmentThatTheEngineRefused() {
        UUID reservation = UUID.randomUUID();
        reserve(reservation, 100, ORDER);
        account.release(reservation);
        assertEquals(800, requirement());
    }

    @Test
    void shouldContradictWhenAnUnknownOrderIsAmended() {
        account.close(ORDER);
        assertThrows(IllegalStateException.class, () -> amended(100, 30, UUID.randomUUID()));
    }
}
