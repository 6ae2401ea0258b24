package dev.quantdesk.risk.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Side;
import dev.quantdesk.risk.support.TestMarkets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An order of a bracket takes the margin of what its bracket lets it trade. */
@Timeout(20)
class SizedOrderTest {
    private static final PublicKey ALICE = new PublicKey(1, 0, 0, 1);
    private static final long ALTERNATIVE = 7;
    private static final long EXIT = 8;

    private final Account account = new Account();
    private final Marks marks = TestMarkets.marks(100);

    SizedOrderTest() {
        account.collateral(1_000, 1);
        account.open(
                new OpenOrder(ALTERNATIVE, TestMarkets.TEN_PERCENT, Side.BUY, 100, 80, false),
                EngineChange.NO_RESERVATION);
        account.open(
                new OpenOrder(EXIT, TestMarkets.TEN_PERCENT, Side.SELL, 110, 80, true), EngineChange.NO_RESERVATION);
    }

    private long requirement() {
        return account.margin(marks).requirementMicros();
    }

    @Test
    void shouldCountAnAlternativeAtItsSize() {
        assertEquals(800, requirement());
        account.size(new EngineChange.Sized(ALICE, ALTERNATIVE, 30));
        assertEquals(300, requirement());
        account.close(ALTERNATIVE);
        assertEquals(0, requirement());
    }

    @Test
    void shouldKnowHowMuchOfAnExitIsLeft() {
        account.size(new EngineChange.Sized(ALICE, EXIT, 12));
        assertEquals(12, account.order(EXIT).orElseThrow().lots());
        assertEquals(800, requirement());
    }

    @Test
    void shouldContradictWhenAnUnknownOrderIsSized() {
        assertThrows(IllegalStateException.class, () -> account.size(new EngineChange.Sized(ALICE, 9, 1)));
    }
}
