package dev.quantdesk.execution.view;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.proto.execution.v1.Fill;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Liquidity;

/**
 * One order's part of a trade, and how far its settlement is. Immutable.
 *
 * @param signature of the latest transaction that settles it, empty before the first
 * @param slot in which it was confirmed, 0 before
 */
record OrderFill(
        long tradeId,
        long priceTicks,
        long lots,
        Liquidity liquidity,
        long tradeMillis,
        FillSettlement settlement,
        byte[] signature,
        long slot) {
    private static final byte[] NOT_SENT = {};

    static OrderFill of(EngineEvent.Trade trade, Liquidity liquidity) {
        return new OrderFill(
                trade.tradeId(),
                trade.priceTicks(),
                trade.lots(),
                liquidity,
                trade.timeMillis(),
                FillSettlement.FILL_SETTLEMENT_PENDING,
                NOT_SENT,
                0);
    }

    OrderFill with(FillSettlement nextSettlement, byte[] nextSignature, long nextSlot) {
        return new OrderFill(
                tradeId, priceTicks, lots, liquidity, tradeMillis, nextSettlement, nextSignature, nextSlot);
    }

    void save(SnapshotWriter out) {
        out.int64(tradeId)
                .int64(priceTicks)
                .int64(lots)
                .int8(liquidity.getNumber())
                .int64(tradeMillis)
                .int8(settlement.getNumber())
                .bytes(signature)
                .int64(slot);
    }

    static OrderFill load(SnapshotReader in) {
        return new OrderFill(
                in.int64(),
                in.int64(),
                in.int64(),
                Liquidity.forNumber(in.int8()),
                in.int64(),
                FillSettlement.forNumber(in.int8()),
                in.bytes(SignedIntent.SIGNATURE_LENGTH),
                in.int64());
    }

    Fill toProto(Market market) {
        return Fill.newBuilder()
                .setTradeId(Long.toString(tradeId))
                .setPrice(market.price(priceTicks))
                .setQuantity(market.quantity(lots))
                .setLiquidity(liquidity)
                .setTradeTime(Wire.time(tradeMillis))
                .setSettlement(settlement)
                .setSettlementSignature(Base58.encode(signature))
                .setSlot(slot)
                .build();
    }
}
