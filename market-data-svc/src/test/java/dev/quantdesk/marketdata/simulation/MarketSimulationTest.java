package dev.quantdesk.marketdata.simulation;

import static dev.quantdesk.marketdata.TestMarkets.T0;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.marketdata.NaiveBook;
import dev.quantdesk.marketdata.book.BookSide;
import dev.quantdesk.marketdata.book.BookStep;
import dev.quantdesk.marketdata.book.Level;
import dev.quantdesk.marketdata.book.Trade;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MarketSimulationTest {
    private static final MarketSimulation.Settings SOL = new MarketSimulation.Settings(150_000, 10, 12_000);

    private static List<MarketSimulation.Step> steps(MarketSimulation simulation, int count) {
        List<MarketSimulation.Step> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            steps.add(simulation.step(T0.plusMillis(250L * i)));
        }
        return steps;
    }

    @Test
    void shouldRepeatItselfWhenTheSeedIsTheSame() {
        MarketSimulation one = new MarketSimulation(SOL, 7);
        MarketSimulation two = new MarketSimulation(SOL, 7);
        assertEquals(one.opening(), two.opening());
        assertEquals(steps(one, 2_000), steps(two, 2_000));
        assertNotEquals(steps(new MarketSimulation(SOL, 8), 10), steps(new MarketSimulation(SOL, 7), 10));
    }

    @Test
    void shouldKeepARealMarketsInvariantsForAnySeed() {
        long seed = Long.getLong("seed", 20260103L);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20; round++) {
            long spacing = 1 + random.nextLong(50);
            var settings = new MarketSimulation.Settings(
                    spacing * (100 + random.nextLong(100_000)), spacing, 1 + random.nextLong(1_000_000));
            try {
                assertInvariants(settings, random.nextLong());
            } catch (AssertionError wrong) {
                throw new AssertionError("seed " + seed + ", round " + round + ", " + settings, wrong);
            }
        }
    }

    private static void assertInvariants(MarketSimulation.Settings settings, long seed) {
        MarketSimulation simulation = new MarketSimulation(settings, seed);
        NaiveBook book = new NaiveBook();
        var opening = simulation.opening();
        book.accept(new BookStep.View(1, 1, opening.bids(), opening.asks(), 0, T0, T0));
        for (int i = 0; i < 1_000; i++) {
            List<Level> bidsBefore = book.bids();
            List<Level> asksBefore = book.asks();
            Instant now = T0.plusMillis(i);
            MarketSimulation.Step step = simulation.step(now);
            for (Trade.Print print : step.trades()) {
                Level best = print.taker() == BookSide.BUY ? asksBefore.getFirst() : bidsBefore.getFirst();
                assertEquals(best.priceSteps(), print.priceSteps());
                assertTrue(print.lots() <= best.lots(), "no more is taken than was there");
                assertEquals(now, print.venueTime());
            }
            book.accept(new BookStep.Change(i + 2, 1, step.delta(), 0, now, now));
            assertTrue(!book.isCrossed());
            assertEquals(MarketSimulation.LEVELS, book.bids().size());
            assertEquals(MarketSimulation.LEVELS, book.asks().size());
            long distance = Math.abs(book.bids().getFirst().priceSteps() - settings.startSteps());
            assertTrue(distance <= settings.bandSteps() + settings.spacingSteps());
        }
    }

    @Test
    void shouldMoveAndTradeLikeAMarketWithinAMinute() {
        List<MarketSimulation.Step> minute = steps(new MarketSimulation(SOL, 11), 240);
        long trades = minute.stream().mapToLong(s -> s.trades().size()).sum();
        assertTrue(trades > 30 && trades < 120, trades + " trades");
        assertTrue(minute.stream().filter(s -> !s.delta().isEmpty()).count() > 230);
        double changes = minute.stream()
                .mapToInt(s -> s.delta().bids().size() + s.delta().asks().size())
                .average()
                .orElseThrow();
        assertTrue(changes < 12, changes + " levels change in one step");
    }

    @Test
    void shouldRefuseAMarketWithoutRoomForItsLevels() {
        assertThrows(IllegalArgumentException.class, () -> new MarketSimulation.Settings(40, 1, 10));
        assertThrows(IllegalArgumentException.class, () -> new MarketSimulation.Settings(10_000, 0, 10));
        assertThrows(IllegalArgumentException.class, () -> new MarketSimulation.Settings(10_000, 1, 0));
    }
}
