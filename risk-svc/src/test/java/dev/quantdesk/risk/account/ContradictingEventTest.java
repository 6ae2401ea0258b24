package dev.quantdesk.risk.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.margin.Position;
import dev.quantdesk.risk.margin.Side;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An event that can't follow from those before is taken over wholly or not at all: here not at all. */
@Timeout(20)
class ContradictingEventTest {
    private static final PublicKey MAKER = TestMarkets.account(1);
    private static final PublicKey TAKER = TestMarkets.account(2);
    private static final Market MARKET = TestMarkets.TEN_PERCENT;

    private final Accounts accounts = new Accounts();
    private final List<String> touched = new ArrayList<>();
    private final Accounts.Touched recorder = new Accounts.Touched() {
        @Override
        public void position(PublicKey account, Market market) {
            touched.add("position");
        }

        @Override
        public void opened(PublicKey account, long orderId) {
            order(account, orderId);
        }

        @Override
        public void order(PublicKey account, long orderId) {
            touched.add("order " + orderId);
        }
    };

    @BeforeEach
    void makerOffersTen() {
        OpenOrder order = new OpenOrder(1, MARKET, Side.SELL, 100, 10, false);
        accounts.apply(new EngineChange.Accepted(MAKER, order, EngineChange.NO_RESERVATION), recorder);
        touched.clear();
    }

    private void assertRefused(EngineChange change) {
        assertThrows(IllegalStateException.class, () -> accounts.apply(change, recorder));
        assertEquals(List.of(), touched);
        assertEquals(
                Position.FLAT,
                accounts.ask(MAKER, account -> account.position(MARKET)).orElseThrow());
        assertEquals(1, accounts.ask(MAKER, Account::openOrders).orElseThrow());
    }

    private static EngineChange.Matched match(EngineChange.Fill maker, EngineChange.Fill taker) {
        return new EngineChange.Matched(MARKET, 100, 4, maker, taker);
    }

    @Test
    void shouldChangeNothingWhenTheTakerIsUnknown() {
        assertRefused(
                match(new EngineChange.Fill(MAKER, 1, Side.SELL, 6), new EngineChange.Fill(TAKER, 2, Side.BUY, 0)));
    }

    @Test
    void shouldChangeNothingWhenTheRestDoesNotFit() {
        OpenOrder order = new OpenOrder(2, MARKET, Side.BUY, 100, 4, false);
        accounts.apply(new EngineChange.Accepted(TAKER, order, EngineChange.NO_RESERVATION), recorder);
        touched.clear();

        assertRefused(
                match(new EngineChange.Fill(MAKER, 1, Side.SELL, 6), new EngineChange.Fill(TAKER, 2, Side.BUY, 1)));
    }

    @Test
    void shouldChangeNothingWhenAnOrderIsAcceptedTwice() {
        OpenOrder again = new OpenOrder(1, MARKET, Side.SELL, 100, 10, false);

        assertRefused(new EngineChange.Accepted(MAKER, again, EngineChange.NO_RESERVATION));
    }

    @Test
    void shouldIgnoreTheEndOfAnOrderThatHasEnded() {
        accounts.apply(new EngineChange.Closed(MAKER, 1), recorder);
        accounts.apply(new EngineChange.Closed(MAKER, 1), recorder);

        assertEquals(List.of("order 1"), touched);
    }
}
