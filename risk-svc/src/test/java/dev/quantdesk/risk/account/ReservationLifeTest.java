package dev.quantdesk.risk.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Side;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ReservationLifeTest {
    private static final PublicKey TRADER = TestMarkets.account(1);
    private static final Marks MARKS = TestMarkets.marks(100);
    private static final OrderDraft DRAFT = new OrderDraft(TestMarkets.TEN_PERCENT, Side.BUY, 100, 40, false);
    private static final Accounts.Touched NOBODY = new Accounts.Touched() {
        @Override
        public void position(PublicKey account, dev.quantdesk.kit.market.Market market) {}

        @Override
        public void opened(PublicKey account, long orderId) {
            order(account, orderId);
        }

        @Override
        public void order(PublicKey account, long orderId) {}
    };

    private final Accounts accounts = new Accounts();
    private final UUID id = UUID.randomUUID();

    @BeforeEach
    void deposit() {
        accounts.change(TRADER, account -> account.collateral(1_000, 1));
    }

    private long required() {
        return accounts.ask(TRADER, account -> account.margin(MARKS).requirementMicros())
                .orElseThrow();
    }

    @Test
    void shouldGiveTheFirstOutcomeWhenRepeated() {
        Decision first = accounts.reserve(TRADER, id, DRAFT, MARKS, 0);
        Decision second = accounts.reserve(TRADER, id, DRAFT, TestMarkets.marks(50), 10);

        assertSame(first, second);
        assertEquals(400, required());
        assertEquals(1, accounts.heldReservations());
    }

    @Test
    void shouldGiveTheFirstRefusalWhenRepeated() {
        OrderDraft tooLarge = new OrderDraft(TestMarkets.TEN_PERCENT, Side.BUY, 100, 400, false);
        Decision first = accounts.reserve(TRADER, id, tooLarge, MARKS, 0);
        accounts.change(TRADER, account -> account.collateral(1_000_000, 2));

        assertInstanceOf(Decision.Insufficient.class, first);
        assertSame(first, accounts.reserve(TRADER, id, tooLarge, MARKS, 10));
    }

    @Test
    void shouldBeRefusedWhenTheIdNamesAnotherOrder() {
        accounts.reserve(TRADER, id, DRAFT, MARKS, 0);
        OrderDraft other = new OrderDraft(TestMarkets.TEN_PERCENT, Side.BUY, 100, 41, false);

        assertThrows(ReservationException.Reused.class, () -> accounts.reserve(TRADER, id, other, MARKS, 0));
    }

    @Test
    void shouldBecomeTheOpenOrderWhenAccepted() {
        accounts.reserve(TRADER, id, DRAFT, MARKS, 0);
        OpenOrder order = new OpenOrder(1, TestMarkets.TEN_PERCENT, Side.BUY, 100, 40, false);
        accounts.apply(new EngineChange.Accepted(TRADER, order, id), NOBODY);

        assertEquals(400, required());
        assertEquals(0, accounts.heldReservations());
        // A repeat that was under way for long still has the first outcome and reserves nothing more.
        assertInstanceOf(Decision.Granted.class, accounts.reserve(TRADER, id, DRAFT, MARKS, 0));
        assertEquals(400, required());
    }

    @Test
    void shouldBeFreeWhenTheEngineRefuses() {
        accounts.reserve(TRADER, id, DRAFT, MARKS, 0);
        accounts.apply(new EngineChange.Refused(TRADER, id), NOBODY);
        accounts.apply(new EngineChange.Refused(TRADER, id), NOBODY);

        assertEquals(0, required());
        assertEquals(0, accounts.heldReservations());
    }

    @Test
    void shouldBeFreeWhenNothingTookItUpInTime() {
        accounts.reserve(TRADER, id, DRAFT, MARKS, 1_000);

        accounts.forgetDecisions(999, true);
        assertEquals(400, required());
        accounts.forgetDecisions(1_000, true);
        assertEquals(0, required());
        assertEquals(0, accounts.heldReservations());
    }

    @Test
    void shouldStayWhileEventsMayStillBeOnTheirWay() {
        accounts.reserve(TRADER, id, DRAFT, MARKS, 1_000);
        UUID refused = UUID.randomUUID();
        accounts.reserve(TRADER, refused, DRAFT, MARKS, 1_000);
        accounts.apply(new EngineChange.Refused(TRADER, refused), NOBODY);

        accounts.forgetDecisions(50_000, false);

        assertEquals(400, required());
        // The refused one was forgotten, so its id is free for a new decision; the held one was not.
        assertInstanceOf(Decision.Granted.class, accounts.reserve(TRADER, refused, DRAFT, MARKS, 60_000));
        assertEquals(800, required());
    }

    @Test
    void shouldBeBoundedInNumber() {
        accounts.change(TRADER, account -> account.collateral(1_000_000_000, 2));
        for (int count = 0; count < Reservations.HELD_MAX; count++) {
            accounts.reserve(TRADER, UUID.randomUUID(), DRAFT, MARKS, 0);
        }

        assertThrows(
                ReservationException.TooMany.class, () -> accounts.reserve(TRADER, UUID.randomUUID(), DRAFT, MARKS, 0));
        assertEquals(Reservations.HELD_MAX, accounts.heldReservations());
    }

    @Test
    void shouldForgetTheOldestRefusalsBeyondTheBound() {
        OrderDraft tooLarge = new OrderDraft(TestMarkets.TEN_PERCENT, Side.BUY, 100, 400, false);
        accounts.reserve(TRADER, id, DRAFT, MARKS, 0);
        UUID oldest = UUID.randomUUID();
        Decision first = accounts.reserve(TRADER, oldest, tooLarge, MARKS, 0);
        for (int count = 0; count < Reservations.REMEMBERED_MAX; count++) {
            accounts.reserve(TRADER, UUID.randomUUID(), tooLarge, MARKS, 0);
        }
        accounts.change(TRADER, account -> account.collateral(1_000_000, 2));

        assertInstanceOf(Decision.Insufficient.class, first);
        assertInstanceOf(Decision.Granted.class, accounts.reserve(TRADER, oldest, tooLarge, MARKS, 0));
        // What holds margin is never forgotten for want of room.
        assertInstanceOf(Decision.Granted.class, accounts.reserve(TRADER, id, DRAFT, MARKS, 0));
        assertEquals(400 + 4_000, required());
    }
}
