package dev.quantdesk.kit.market;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class MarketsTest {
    private final Markets markets = Markets.load();

    @Test
    void shouldLoadTheMarketsOfTheMeshOrderedBySymbol() {
        assertEquals(
                List.of("ADA-PERP", "BTC-PERP", "ETH-PERP", "SOL-PERP"),
                markets.all().stream().map(Market::symbol).toList());
        assertEquals(4, markets.all().stream().map(Market::id).distinct().count());
    }

    @Test
    void shouldKeepOnlyTheMarketsOfAShardWhenTheyAreNamed() {
        Markets shard = markets.only(List.of("SOL-PERP", " BTC-PERP"));
        assertEquals(
                List.of("BTC-PERP", "SOL-PERP"),
                shard.all().stream().map(Market::symbol).toList());
        assertTrue(shard.bySymbol("ETH-PERP").isEmpty());
        assertThrows(IllegalArgumentException.class, () -> markets.only(List.of("BTC-PERP", "DOGE-PERP")));
    }

    /** The engine's log names markets by id: changing one changes what old entries mean. */
    @Test
    void shouldKeepTheIdsThatStandInTheLog() {
        assertEquals("BTC-PERP", markets.byId(1).orElseThrow().symbol());
        assertEquals("ETH-PERP", markets.byId(2).orElseThrow().symbol());
        assertEquals("SOL-PERP", markets.byId(3).orElseThrow().symbol());
        assertEquals("ADA-PERP", markets.byId(4).orElseThrow().symbol());
        assertTrue(markets.byId(5).isEmpty());
        assertTrue(markets.bySymbol("btc-perp").isEmpty());
    }

    @Test
    void shouldKeepTheLargestNotionalOfEveryMarketWithin53Bits() {
        for (Market market : markets.all()) {
            BigInteger largest =
                    BigInteger.valueOf(market.maxLots()).multiply(BigInteger.valueOf(market.maxPriceTicks()));
            assertTrue(largest.bitLength() <= 53, market.symbol() + ": " + largest);
        }
    }

    @Test
    void shouldHaveRulesThatMakeSense() {
        for (Market market : markets.all()) {
            String symbol = market.symbol();
            assertTrue(market.minLots() >= 1 && market.minLots() < market.maxLots(), symbol);
            assertTrue(market.maintenanceMarginBps() > 0, symbol);
            assertTrue(market.maintenanceMarginBps() < market.initialMarginBps(), symbol);
            assertTrue(market.initialMarginBps() <= 10_000, symbol);
            BigDecimal micros = market.tickSize().multiply(market.lotSize()).movePointRight(6);
            assertEquals(0, micros.compareTo(BigDecimal.valueOf(market.microsPerTickLot())), symbol);
        }
    }

    @Test
    void shouldConvertPricesAndQuantitiesExactly() {
        Market eth = markets.bySymbol("ETH-PERP").orElseThrow();
        assertEquals(40_095, eth.ticks("2004.75"));
        assertEquals("2004.75", eth.price(40_095));
        assertEquals(1, eth.lots("0.001"));
        assertEquals("0.001", eth.quantity(1));
        assertThrows(ArithmeticException.class, () -> eth.ticks("2004.76"));
    }

    @Test
    void shouldAverageFillPricesTwoPlacesBeyondTheTick() {
        Market eth = markets.bySymbol("ETH-PERP").orElseThrow();
        // One lot at 2000.00 and two at 2000.05: 2000.0333.
        assertEquals("2000.0333", eth.averagePrice(40_000 + 2 * 40_001, 3));
        assertEquals("2000", eth.averagePrice(40_000 * 5, 5));
    }

    @Test
    void shouldRefuseAMarketWhoseTickTimesLotIsNoWholeMicro() {
        assertThrows(ArithmeticException.class, () -> market("0.0015", "0.001"));
        assertThrows(RuntimeException.class, () -> market("0.0001", "0.0001"));
    }

    private static Market market(String tick, String lot) {
        return new Market(9, "X-PERP", "X", new BigDecimal(tick), new BigDecimal(lot), 1, 10, 10, 1_000, 500);
    }
}
