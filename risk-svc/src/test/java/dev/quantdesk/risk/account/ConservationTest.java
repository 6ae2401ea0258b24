package dev.quantdesk.risk.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.margin.Margin;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Position;
import dev.quantdesk.risk.margin.Side;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConservationTest {
    private static final List<PublicKey> TRADERS =
            LongStream.range(0, 6).mapToObj(TestMarkets::account).toList();
    private static final List<Market> MARKETS =
            List.of(TestMarkets.TEN_PERCENT, TestMarkets.FIVE_PERCENT, TestMarkets.THIRD);
    private static final Marks MARKS = TestMarkets.marks(100, 70, 30);
    private static final Accounts.Touched NOBODY = new Accounts.Touched() {
        @Override
        public void position(PublicKey account, Market market) {}

        @Override
        public void opened(PublicKey account, long orderId) {
            order(account, orderId);
        }

        @Override
        public void order(PublicKey account, long orderId) {}
    };

    private final Accounts accounts = new Accounts();
    private long orderId;

    @Test
    void shouldSumLotsAndQuoteToZeroWhateverTrades() {
        SplittableRandom random = TestMarkets.seeded("ConservationTest");
        for (int trade = 0; trade < 5_000; trade++) {
            trade(random);
            if (trade % 100 == 0) {
                MARKETS.forEach(this::assertConserved);
            }
        }
        MARKETS.forEach(this::assertConserved);
        long profit = TRADERS.stream()
                .mapToLong(trader -> accounts.ask(
                                trader, account -> account.margin(MARKS).equityMicros())
                        .orElse(0L))
                .sum();
        assertEquals(0, profit);
        assertEquals(
                0,
                TRADERS.stream()
                        .mapToInt(trader ->
                                accounts.ask(trader, Account::openOrders).orElse(0))
                        .sum());
    }

    @Test
    void shouldReturnToTheSameMarginWhenWhatWasReservedIsFree() {
        SplittableRandom random = TestMarkets.seeded("ConservationTest");
        for (int trade = 0; trade < 50; trade++) {
            trade(random);
        }
        for (int round = 0; round < 2_000; round++) {
            PublicKey trader = TRADERS.get(random.nextInt(TRADERS.size()));
            accounts.change(trader, account -> account.collateral(1_000_000, 1));
            Margin before = margin(trader);
            UUID id = UUID.randomUUID();
            OrderDraft draft = new OrderDraft(
                    MARKETS.get(random.nextInt(MARKETS.size())),
                    random.nextBoolean() ? Side.BUY : Side.SELL,
                    random.nextLong(1, 200),
                    random.nextLong(1, 100),
                    random.nextInt(4) == 0);
            Decision decision = accounts.reserve(trader, id, draft, MARKS, round);
            if (decision instanceof Decision.Granted granted) {
                assertEquals(margin(trader), granted.figures().orElseThrow().margin());
            }
            if (random.nextBoolean()) {
                accounts.apply(new EngineChange.Refused(trader, id), NOBODY);
            } else {
                accounts.forgetDecisions(round, true);
            }
            assertEquals(before, margin(trader));
        }
        assertEquals(0, accounts.heldReservations());
    }

    private Margin margin(PublicKey trader) {
        return accounts.ask(trader, account -> account.margin(MARKS)).orElseThrow();
    }

    private void trade(SplittableRandom random) {
        Market market = MARKETS.get(random.nextInt(MARKETS.size()));
        int first = random.nextInt(TRADERS.size());
        PublicKey maker = TRADERS.get(first);
        PublicKey taker = TRADERS.get((first + 1 + random.nextInt(TRADERS.size() - 1)) % TRADERS.size());
        Side takerSide = random.nextBoolean() ? Side.BUY : Side.SELL;
        long ticks = random.nextLong(1, 200);
        long makerLots = random.nextLong(1, 50);
        long takerLots = random.nextLong(1, 50);
        long makerId = open(maker, market, takerSide.opposite(), ticks, makerLots);
        long takerId = open(taker, market, takerSide, ticks, takerLots);
        long lots = Math.min(makerLots, takerLots);
        accounts.apply(
                new EngineChange.Matched(
                        market,
                        ticks,
                        lots,
                        new EngineChange.Fill(maker, makerId, takerSide.opposite(), makerLots - lots),
                        new EngineChange.Fill(taker, takerId, takerSide, takerLots - lots)),
                NOBODY);
        accounts.apply(new EngineChange.Closed(maker, makerId), NOBODY);
        accounts.apply(new EngineChange.Closed(taker, takerId), NOBODY);
    }

    private long open(PublicKey trader, Market market, Side side, long ticks, long lots) {
        OpenOrder order = new OpenOrder(++orderId, market, side, ticks, lots, false);
        accounts.apply(new EngineChange.Accepted(trader, order, EngineChange.NO_RESERVATION), NOBODY);
        return orderId;
    }

    private void assertConserved(Market market) {
        long lots = 0;
        long quote = 0;
        for (PublicKey trader : TRADERS) {
            Position position =
                    accounts.ask(trader, account -> account.position(market)).orElse(Position.FLAT);
            lots += position.lots();
            quote += position.quote();
        }
        assertEquals(0, lots);
        assertEquals(0, quote);
    }
}
