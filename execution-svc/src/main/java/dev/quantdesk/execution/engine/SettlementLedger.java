package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/** The trades that are not confirmed on chain, and the transaction each was last submitted in. */
final class SettlementLedger {
    private static final byte[] NOT_SUBMITTED = {};

    private final OrderLifecycle lifecycle;
    private final EventWriter events;
    private final IdPages<Unsettled> unsettled = new IdPages<>();
    private long lastTradeId;

    SettlementLedger(OrderLifecycle lifecycle, EventWriter events) {
        this.lifecycle = lifecycle;
        this.events = events;
    }

    static final class Unsettled {
        final long tradeId;
        final LiveOrder maker;
        final LiveOrder taker;
        byte[] signature = NOT_SUBMITTED;

        Unsettled(long tradeId, LiveOrder maker, LiveOrder taker) {
            this.tradeId = tradeId;
            this.maker = maker;
            this.taker = taker;
        }

        boolean isSubmitted() {
            return signature.length > 0;
        }
    }

    /** Takes in a new trade. @return its id */
    long add(LiveOrder maker, LiveOrder taker) {
        long tradeId = ++lastTradeId;
        unsettled.put(tradeId, new Unsettled(tradeId, maker, taker));
        maker.unconfirmedTrades++;
        taker.unconfirmedTrades++;
        return tradeId;
    }

    /**
     * A trade is in one transaction at a time: the next may be submitted once that one is known never to land. So two
     * workers that both believe to be the one that settles can't settle a trade twice.
     */
    Reply submitted(Command.SettlementSubmitted command) {
        OptionalLong bad = badTradeId(command.tradeIds());
        if (bad.isPresent()) {
            return refused(RefusalReason.BAD_TRADE_ID, bad.getAsLong());
        }
        for (long tradeId : command.tradeIds()) {
            Unsettled trade = unsettled.get(tradeId);
            if (trade == null) {
                return refused(RefusalReason.TRADE_ALREADY_CONFIRMED, tradeId);
            }
            if (trade.isSubmitted() && !Arrays.equals(trade.signature, command.signature())) {
                return refused(RefusalReason.TRADE_ALREADY_SUBMITTED, tradeId);
            }
        }
        long[] changed = select(command.tradeIds(), trade -> !trade.isSubmitted());
        if (changed.length > 0) {
            events.submitted(command, changed);
            for (long tradeId : changed) {
                unsettled.get(tradeId).signature = command.signature();
            }
        }
        return recorded(changed);
    }

    Reply confirmed(Command.SettlementConfirmed command) {
        OptionalLong bad = badTradeId(command.tradeIds());
        if (bad.isPresent()) {
            return refused(RefusalReason.BAD_TRADE_ID, bad.getAsLong());
        }
        long[] changed = select(command.tradeIds(), trade -> true);
        if (changed.length > 0) {
            events.confirmed(command, changed);
            for (long tradeId : changed) {
                Unsettled trade = unsettled.remove(tradeId);
                lifecycle.tradeConfirmed(trade.maker, command.signature(), command.slot());
                lifecycle.tradeConfirmed(trade.taker, command.signature(), command.slot());
            }
        }
        return recorded(changed);
    }

    /** Trades that are not in this transaction are left alone. */
    Reply reverted(Command.SettlementReverted command) {
        OptionalLong bad = badTradeId(command.tradeIds());
        if (bad.isPresent()) {
            return refused(RefusalReason.BAD_TRADE_ID, bad.getAsLong());
        }
        long[] changed = select(command.tradeIds(), trade -> Arrays.equals(trade.signature, command.signature()));
        if (changed.length > 0) {
            events.reverted(command, changed);
            for (long tradeId : changed) {
                unsettled.get(tradeId).signature = NOT_SUBMITTED;
            }
        }
        return recorded(changed);
    }

    void save(SnapshotWriter out) {
        out.section("settlement", 1).int64(lastTradeId).int32(unsettled.size());
        for (Unsettled trade : unsettled.values()) {
            out.int64(trade.tradeId)
                    .int64(trade.maker.orderId())
                    .int64(trade.taker.orderId())
                    .bytes(trade.signature);
        }
    }

    /** How many trades there are of each order, the orders know themselves. */
    void load(SnapshotReader in, OrderStore store) {
        in.section("settlement", 1);
        lastTradeId = in.int64();
        for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
            long tradeId = in.int64();
            LiveOrder maker = store.order(in.int64());
            LiveOrder taker = store.order(in.int64());
            if (maker == null || taker == null) {
                throw new SnapshotException("an order of trade " + tradeId + " is not in the snapshot");
            }
            Unsettled trade = new Unsettled(tradeId, maker, taker);
            trade.signature = in.bytes(SignedIntent.SIGNATURE_LENGTH);
            unsettled.put(tradeId, trade);
        }
    }

    int size() {
        return unsettled.size();
    }

    long lastTradeId() {
        return lastTradeId;
    }

    /** In no particular order: for sums only. */
    Collection<Unsettled> unsettled() {
        return unsettled.values();
    }

    /** Those of the trades that are not confirmed and pass {@code filter}, in the order given. */
    private long[] select(long[] tradeIds, Predicate<Unsettled> filter) {
        return Arrays.stream(tradeIds)
                .filter(tradeId -> unsettled.containsKey(tradeId) && filter.test(unsettled.get(tradeId)))
                .toArray();
    }

    /** Trade ids have no gaps, so one up to the last is known, and confirmed if it is not in the map. */
    private OptionalLong badTradeId(long[] tradeIds) {
        Set<Long> seen = new HashSet<>();
        return Arrays.stream(tradeIds)
                .filter(tradeId -> tradeId < 1 || tradeId > lastTradeId || !seen.add(tradeId))
                .findFirst();
    }

    private Reply recorded(long[] changed) {
        return new Reply.Recorded(changed.length, events.sequence());
    }

    private Reply refused(RefusalReason reason, long tradeId) {
        return new Reply.Refused(reason, tradeId, 0, events.sequence());
    }
}
