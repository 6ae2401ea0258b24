package dev.quantdesk.risk.support;

import com.google.protobuf.Timestamp;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.execution.v1.AlgoOrderAccepted;
import dev.quantdesk.proto.execution.v1.AlgoOrderEnded;
import dev.quantdesk.proto.execution.v1.AlgoOrderSliced;
import dev.quantdesk.proto.execution.v1.ExecutionEvent;
import dev.quantdesk.proto.execution.v1.MatchedOrder;
import dev.quantdesk.proto.execution.v1.OrderAccepted;
import dev.quantdesk.proto.execution.v1.OrderAmended;
import dev.quantdesk.proto.execution.v1.OrderCancelled;
import dev.quantdesk.proto.execution.v1.OrderRefused;
import dev.quantdesk.proto.execution.v1.OrderSettled;
import dev.quantdesk.proto.execution.v1.OrdersMatched;
import dev.quantdesk.proto.execution.v1.SettlementChanged;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.marketdata.v1.MarkPriceEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.RedisClient;

/** Publishes what execution-svc and market-data-svc publish, with the same publisher, and remembers the history. */
public final class Streams {
    public static final String EXECUTION = "execution.events";
    public static final String MARKS = "marketdata.marks";

    private final RedisClient redis;
    private final Market market;
    private final EventPublisher execution;
    private final EventPublisher marks;
    private final long startSeconds;
    private final List<EventPublisher.Event> history = new ArrayList<>();

    /** An order as the engine knows it. */
    public record Order(long id, PublicKey account, Side side, String price, String quantity) {}

    /** @param startSeconds engine time of the first event: what tells two histories apart */
    public Streams(RedisClient redis, String market, long startSeconds) {
        this.redis = redis;
        this.market = Markets.load().bySymbol(market).orElseThrow();
        this.execution = new EventPublisher(redis, EXECUTION, 1_000_000, Telemetry.none());
        this.marks = new EventPublisher(redis, MARKS, 1_000, Telemetry.none());
        this.startSeconds = startSeconds;
    }

    /** Sequence of the last event made. */
    public long sequence() {
        return history.size();
    }

    public void mark(String price) throws Exception {
        mark(market.symbol(), price, Instant.now());
    }

    public void mark(String symbol, String price, Instant time) throws Exception {
        marks.publish(List.of(new EventPublisher.Event(
                marks.lastSequence() + 1,
                MarkPriceEvent.newBuilder()
                        .setMarket(symbol)
                        .setMarkPrice(price)
                        .setMarkTime(Timestamp.newBuilder()
                                .setSeconds(time.getEpochSecond())
                                .setNanos(time.getNano()))
                        .build())));
    }

    public void accepted(Order order, String reservation) throws Exception {
        accepted(order, reservation, false);
    }

    public void accepted(Order order, String reservation, boolean reduceOnly) throws Exception {
        publish(event().setOrderAccepted(OrderAccepted.newBuilder()
                .setOrderId(Long.toString(order.id()))
                .setClientOrderId("client-" + order.id())
                .setAccount(order.account().toString())
                .setSide(order.side())
                .setPrice(order.price())
                .setQuantity(order.quantity())
                .setReduceOnly(reduceOnly)
                .setReservationId(reservation)));
    }

    /** The two orders trade {@code quantity} at the maker's price and have the rests given. */
    public void matched(Order maker, String makerRest, Order taker, String takerRest, String quantity)
            throws Exception {
        publish(event().setOrdersMatched(OrdersMatched.newBuilder()
                .setTradeId(Long.toString(sequence()))
                .setPrice(maker.price())
                .setQuantity(quantity)
                .setMaker(side(maker, makerRest))
                .setTaker(side(taker, takerRest))));
    }

    public void amended(Order order, String price, String quantity) throws Exception {
        publish(event().setOrderAmended(OrderAmended.newBuilder()
                .setOrderId(Long.toString(order.id()))
                .setAccount(order.account().toString())
                .setPrice(price)
                .setRemainingQuantity(quantity)));
    }

    public void cancelled(Order order, String quantity) throws Exception {
        publish(event().setOrderCancelled(OrderCancelled.newBuilder()
                .setOrderId(Long.toString(order.id()))
                .setAccount(order.account().toString())
                .setCancelledQuantity(quantity)));
    }

    public void algoAccepted(Order algo, String reservation) throws Exception {
        publish(event().setAlgoOrderAccepted(AlgoOrderAccepted.newBuilder()
                .setOrderId(Long.toString(algo.id()))
                .setClientOrderId("client-" + algo.id())
                .setAccount(algo.account().toString())
                .setSide(algo.side())
                .setPrice(algo.price())
                .setQuantity(algo.quantity())
                .setReservationId(reservation)));
    }

    public void childAccepted(Order child, Order algo) throws Exception {
        publish(event().setAlgoOrderSliced(AlgoOrderSliced.newBuilder().setOrderId(Long.toString(algo.id()))));
        publish(event().setOrderAccepted(OrderAccepted.newBuilder()
                .setOrderId(Long.toString(child.id()))
                .setAccount(child.account().toString())
                .setSide(child.side())
                .setPrice(child.price())
                .setQuantity(child.quantity())
                .setParentOrderId(Long.toString(algo.id()))));
    }

    /** A child of {@code algo} takes {@code quantity} from the maker; what each has left. */
    public void childMatched(
            Order maker, String makerRest, Order child, String childRest, Order algo, String algoRest, String quantity)
            throws Exception {
        publish(event().setOrdersMatched(OrdersMatched.newBuilder()
                .setTradeId(Long.toString(sequence()))
                .setPrice(maker.price())
                .setQuantity(quantity)
                .setMaker(side(maker, makerRest))
                .setTaker(side(child, childRest).toBuilder()
                        .setParentOrderId(Long.toString(algo.id()))
                        .setParentRemainingQuantity(algoRest))));
    }

    public void childCancelled(Order child, Order algo, String quantity) throws Exception {
        publish(event().setOrderCancelled(OrderCancelled.newBuilder()
                .setOrderId(Long.toString(child.id()))
                .setAccount(child.account().toString())
                .setCancelledQuantity(quantity)
                .setParentOrderId(Long.toString(algo.id()))));
    }

    public void algoEnded(Order algo, String quantity) throws Exception {
        publish(event().setAlgoOrderEnded(AlgoOrderEnded.newBuilder()
                .setOrderId(Long.toString(algo.id()))
                .setAccount(algo.account().toString())
                .setCancelledQuantity(quantity)));
    }

    public void refused(PublicKey account, String reservation) throws Exception {
        publish(event().setOrderRefused(OrderRefused.newBuilder()
                .setAccount(account.toString())
                .setReservationId(reservation)
                .setReason("POST_ONLY_WOULD_CROSS")));
    }

    public void settlementChanged() throws Exception {
        publish(event().setMarket("")
                .setSettlementChanged(SettlementChanged.newBuilder().addTradeIds("1")));
    }

    public void settled(Order order) throws Exception {
        publish(event().setOrderSettled(OrderSettled.newBuilder()
                .setOrderId(Long.toString(order.id()))
                .setAccount(order.account().toString())));
    }

    /** An event that this version does not know. */
    public void unknown() throws Exception {
        publish(event());
    }

    /** Makes an event without publishing it: it is missing in the stream. */
    public void lost() {
        history.add(new EventPublisher.Event(sequence() + 1, event().build()));
    }

    /** Removes the stream and publishes the whole history again, as execution-svc does when Redis has lost it. */
    public void fillAgain() throws Exception {
        redis.del(EXECUTION);
        for (EventPublisher.Event event : history) {
            execution.publish(List.of(event));
        }
    }

    private ExecutionEvent.Builder event() {
        return ExecutionEvent.newBuilder()
                .setSequence(sequence() + 1)
                .setEngineTime(Timestamp.newBuilder()
                        .setSeconds(startSeconds + sequence())
                        .setNanos(123_456_789))
                .setMarket(market.symbol());
    }

    private void publish(ExecutionEvent.Builder event) throws Exception {
        EventPublisher.Event next = new EventPublisher.Event(sequence() + 1, event.build());
        history.add(next);
        execution.publish(List.of(next));
    }

    private static MatchedOrder side(Order order, String rest) {
        return MatchedOrder.newBuilder()
                .setOrderId(Long.toString(order.id()))
                .setAccount(order.account().toString())
                .setSide(order.side())
                .setRemainingQuantity(rest)
                .build();
    }
}
