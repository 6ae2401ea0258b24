package dev.quantdesk.execution.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.DepthLevel;
import dev.quantdesk.execution.book.Side;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What an auction promises its taker, whatever else is sent: each fill is within its limit, none is worse than the best price in
 * the book at that moment, and quotes fill no more than they are. Run one seed again with {@code -Dengine.seed=…}.
 */
@Timeout(30)
class AuctionPropertyTest {
    private static final int SEEDS = 100;
    private static final int COMMANDS = 300;

    private final long firstSeed = Long.getLong("engine.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final int seeds = System.getProperty("engine.seed") == null ? SEEDS : 1;

    @Test
    void shouldNeverGiveTheTakerAWorsePriceThanTheBookHasOrItAllows() {
        System.out.println("AuctionPropertyTest seed: " + firstSeed);
        int quoted = 0;
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            try {
                quoted += run(new RandomCommands(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("fails with -Dengine.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(seeds == 1 || quoted > seeds, "only " + quoted + " trades with quotes");
    }

    /** @return trades with quotes */
    private static int run(RandomCommands random) {
        OrderEngine engine = new OrderEngine(EngineFixture.MARKETS, EngineLimits.DEFAULTS);
        Observer observer = new Observer(engine, random);
        long now = Orders.START_MILLIS;
        long orders = 0;
        for (int i = 0; i < COMMANDS; i++) {
            now += random.random().nextInt(60);
            Command command = switch (random.random().nextInt(6)) {
                case 0 -> random.auction();
                case 1, 2 -> random.quote();
                default -> random.any(orders, observer.trades, now);
            };
            engine.apply(command, now, observer);
            orders = observer.orders.size();
        }
        engine.onTimer(now + Command.AUCTION_MILLIS_MAX, observer);
        assertTrue(observer.running.isEmpty(), "an auction did not end");
        return observer.quoted;
    }

    /** Looks at the book while the engine hands over each event. */
    private static final class Observer implements EventSink {
        private final OrderEngine engine;
        private final RandomCommands random;
        private final Map<Long, Command.PlaceOrder> orders = new HashMap<>();
        private final Map<Long, Long> filled = new HashMap<>();
        private final Map<Long, EngineEvent.AuctionOpened> running = new HashMap<>();
        private final Map<Long, Long> auctionOfQuote = new HashMap<>();
        private final Set<Long> over = new HashSet<>();
        /** Auctions that traded with a quote that the price had not met. */
        private final Set<Long> ahead = new HashSet<>();

        private long trades;
        private int quoted;

        Observer(OrderEngine engine, RandomCommands random) {
            this.engine = engine;
            this.random = random;
        }

        @Override
        public void onEvent(EngineEvent event) {
            random.seen(event);
            switch (event) {
                case EngineEvent.OrderAccepted accepted ->
                    orders.put(accepted.ref().orderId(), accepted.order());
                case EngineEvent.OrderAmended amended ->
                    orders.put(amended.ref().orderId(), amended.order());
                case EngineEvent.AuctionOpened opened -> running.put(opened.auctionId(), opened);
                case EngineEvent.QuoteEntered quote -> {
                    assertTrue(running.containsKey(quote.auctionId()));
                    auctionOfQuote.put(quote.ref().orderId(), quote.auctionId());
                }
                case EngineEvent.AuctionEnded ended -> {
                    EngineEvent.AuctionOpened opened = running.remove(ended.auctionId());
                    over.add(ended.auctionId());
                    assertTrue(
                            ended.outcome() == AuctionOutcome.OVERTAKEN || !ahead.contains(ended.auctionId()),
                            "a quote traded before the price met it");
                    assertEquals(
                            filled.getOrDefault(opened.taker().orderId(), 0L), ended.quotedLots() + ended.bookLots());
                }
                case EngineEvent.Trade trade -> traded(trade);
                default -> {
                    // Promises nothing about auctions.
                }
            }
        }

        private void traded(EngineEvent.Trade trade) {
            trades = trade.tradeId();
            Command.PlaceOrder taker = orders.get(trade.taker().orderId());
            Command.PlaceOrder maker = orders.get(trade.maker().orderId());
            assertTrue(taker.side().crosses(taker.priceTicks(), trade.priceTicks()), "beyond the taker's limit");
            assertTrue(maker.side().crosses(maker.priceTicks(), trade.priceTicks()), "beyond the maker's limit");
            fill(trade.taker().orderId(), trade.lots(), taker);
            fill(trade.maker().orderId(), trade.lots(), maker);
            Long auctionId = auctionOfQuote.get(trade.maker().orderId());
            if (auctionId != null) {
                quoted++;
                checkQuote(trade, auctionId);
            }
        }

        private void fill(long orderId, long lots, Command.PlaceOrder order) {
            assertTrue(filled.merge(orderId, lots, Long::sum) <= order.quantityLots(), "filled beyond its quantity");
        }

        private void checkQuote(EngineEvent.Trade trade, long auctionId) {
            EngineEvent.AuctionOpened auction = running.get(auctionId);
            assertTrue(auction != null && !over.contains(auctionId), "a quote traded after its auction");
            assertEquals(auction.taker().orderId(), trade.taker().orderId(), "a quote traded with a stranger");
            assertTrue(trade.takerSide().crosses(auction.worstQuoteTicks(), trade.priceTicks()), "no improvement");
            Side makers = trade.takerSide().opposite();
            List<DepthLevel> best = engine.depth(trade.marketId(), makers, 1);
            assertTrue(
                    best.isEmpty()
                            || AuctionPrices.isBetter(
                                    trade.takerSide(),
                                    trade.priceTicks(),
                                    best.getFirst().priceTicks()),
                    "the book was as good");
            if (trade.timeMillis() < auction.endMillis()) {
                long duration = auction.endMillis() - auction.timeMillis();
                AuctionPrices prices = new AuctionPrices(
                        auction.takerSide(),
                        auction.arrivalTicks(),
                        auction.arrivalIsMark(),
                        auction.startTicks(),
                        auction.endTicks(),
                        auction.worstQuoteTicks());
                long price = prices.at(trade.timeMillis() - auction.timeMillis(), duration);
                if (!trade.takerSide().crosses(price, trade.priceTicks())) {
                    ahead.add(auctionId);
                }
            }
        }
    }
}
