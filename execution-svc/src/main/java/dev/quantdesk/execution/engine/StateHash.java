package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Arrays;

/** A 64-bit digest of engine state. Maps are added as sums of their entries' digests, which have no order. */
final class StateHash {
    private long value = 0x9E37_79B9_7F4A_7C15L;

    StateHash add(long word) {
        // The finaliser of SplitMix64: every input bit changes half of the output bits.
        long z = (value ^ word) + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        value = z ^ (z >>> 31);
        return this;
    }

    StateHash add(PublicKey key) {
        return add(key.w0()).add(key.w1()).add(key.w2()).add(key.w3());
    }

    long value() {
        return value;
    }

    static long of(OrderStore store) {
        long sum = 0;
        for (LiveOrder order : store.orders()) {
            sum += of(order);
        }
        for (Account account : store.accounts()) {
            sum += new StateHash().add(account.key).add(account.owner).value();
            for (var position : account.positions.entrySet()) {
                sum += new StateHash()
                        .add(account.key)
                        .add(position.getKey())
                        .add(position.getValue().lots())
                        .value();
            }
        }
        StateHash hash = new StateHash().add(sum).add(store.lastOrderId()).add(store.openOrders());
        store.closed().forEach(order -> hash.add(order.orderId()));
        return hash.value();
    }

    static long of(SettlementLedger settlement) {
        long sum = 0;
        for (SettlementLedger.Unsettled trade : settlement.unsettled()) {
            sum += new StateHash()
                    .add(trade.tradeId)
                    .add(trade.maker.orderId())
                    .add(trade.taker.orderId())
                    .add(Arrays.hashCode(trade.signature))
                    .value();
        }
        return new StateHash().add(sum).add(settlement.lastTradeId()).value();
    }

    static long of(Market market) {
        StateHash hash = new StateHash().add(market.rules().marketId());
        for (Side side : Side.values()) {
            market.book().walk(side, order -> {
                hash.add(order.orderId()).add(order.priceTicks()).add(order.remainingLots());
                return true;
            });
        }
        market.watch().hash(hash);
        return hash.value();
    }

    private static long of(LiveOrder order) {
        return new StateHash()
                .add(order.orderId())
                .add(order.status.ordinal())
                .add(order.remainingLots)
                .add(order.filledLots)
                .add(order.filledNotional)
                .add(order.unconfirmedTrades)
                .add(Arrays.hashCode(order.lastSignature))
                .add(order.lastSlot)
                .add(order.priceTicks)
                .add(order.triggerTicks)
                .add(order.extremeTicks)
                .add(order.ref.reservationId().getLeastSignificantBits())
                .add(order.amendmentsHash())
                .add(order.request.clientOrderId().hashCode())
                .add(order.session == null ? 0 : order.session.hash())
                .add(order.bracket == null ? 0 : order.bracket.hash())
                .add(order.leg)
                .add(order.sized ? 1 : 0)
                .add(order.ref.parentOrderId())
                .value();
    }
}
