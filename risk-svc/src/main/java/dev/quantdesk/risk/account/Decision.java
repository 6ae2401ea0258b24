package dev.quantdesk.risk.account;

import dev.quantdesk.risk.margin.Margin;
import java.util.Optional;

/** What was decided about an order. Amounts are millionths of a USDC. */
public sealed interface Decision {

    /** The order may go on; where it needs margin, that is reserved. */
    record Granted(Optional<Figures> figures) implements Decision {}

    /**
     * Margin at the time of the grant. Missing only for an order that needs no margin, when a market had no mark price.
     *
     * @param orderMicros what the order adds to the requirement
     * @param margin with the order counted in
     */
    record Figures(long orderMicros, Margin margin) {}

    /** The account has no collateral at all. */
    record NoCollateral() implements Decision {}

    /**
     * The order needs more than is free.
     *
     * @param neededMicros what the order would add to the requirement
     * @param freeMicros what is free without it; may be negative
     * @param passingLots the largest quantity that would pass at this price, 0 for none that the market accepts
     * @param missingMicros collateral that would have to be added for the whole order to pass
     */
    record Insufficient(long neededMicros, long freeMicros, long passingLots, long missingMicros) implements Decision {}
}
