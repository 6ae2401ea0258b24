package dev.quantdesk.marketdata.book;

import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.market.Market;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What stands behind a market's reference prices, and its units.
 *
 * @param sourceInstrument venue and product, such as "kraken-futures:PI_ETHUSD"; empty for a simulation
 * @param priceStep USDC in one price step
 * @param quantityStep quantity units in one lot
 * @param quantityUnit the base asset, or "USD" for contracts of one dollar
 */
public record Instrument(
        Market market,
        Source source,
        String sourceInstrument,
        BigDecimal priceStep,
        BigDecimal quantityStep,
        String quantityUnit) {

    /** Where the prices come from. */
    public enum Source {
        LIVE,
        RECORDING,
        SIMULATION
    }

    /** An instrument whose steps are those of its market. */
    public static Instrument simulated(Market market) {
        return new Instrument(market, Source.SIMULATION, "", market.tickSize(), market.lotSize(), market.baseAsset());
    }

    public String symbol() {
        return market.symbol();
    }

    public String price(long priceSteps) {
        return Decimals.fromUnits(priceSteps, priceStep);
    }

    public String quantity(long lots) {
        return Decimals.fromUnits(lots, quantityStep);
    }

    /** @throws ArithmeticException when the price is not a whole number of steps or does not fit a long */
    public long priceSteps(BigDecimal price) {
        return price.divide(priceStep, 0, RoundingMode.UNNECESSARY).longValueExact();
    }

    /** @throws ArithmeticException when the quantity is not a whole number of lots or does not fit a long */
    public long lots(BigDecimal quantity) {
        return quantity.divide(quantityStep, 0, RoundingMode.UNNECESSARY).longValueExact();
    }

    /** The middle between two prices in price steps, rounded half-even to the market's tick; USDC as plain text. */
    public String midPrice(long bidSteps, long askSteps) {
        BigDecimal twice = priceStep.multiply(BigDecimal.valueOf(Math.addExact(bidSteps, askSteps)));
        BigDecimal ticks = twice.divide(market.tickSize().add(market.tickSize()), 0, RoundingMode.HALF_EVEN);
        return market.price(ticks.longValueExact());
    }
}
