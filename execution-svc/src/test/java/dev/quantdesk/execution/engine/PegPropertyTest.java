package dev.quantdesk.execution.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What must hold of orders that follow a price whatever is sent. Run one seed again with {@code -Dengine.seed=…}. */
@Timeout(60)
class PegPropertyTest {
    private static final int SEEDS = 100;
    private static final int COMMANDS = 400;

    private final long firstSeed = Long.getLong("engine.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final int seeds = System.getProperty("engine.seed") == null ? SEEDS : 1;
    private final Map<Long, Command.PlaceOrder> orders = new HashMap<>();
    private long makers;

    /** The prices as the engine has them. */
    private static final class Prices {
        private long mark;
        private long index;
        private long millis;

        void take(Command.SetPrices prices) {
            if (prices.priceMillis() >= millis) {
                millis = prices.priceMillis();
                mark = prices.markTicks() == 0 ? mark : prices.markTicks();
                index = prices.indexTicks() == 0 ? index : prices.indexTicks();
            }
        }

        /** The most a buyer would give, or the least a seller would take. */
        long worst(Command.PlaceOrder order) {
            long ticks = (order.peg().source() == PriceSource.MARK ? mark : index)
                    + order.peg().offsetTicks();
            return order.side() == Side.BUY ? Math.min(ticks, order.priceTicks()) : Math.max(ticks, order.priceTicks());
        }
    }

    @Test
    void shouldNeverTradeAtAPriceOfBefore() {
        System.out.println("PegPropertyTest seeds from " + firstSeed);
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            orders.clear();
            try {
                run(new RandomCommands(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("fails with -Dengine.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(seeds == 1 || makers > 5 * seeds, makers + " makers only");
    }

    private void run(RandomCommands random) {
        EngineFixture fixture = new EngineFixture();
        Prices prices = new Prices();
        long trades = 0;
        for (int i = 0; i < COMMANDS; i++) {
            // What the clock is due for trades at the prices of before the command.
            fixture.advance(random.random().nextInt(100));
            trades += check(fixture.newEvents(), prices);
            Command command = switch (random.random().nextInt(4)) {
                case 0 -> random.prices(fixture.nowMillis);
                case 1 -> random.peggedOrder();
                default -> random.any(orders.size(), trades, fixture.nowMillis);
            };
            if (command instanceof Command.SetPrices set) {
                prices.take(set);
            }
            fixture.send(command);
            trades += check(fixture.newEvents(), prices);
        }
    }

    /** @return how many of them are trades */
    private long check(List<EngineEvent> events, Prices prices) {
        long trades = 0;
        for (EngineEvent event : events) {
            if (event instanceof EngineEvent.OrderAccepted accepted) {
                orders.put(accepted.ref().orderId(), accepted.order());
            } else if (event instanceof EngineEvent.Trade trade) {
                trades++;
                check(orders.get(trade.maker().orderId()), trade.priceTicks(), prices);
            }
        }
        return trades;
    }

    private void check(Command.PlaceOrder maker, long ticks, Prices prices) {
        if (maker.peg().follows()) {
            makers++;
            long worst = prices.worst(maker);
            assertTrue(
                    maker.side() == Side.BUY ? ticks <= worst : ticks >= worst,
                    "traded at " + ticks + ", beyond " + worst);
        }
    }
}
