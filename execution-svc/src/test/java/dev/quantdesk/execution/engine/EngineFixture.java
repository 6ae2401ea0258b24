package dev.quantdesk.execution.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayList;
import java.util.List;

/** An engine with two markets, a clock that the test moves, and everything it has emitted. */
final class EngineFixture {
    static final List<MarketRules> MARKETS = List.of(
            new MarketRules(Orders.MARKET, 1, 1_000_000, 1_000_000),
            new MarketRules(Orders.OTHER_MARKET, 10, 1_000_000, 1_000_000));

    final OrderEngine engine;
    final List<EngineEvent> events = new ArrayList<>();
    long nowMillis = Orders.START_MILLIS;
    private int eventsBefore;

    EngineFixture() {
        this(EngineLimits.DEFAULTS);
    }

    EngineFixture(EngineLimits limits) {
        engine = new OrderEngine(MARKETS, limits);
    }

    Reply send(Command command) {
        eventsBefore = events.size();
        Reply reply = engine.apply(command, nowMillis, events::add);
        for (int i = eventsBefore; i < events.size(); i++) {
            assertEquals(i + 1, events.get(i).sequence());
        }
        assertEquals(events.size(), reply.sequence());
        return reply;
    }

    /** The events of the last command. */
    List<EngineEvent> newEvents() {
        return events.subList(eventsBefore, events.size());
    }

    OrderState place(Orders order) {
        return assertInstanceOf(Reply.Accepted.class, send(order.build())).state();
    }

    Reply.Refused refused(RefusalReason reason, Command command) {
        Reply.Refused refused = assertInstanceOf(Reply.Refused.class, send(command));
        assertEquals(reason, refused.reason());
        return refused;
    }

    Reply.Refused refused(RefusalReason reason, long value, long bound, Orders order) {
        Reply.Refused refused = refused(reason, order.build());
        assertEquals(new Reply.Refused(reason, value, bound, refused.sequence()), refused);
        return refused;
    }

    /** The state of an order, asked for by repeating it. */
    OrderState stateOf(Command.PlaceOrder order) {
        return assertInstanceOf(Reply.Duplicate.class, send(order)).state();
    }

    <E extends EngineEvent> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <E extends EngineEvent> E last(Class<E> type) {
        return events(type).getLast();
    }

    /** Lets time pass, and the engine do what is due. */
    void advance(long millis) {
        eventsBefore = events.size();
        nowMillis += millis;
        engine.onTimer(nowMillis, events::add);
    }

    /** Places an order that asks for an auction, and is accepted. */
    OrderState auction(Orders order, int millis) {
        return assertInstanceOf(
                        Reply.Accepted.class,
                        send(new Command.PlaceInAuction(order.build(), java.util.Optional.empty(), millis)))
                .state();
    }

    /** Places a quote that is accepted. */
    OrderState quote(long auctionId, Orders order) {
        return assertInstanceOf(
                        Reply.Accepted.class,
                        send(new Command.SubmitQuote(order.ioc().build(), auctionId)))
                .state();
    }

    /** Buyer and seller trade once at {@code ticks}; positions move by {@code lots}. */
    void trade(PublicKey buyer, PublicKey seller, long lots, long ticks) {
        place(Orders.by(seller).sell(lots).at(ticks));
        assertEquals(
                OrderStatus.FILLED, place(Orders.by(buyer).buy(lots).at(ticks)).status());
    }
}
