package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.quantdesk.execution.cluster.EngineListener;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import dev.quantdesk.execution.engine.OrderEngine;
import dev.quantdesk.execution.engine.OrderState;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayList;
import java.util.List;

/** A real order engine with the mesh's markets, a clock that the test moves, and listeners that see each event at once. */
public final class EngineScript {
    public static final Markets MARKETS = Markets.load();

    private final OrderEngine engine;
    private final List<EngineListener> listeners;
    private final List<EngineEvent> events = new ArrayList<>();
    private long nowMillis = Orders.START_MILLIS;
    private long lastTradeId;
    private long lastOrderId;
    private EngineEvent.AuctionOpened lastAuction;

    public EngineScript(EngineListener... listeners) {
        this(EngineLimits.DEFAULTS, listeners);
    }

    public EngineScript(EngineLimits limits, EngineListener... listeners) {
        this.engine = new OrderEngine(
                MARKETS.all().stream()
                        .map(each -> new MarketRules(each.id(), each.minLots(), each.maxLots(), each.maxPriceTicks()))
                        .toList(),
                limits);
        this.listeners = List.of(listeners);
    }

    public Reply send(Command command) {
        return engine.apply(command, nowMillis, this::onEvent);
    }

    private void onEvent(EngineEvent event) {
        events.add(event);
        if (event instanceof EngineEvent.Trade trade) {
            lastTradeId = trade.tradeId();
        } else if (event instanceof EngineEvent.OrderAccepted accepted) {
            lastOrderId = accepted.ref().orderId();
        } else if (event instanceof EngineEvent.AuctionOpened opened) {
            lastAuction = opened;
        }
        listeners.forEach(listener -> listener.onEvent(event, false));
    }

    /** Places an order that must be accepted. */
    public OrderState place(Orders order) {
        return place(order.build());
    }

    public OrderState place(Command.PlaceOrder order) {
        return assertInstanceOf(Reply.Accepted.class, send(order)).state();
    }

    public Reply cancel(PublicKey account, long orderId) {
        return send(new Command.CancelOrder(account, orderId, "", TraceParent.NONE));
    }

    public void submitted(int signature, long... trades) {
        assertInstanceOf(Reply.Recorded.class, send(new Command.SettlementSubmitted(signature(signature), 1, trades)));
    }

    public void confirmed(int signature, long slot, long... trades) {
        assertInstanceOf(
                Reply.Recorded.class, send(new Command.SettlementConfirmed(signature(signature), slot, trades)));
    }

    public void reverted(int signature, long... trades) {
        assertInstanceOf(
                Reply.Recorded.class, send(new Command.SettlementReverted(signature(signature), "expired", trades)));
    }

    public static byte[] signature(int number) {
        byte[] bytes = new byte[64];
        bytes[0] = (byte) number;
        bytes[63] = 1;
        return bytes;
    }

    public void advance(long millis) {
        nowMillis += millis;
        engine.onTimer(nowMillis, this::onEvent);
    }

    public long nowMillis() {
        return nowMillis;
    }

    public List<EngineEvent> events() {
        return events;
    }

    public long lastTradeId() {
        return lastTradeId;
    }

    public long lastOrderId() {
        return lastOrderId;
    }

    /** The auction that opened last, or null. */
    public EngineEvent.AuctionOpened lastAuction() {
        return lastAuction;
    }

    public long sequence() {
        return engine.sequence();
    }
}
