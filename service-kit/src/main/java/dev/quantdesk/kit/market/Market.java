package dev.quantdesk.kit.market;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A market and its trading rules. Prices are whole ticks and quantities whole lots inside every service; one tick times one
 * lot is a whole number of millionths of a USDC, so that every notional is exact.
 *
 * @param id number of the market in the engine's log; never reused
 * @param tickSize USDC
 * @param lotSize base asset
 * @param initialMarginBps part of the notional reserved for an order, in basis points
 * @param maintenanceMarginBps part of the notional below which a position is liquidated, in basis points
 */
public record Market(
        int id,
        String symbol,
        String baseAsset,
        BigDecimal tickSize,
        BigDecimal lotSize,
        long minLots,
        long maxLots,
        long maxPriceTicks,
        int initialMarginBps,
        int maintenanceMarginBps) {

    public Market {
        if (notionalUnit(tickSize, lotSize) < 1) {
            throw new IllegalArgumentException(symbol + ": a tick times a lot is less than a millionth of a USDC");
        }
    }

    /** Millionths of a USDC in one tick times one lot. */
    public long microsPerTickLot() {
        return notionalUnit(tickSize, lotSize);
    }

    private static long notionalUnit(BigDecimal tickSize, BigDecimal lotSize) {
        return tickSize.multiply(lotSize).movePointRight(Decimals.USDC_SCALE).longValueExact();
    }

    /** @throws ArithmeticException when the price is not a whole number of ticks */
    public long ticks(String price) {
        return Decimals.toUnits(price, tickSize);
    }

    /** @throws ArithmeticException when the quantity is not a whole number of lots */
    public long lots(String quantity) {
        return Decimals.toUnits(quantity, lotSize);
    }

    public String price(long ticks) {
        return Decimals.fromUnits(ticks, tickSize);
    }

    public String quantity(long lots) {
        return Decimals.fromUnits(lots, lotSize);
    }

    /** The average price of {@code lots} with a summed notional of {@code tickLots}, two places beyond the tick size. */
    public String averagePrice(long tickLots, long lots) {
        return Decimals.plain(BigDecimal.valueOf(tickLots)
                .multiply(tickSize)
                .divide(BigDecimal.valueOf(lots), tickSize.scale() + 2, RoundingMode.HALF_EVEN));
    }
}
