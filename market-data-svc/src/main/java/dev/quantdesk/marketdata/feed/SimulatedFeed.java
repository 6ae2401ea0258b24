package dev.quantdesk.marketdata.feed;

import dev.quantdesk.marketdata.book.BookIntegrityException;
import dev.quantdesk.marketdata.simulation.MarketSimulation;
import dev.quantdesk.marketdata.stream.MarketChannel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Drives markets by simulations, all of them one step in each interval. */
public final class SimulatedFeed implements Feed {
    private final List<Driven> markets;
    private final Duration interval;
    private final Clock clock;
    private final FeedThread thread = new FeedThread("simulated feed", this::drive);

    /** A market with the simulation that drives it. */
    public record Driven(MarketChannel channel, MarketSimulation simulation) {}

    public SimulatedFeed(List<Driven> markets, Duration interval, Clock clock) {
        this.markets = List.copyOf(markets);
        this.interval = interval;
        this.clock = clock;
    }

    @Override
    public void start() {
        thread.start();
    }

    private void drive() throws InterruptedException {
        try {
            for (Driven market : markets) {
                Instant now = clock.instant();
                var opening = market.simulation().opening();
                market.channel().book().begin(opening.bids(), opening.asks(), now, now);
            }
            long dueNanos = System.nanoTime();
            while (true) {
                // Not caught up after a stall: the interval is a rate, not a schedule.
                dueNanos = Math.max(dueNanos + interval.toNanos(), System.nanoTime());
                TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
                for (Driven market : markets) {
                    step(market, clock.instant());
                }
            }
        } catch (BookIntegrityException broken) {
            throw new IllegalStateException("a simulation broke its own book", broken);
        }
    }

    private static void step(Driven market, Instant now) throws BookIntegrityException {
        MarketSimulation.Step step = market.simulation().step(now);
        FeedMetrics.frame(market.channel().symbol(), "Simulated");
        if (!step.delta().isEmpty()) {
            market.channel().book().apply(step.delta(), now, now);
        }
        market.channel().trades().publish(step.trades(), now);
    }

    @Override
    public void close() {
        thread.close();
    }
}
