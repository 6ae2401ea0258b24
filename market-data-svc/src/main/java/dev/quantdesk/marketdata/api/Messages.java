package dev.quantdesk.marketdata.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.quantdesk.kit.intent.OrderIntent;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.marketdata.book.BookSide;
import dev.quantdesk.marketdata.book.BookStep;
import dev.quantdesk.marketdata.book.Instrument;
import dev.quantdesk.marketdata.book.Level;
import dev.quantdesk.proto.marketdata.v1.Market;
import dev.quantdesk.proto.marketdata.v1.OrderBook;
import dev.quantdesk.proto.marketdata.v1.OrderBookUpdate;
import dev.quantdesk.proto.marketdata.v1.PriceLevel;
import dev.quantdesk.proto.marketdata.v1.PriceSource;
import dev.quantdesk.proto.marketdata.v1.Trade;
import dev.quantdesk.proto.marketdata.v1.TradeSide;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** Domain values as messages of the contract. */
final class Messages {
    /** Decimal places of a fraction written in basis points. */
    private static final int BPS_SCALE = 4;

    private Messages() {}

    static Market market(Instrument instrument, PublicKey settlementProgram) {
        var market = instrument.market();
        return Market.newBuilder()
                .setSymbol(market.symbol())
                .setTickSize(Decimals.plain(market.tickSize()))
                .setLotSize(Decimals.plain(market.lotSize()))
                .setMinQuantity(market.quantity(market.minLots()))
                .setMaxQuantity(market.quantity(market.maxLots()))
                .setInitialMarginFraction(fraction(market.initialMarginBps()))
                .setMaintenanceMarginFraction(fraction(market.maintenanceMarginBps()))
                .setPriceSource(source(instrument.source()))
                .setSourceInstrument(instrument.sourceInstrument())
                .setIntentDomain(ByteString.copyFrom(OrderIntent.domain(settlementProgram, market.symbol())))
                .build();
    }

    private static String fraction(int bps) {
        return Decimals.plain(BigDecimal.valueOf(bps, BPS_SCALE));
    }

    private static PriceSource source(Instrument.Source source) {
        return switch (source) {
            case LIVE -> PriceSource.PRICE_SOURCE_LIVE;
            case RECORDING -> PriceSource.PRICE_SOURCE_RECORDING;
            case SIMULATION -> PriceSource.PRICE_SOURCE_SIMULATION;
        };
    }

    static OrderBook book(Instrument instrument, BookStep.View view, int depth) {
        OrderBook.Builder book = OrderBook.newBuilder()
                .setMarket(instrument.symbol())
                .setSequence(view.sequence())
                .setEpoch(view.epoch())
                .setChecksum(view.checksum())
                .setVenueTime(timestamp(view.venueTime()))
                .setReceiveTime(timestamp(view.receiveTime()))
                .setPriceSource(source(instrument.source()))
                .setQuantityUnit(instrument.quantityUnit());
        first(view.bids(), depth).forEach(level -> book.addBids(level(instrument, level)));
        first(view.asks(), depth).forEach(level -> book.addAsks(level(instrument, level)));
        return book.build();
    }

    private static List<Level> first(List<Level> levels, int depth) {
        return levels.subList(0, Math.min(depth, levels.size()));
    }

    static OrderBookUpdate update(Instrument instrument, BookStep.Change change) {
        OrderBookUpdate.Builder update = OrderBookUpdate.newBuilder()
                .setMarket(instrument.symbol())
                .setSequence(change.sequence())
                .setEpoch(change.epoch())
                .setChecksum(change.checksum())
                .setVenueTime(timestamp(change.venueTime()))
                .setReceiveTime(timestamp(change.receiveTime()));
        change.delta().bids().forEach(level -> update.addBids(level(instrument, level)));
        change.delta().asks().forEach(level -> update.addAsks(level(instrument, level)));
        return update.build();
    }

    private static PriceLevel level(Instrument instrument, Level level) {
        return PriceLevel.newBuilder()
                .setPrice(instrument.price(level.priceSteps()))
                .setQuantity(instrument.quantity(level.lots()))
                .build();
    }

    static Trade trade(Instrument instrument, dev.quantdesk.marketdata.book.Trade trade) {
        var print = trade.print();
        return Trade.newBuilder()
                .setMarket(instrument.symbol())
                .setSequence(trade.sequence())
                .setEpoch(trade.epoch())
                .setPrice(instrument.price(print.priceSteps()))
                .setQuantity(instrument.quantity(print.lots()))
                .setTakerSide(print.taker() == BookSide.BUY ? TradeSide.TRADE_SIDE_BUY : TradeSide.TRADE_SIDE_SELL)
                .setVenueTradeId(print.venueTradeId())
                .setVenueTime(timestamp(print.venueTime()))
                .setReceiveTime(timestamp(trade.receiveTime()))
                .build();
    }

    static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
