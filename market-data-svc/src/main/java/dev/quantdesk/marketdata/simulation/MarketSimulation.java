package dev.quantdesk.marketdata.simulation;

import dev.quantdesk.marketdata.book.BookDelta;
import dev.quantdesk.marketdata.book.BookSide;
import dev.quantdesk.marketdata.book.Level;
import dev.quantdesk.marketdata.book.Trade;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One simulated market. The middle walks at random, is drawn back to its start and never leaves a band around it;
 * each side has {@value #LEVELS} levels on a grid, so that a small move adds and removes a few levels and leaves the
 * others alone. Deterministic for a seed; not thread-safe.
 */
public final class MarketSimulation {
    /** Levels a side. */
    public static final int LEVELS = 40;
    /** Largest distance of the middle from its start, in basis points of the start. */
    public static final int BAND_BPS = 200;

    private static final int BPS = 10_000;
    /** Steps after which a distance from the start has been drawn back by about two thirds. */
    private static final double REVERSION_STEPS = 2_000;
    /** Standard deviation of the middle's move in one step, in level spacings. */
    private static final double MOVE_SPACINGS = 0.6;

    private static final int RESIZES_PER_STEP = 3;
    private static final double TRADE_PROBABILITY = 0.3;

    private final Settings settings;
    private final SplittableRandom random;
    private final NavigableMap<Long, Long> bids = new TreeMap<>();
    private final NavigableMap<Long, Long> asks = new TreeMap<>();
    private double middle;
    private long trades;

    /**
     * Shape of a market.
     *
     * @param startSteps price around which the market moves, in price steps
     * @param spacingSteps distance between two levels, in price steps
     * @param typicalLots size of a level near the middle
     */
    public record Settings(long startSteps, long spacingSteps, long typicalLots) {
        public Settings {
            boolean roomForLevels = startSteps * (BPS - BAND_BPS) / BPS > spacingSteps * (LEVELS + 2);
            if (spacingSteps < 1 || typicalLots < 1 || !roomForLevels) {
                throw new IllegalArgumentException("a market at %d steps with levels of %d lots every %d steps"
                        .formatted(startSteps, typicalLots, spacingSteps));
            }
        }

        /** Largest distance of the middle from its start, in price steps. */
        public long bandSteps() {
            return startSteps * BAND_BPS / BPS;
        }
    }

    /** What changes in one step. */
    public record Step(BookDelta delta, List<Trade.Print> trades) {
        public Step {
            trades = List.copyOf(trades);
        }
    }

    public MarketSimulation(Settings settings, long seed) {
        this.settings = settings;
        this.random = new SplittableRandom(seed);
        this.middle = settings.startSteps();
        shift();
    }

    /** The whole book as it stands, best levels first; for the start. */
    public BookDelta opening() {
        return new BookDelta(levels(bids.descendingMap()), levels(asks));
    }

    private static List<Level> levels(NavigableMap<Long, Long> side) {
        return side.entrySet().stream()
                .map(level -> new Level(level.getKey(), level.getValue()))
                .toList();
    }

    /** Moves the market by one step. @param now time of the trades */
    public Step step(Instant now) {
        NavigableMap<Long, Long> bidsBefore = new TreeMap<>(bids);
        NavigableMap<Long, Long> asksBefore = new TreeMap<>(asks);
        List<Trade.Print> prints = trade(now);
        move();
        shift();
        for (int i = 0; i < RESIZES_PER_STEP; i++) {
            resize(random.nextBoolean() ? bids.descendingMap() : asks);
        }
        return new Step(new BookDelta(difference(bidsBefore, bids), difference(asksBefore, asks)), prints);
    }

    private void move() {
        double pull = (settings.startSteps() - middle) / REVERSION_STEPS;
        double step = random.nextGaussian() * MOVE_SPACINGS * settings.spacingSteps();
        double band = settings.bandSteps();
        middle = Math.clamp(middle + pull + step, settings.startSteps() - band, settings.startSteps() + band);
    }

    /** Brings both sides to the grid prices next to the middle. */
    private void shift() {
        long spacing = settings.spacingSteps();
        long bestBid = Math.floorDiv((long) Math.floor(middle), spacing) * spacing;
        fill(bids, bestBid - (LEVELS - 1) * spacing, bestBid);
        long bestAsk = bestBid + spacing;
        fill(asks, bestAsk, bestAsk + (LEVELS - 1) * spacing);
    }

    private void fill(NavigableMap<Long, Long> side, long lowest, long highest) {
        side.headMap(lowest, false).clear();
        side.tailMap(highest, false).clear();
        for (long price = lowest; price <= highest; price += settings.spacingSteps()) {
            if (!side.containsKey(price)) {
                side.put(price, size());
            }
        }
    }

    /** A size from a twentieth of the typical to four times it, small ones more often. */
    private long size() {
        double factor = Math.min(4, 0.05 + random.nextExponential());
        return Math.max(1, Math.round(settings.typicalLots() * factor));
    }

    /** Gives a level a new size; the nearer to the middle, the more often. */
    private void resize(NavigableMap<Long, Long> bestFirst) {
        int depth = (int) Math.min(LEVELS - 1, Math.floor(random.nextExponential() * LEVELS / 8));
        var prices = bestFirst.keySet().iterator();
        long price = prices.next();
        for (int i = 0; i < depth; i++) {
            price = prices.next();
        }
        bestFirst.put(price, size());
    }

    private List<Trade.Print> trade(Instant now) {
        List<Trade.Print> prints = new ArrayList<>(1);
        if (random.nextDouble() < TRADE_PROBABILITY) {
            boolean buys = random.nextBoolean();
            NavigableMap<Long, Long> hit = buys ? asks : bids.descendingMap();
            var best = hit.firstEntry();
            long lots = 1 + random.nextLong(best.getValue());
            trades++;
            BookSide taker = buys ? BookSide.BUY : BookSide.SELL;
            prints.add(new Trade.Print(best.getKey(), lots, taker, "simulated-" + trades, now));
            if (lots < best.getValue()) {
                hit.put(best.getKey(), best.getValue() - lots);
            } else {
                hit.remove(best.getKey());
            }
        }
        return prints;
    }

    private static List<Level> difference(NavigableMap<Long, Long> before, NavigableMap<Long, Long> after) {
        List<Level> changes = new ArrayList<>();
        after.forEach((price, lots) -> {
            if (!lots.equals(before.get(price))) {
                changes.add(new Level(price, lots));
            }
        });
        before.keySet().stream()
                .filter(price -> !after.containsKey(price))
                .forEach(price -> changes.add(new Level(price, 0)));
        return changes;
    }
}
