package dev.quantdesk.bench.book;

import exchange.core2.collections.objpool.ObjectsPool;
import exchange.core2.core.common.CoreSymbolSpecification;
import exchange.core2.core.common.L2MarketData;
import exchange.core2.core.common.MatcherEventType;
import exchange.core2.core.common.MatcherTradeEvent;
import exchange.core2.core.common.OrderAction;
import exchange.core2.core.common.OrderType;
import exchange.core2.core.common.SymbolType;
import exchange.core2.core.common.cmd.CommandResultCode;
import exchange.core2.core.common.cmd.OrderCommand;
import exchange.core2.core.common.cmd.OrderCommandType;
import exchange.core2.core.common.config.LoggingConfiguration;
import exchange.core2.core.orderbook.OrderBookDirectImpl;
import exchange.core2.core.orderbook.OrderBookEventsHelper;
import java.util.HashMap;
import java.util.Map;

/** exchange-core's fastest book, with its objects pooled as in its own performance tests. */
public final class ExchangeCoreBook implements TestedBook {
    private static final long ONLY_USER = 1;
    private static final int POOL = 1024 * 1024;

    private final Report report = new Report();
    private final OrderBookDirectImpl book;
    private final OrderCommand command = new OrderCommand();
    private MatcherTradeEvent freeEvents;

    public ExchangeCoreBook() {
        // For a futures contract the book lets orders move without a check of the buyer's reserve.
        CoreSymbolSpecification symbol = CoreSymbolSpecification.builder()
                .symbolId(1)
                .type(SymbolType.FUTURES_CONTRACT)
                .baseScaleK(1)
                .quoteScaleK(1)
                .build();
        Map<Integer, Integer> pools = new HashMap<>();
        pools.put(ObjectsPool.DIRECT_ORDER, POOL);
        pools.put(ObjectsPool.DIRECT_BUCKET, POOL / 8);
        pools.put(ObjectsPool.ART_NODE_4, POOL / 8);
        pools.put(ObjectsPool.ART_NODE_16, POOL / 16);
        pools.put(ObjectsPool.ART_NODE_48, POOL / 32);
        pools.put(ObjectsPool.ART_NODE_256, POOL / 64);
        book = new OrderBookDirectImpl(
                symbol,
                new ObjectsPool(pools),
                new OrderBookEventsHelper(this::event),
                LoggingConfiguration.builder()
                        .loggingLevels(java.util.EnumSet.noneOf(LoggingConfiguration.LoggingLevel.class))
                        .build());
        command.uid = ONLY_USER;
    }

    private MatcherTradeEvent event() {
        MatcherTradeEvent event = freeEvents;
        if (event == null) {
            return new MatcherTradeEvent();
        }
        freeEvents = event.nextEvent;
        event.nextEvent = null;
        return event;
    }

    private void enter(OrderType type, long orderId, boolean buy, long price, long lots) {
        command.command = OrderCommandType.PLACE_ORDER;
        command.orderType = type;
        command.orderId = orderId;
        command.action = buy ? OrderAction.BID : OrderAction.ASK;
        command.price = price;
        command.reserveBidPrice = price;
        command.size = lots;
        book.newOrder(command);
        tell(orderId);
    }

    /** Reports the command's events and takes them back. */
    private void tell(long orderId) {
        MatcherTradeEvent event = command.matcherEvent;
        command.matcherEvent = null;
        // What is dropped of an order stands before its trades.
        long dropped = 0;
        while (event != null) {
            if (event.eventType == MatcherEventType.TRADE) {
                report.trade(orderId, event.matchedOrderId, event.price, event.size);
            } else {
                dropped += event.size;
            }
            MatcherTradeEvent next = event.nextEvent;
            event.nextEvent = freeEvents;
            freeEvents = event;
            event = next;
        }
        if (dropped > 0) {
            report.removed(orderId, dropped);
        }
    }

    private void tell(long orderId, CommandResultCode outcome) {
        if (outcome == CommandResultCode.SUCCESS) {
            tell(orderId);
        } else {
            report.removed(orderId, 0);
        }
    }

    @Override
    public void limit(long orderId, boolean buy, long price, long lots) {
        enter(OrderType.GTC, orderId, buy, price, lots);
    }

    @Override
    public void immediate(long orderId, boolean buy, long price, long lots) {
        enter(OrderType.IOC, orderId, buy, price, lots);
    }

    @Override
    public void cancel(long orderId) {
        command.command = OrderCommandType.CANCEL_ORDER;
        command.orderId = orderId;
        tell(orderId, book.cancelOrder(command));
    }

    @Override
    public void reduce(long orderId, long lots) {
        command.command = OrderCommandType.REDUCE_ORDER;
        command.orderId = orderId;
        command.size = lots;
        tell(orderId, book.reduceOrder(command));
    }

    @Override
    public void move(long orderId, long price) {
        command.command = OrderCommandType.MOVE_ORDER;
        command.orderId = orderId;
        command.price = price;
        tell(orderId, book.moveOrder(command));
    }

    @Override
    public Report report() {
        return report;
    }

    @Override
    public long[] depth(boolean buy, int levels) {
        L2MarketData data = book.getL2MarketDataSnapshot(levels);
        int count = buy ? data.bidSize : data.askSize;
        long[] depth = new long[2 * count];
        for (int i = 0; i < count; i++) {
            depth[2 * i] = buy ? data.bidPrices[i] : data.askPrices[i];
            depth[2 * i + 1] = buy ? data.bidVolumes[i] : data.askVolumes[i];
        }
        return depth;
    }
}
