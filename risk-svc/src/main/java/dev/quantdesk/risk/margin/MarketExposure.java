package dev.quantdesk.risk.margin;

import dev.quantdesk.kit.market.Market;

/**
 * Everything of an account that needs margin in one market, and how much. Not thread-safe.
 *
 * <p>The requirement is that of the worst outcome of the open orders, as venues of perpetual futures publish it for
 * cross-margined accounts ("worst-case open order exposure"):
 *
 * <pre>
 *   long case   position if long,  at the mark price  +  buys  beyond a short position, at their order price
 *   short case  position if short, at the mark price  +  sells beyond a long position,  at their order price
 *   initial margin = initial margin fraction × the larger case, rounded up to a millionth of a USDC
 *   immediate loss = Σ over buys above the mark (price − mark)·lots + Σ over sells below it (mark − price)·lots
 *   requirement    = initial margin + immediate loss
 * </pre>
 *
 * Of orders opposite to a position, those with the lowest prices are taken as the ones that close it: whichever fill
 * first, the value of what remains is not above what is counted. Reduce-only orders are not part of this: the engine
 * never lets one open a position.
 *
 * <p>Example, fraction 10 %, mark 100: long 10; buys 5 at 98; sells 12 at 103 and 4 at 99. Long case 10·100 + 5·98 =
 * 1,490. Short case: of 16 lots to sell, 10 close the long (4 at 99 and 6 at 103), 6 at 103 open a short of 618.
 * Initial margin is 10 % of 1,490 = 149. Selling 4 at 99 under the mark of 100 loses 4 at once. Requirement 153.
 *
 * <p>The requirement never falls when an order is added, nor when an added order is larger; the search for the largest
 * quantity that passes relies on it.
 */
public final class MarketExposure {
    private static final long BPS = 10_000;

    private final Market market;
    private final OpenLots buys = new OpenLots(Side.BUY);
    private final OpenLots sells = new OpenLots(Side.SELL);
    private Position position = Position.FLAT;

    public MarketExposure(Market market) {
        this.market = market;
    }

    public Market market() {
        return market;
    }

    public Position position() {
        return position;
    }

    public void position(Position changed) {
        position = changed;
    }

    /** @throws ArithmeticException when a sum does not fit a long; nothing is changed then */
    public void addOrder(Side side, long ticks, long lots) {
        open(side).add(ticks, lots);
    }

    public void removeOrder(Side side, long ticks, long lots) {
        open(side).remove(ticks, lots);
    }

    /** Lots of one side that wait to trade. */
    public long openLots(Side side) {
        return open(side).lots();
    }

    /** Forgets position and orders. */
    public void clear() {
        position = Position.FLAT;
        buys.clear();
        sells.clear();
    }

    /** Whether the requirement or the profit depends on the mark price. */
    public boolean needsMark() {
        return position.lots() != 0 || buys.lots() != 0 || sells.lots() != 0;
    }

    /** Whether an order can't do more than close, together with the open orders of its side. */
    public boolean onlyReduces(Side side, long lots) {
        long closable = position.closableBy(side);
        return lots <= closable && open(side).lots() <= closable - lots;
    }

    /** Requirement at a mark price, in millionths of a USDC. @throws ArithmeticException when it does not fit a long */
    public long requirementMicros(long markTicks) {
        long longCase = Math.addExact(
                Math.multiplyExact(position.closableBy(Side.SELL), markTicks),
                buys.opening(position.closableBy(Side.BUY)));
        long shortCase = Math.addExact(
                Math.multiplyExact(position.closableBy(Side.BUY), markTicks),
                sells.opening(position.closableBy(Side.SELL)));
        long loss = Math.addExact(buys.lossAgainst(markTicks), sells.lossAgainst(markTicks));
        return Math.addExact(initialMargin(Math.max(longCase, shortCase)), micros(loss));
    }

    /** What the requirement would be with one more order. Changes nothing. */
    public long requirementMicrosWith(Side side, long ticks, long lots, long markTicks) {
        if (lots == 0) {
            return requirementMicros(markTicks);
        }
        addOrder(side, ticks, lots);
        try {
            return requirementMicros(markTicks);
        } finally {
            removeOrder(side, ticks, lots);
        }
    }

    /** Initial margin of the position alone, in millionths of a USDC, rounded up. */
    public long positionMarginMicros(long markTicks) {
        return initialMargin(Math.multiplyExact(Math.absExact(position.lots()), markTicks));
    }

    /** Realised and unrealised profit at a mark price, in millionths of a USDC; exact. */
    public long profitMicros(long markTicks) {
        return micros(position.profit(markTicks));
    }

    public long realisedMicros() {
        return micros(position.realised());
    }

    public long unrealisedMicros(long markTicks) {
        return micros(position.unrealised(markTicks));
    }

    private long micros(long tickLots) {
        return Math.multiplyExact(tickLots, market.microsPerTickLot());
    }

    /** The margin fraction of a notional, rounded up. Split, so that the product with the fraction can't overflow. */
    private long initialMargin(long tickLots) {
        long notional = micros(tickLots);
        long bps = market.initialMarginBps();
        return Math.addExact(
                Math.multiplyExact(notional / BPS, bps), Math.ceilDiv(Math.multiplyExact(notional % BPS, bps), BPS));
    }

    private OpenLots open(Side side) {
        return side == Side.BUY ? buys : sells;
    }
}
