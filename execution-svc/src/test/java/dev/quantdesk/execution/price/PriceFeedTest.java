package dev.quantdesk.execution.price;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.protobuf.util.Timestamps;
import dev.quantdesk.execution.cluster.TestNode;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.PriceSource;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.projection.Stores;
import dev.quantdesk.execution.snapshot.Chunks;
import dev.quantdesk.execution.view.EngineScript;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.marketdata.v1.MarkPriceEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.RedisClient;

/** Prices come to the engine from the real stream, and only where an order needs them. */
@Timeout(30)
class PriceFeedTest {
    private static final Market MARKET =
            EngineScript.MARKETS.byId(Orders.MARKET).orElseThrow();

    private static final Reply RECORDED = new Reply.Recorded(1, 0);

    private final RedisClient redis = Stores.shared().emptied().redis();
    private final EventPublisher publisher = new EventPublisher(redis, PriceFeed.STREAM, 1_000, Telemetry.none());
    private final AtomicLong nowMillis = new AtomicLong(Orders.START_MILLIS);
    private final InstantSource time = this::now;
    private final PriceFeed feed = new PriceFeed(EngineScript.MARKETS, time.withZone(ZoneOffset.UTC));
    private final EngineScript engine = new EngineScript(feed);
    private final BlockingQueue<Command> told = new LinkedBlockingQueue<>();
    /** The answers that are outstanding, while the engine leaves them so. */
    private final BlockingQueue<CompletableFuture<Reply>> unanswered = new LinkedBlockingQueue<>();

    private volatile boolean answers = true;
    private long sequence;

    PriceFeedTest() {
        redis.del(PriceFeed.STREAM);
        feed.connect((command, _) -> {
            CompletableFuture<Reply> answer = new CompletableFuture<>();
            if (answers) {
                answer.complete(RECORDED);
            } else {
                unanswered.add(answer);
            }
            told.add(command);
            return answer;
        });
        feed.onLeadership(true);
        feed.start(redis);
    }

    @AfterEach
    void close() {
        feed.close();
    }

    /** The time that the test sets. */
    private Instant now() {
        return Instant.ofEpochMilli(nowMillis.get());
    }

    private void publish(long markTicks, long indexTicks) throws Exception {
        publish(markTicks, indexTicks, nowMillis.get());
    }

    private void publish(long markTicks, long indexTicks, long millis) throws Exception {
        MarkPriceEvent event = MarkPriceEvent.newBuilder()
                .setMarket(MARKET.symbol())
                .setMarkPrice(MARKET.price(markTicks))
                .setIndexPrice(indexTicks == 0 ? "" : MARKET.price(indexTicks))
                .setMarkTime(Timestamps.fromMillis(millis))
                .build();
        publisher.publish(List.of(new EventPublisher.Event(++sequence, event)));
    }

    private void assertTold(long markTicks, long indexTicks) throws InterruptedException {
        assertEquals(
                new Command.SetPrices(MARKET.id(), markTicks, indexTicks, nowMillis.get()),
                told.poll(10, TimeUnit.SECONDS));
    }

    /** Nothing was told, and of all that was published nothing is still to come. */
    private void assertSilent() {
        TestNode.await("the feed has all prices", () -> feed.lastSequence() == sequence);
        assertNull(told.poll());
    }

    private Command.PlaceOrder stop() {
        return Orders.by(Orders.ALICE)
                .sell(1)
                .at(90)
                .when(Trigger.Kind.STOP, PriceSource.MARK, 95)
                .build();
    }

    @Test
    void shouldTellThePricesWhileAnOrderNeedsThem() throws Exception {
        publish(100, 101);
        assertSilent();
        long waiting = engine.place(stop()).orderId();
        assertTold(100, 101);
        publish(102, 0);
        assertTold(102, 0);
        publish(102, 0);
        publish(103, 104);
        assertTold(103, 104);
        engine.cancel(Orders.ALICE, waiting);
        publish(105, 105);
        assertSilent();
    }

    @Test
    void shouldKnowFromASnapshotWhichOrdersNeedPrices() throws Exception {
        long waiting = engine.place(stop()).orderId();
        Chunks snapshot = Chunks.of(feed::save);
        feed.clear();
        publish(102, 0);
        assertSilent();
        snapshot.read(feed::load);
        publish(103, 0);
        assertTold(103, 0);
        engine.cancel(Orders.ALICE, waiting);
        publish(104, 0);
        assertSilent();
    }

    @Test
    void shouldTellNothingToAnOrderThatWaitsForTheLastTrade() throws Exception {
        engine.place(Orders.by(Orders.ALICE).sell(1).at(90).when(Trigger.Kind.STOP, PriceSource.LAST, 95));
        publish(100, 0);
        assertSilent();
    }

    @Test
    void shouldTellTheNewestPriceAheadOfAnOrderAsLongAsItIsFresh() throws Exception {
        engine.place(stop());
        publish(99, 98);
        assertTold(99, 98);
        feed.tell(MARKET);
        assertSilent();
        nowMillis.addAndGet(1_000);
        publish(99, 98);
        assertSilent();
        feed.tell(MARKET);
        assertTold(99, 98);
        nowMillis.addAndGet(1_000);
        publish(99, 98);
        assertSilent();
        nowMillis.addAndGet(PriceSource.FRESH_MILLIS + 1);
        feed.tell(MARKET);
        assertSilent();
    }

    @Test
    void shouldNotTellAnOldPriceThatArrivesLate() throws Exception {
        engine.place(stop());
        publish(90, 90, nowMillis.get() - 240_000);
        publish(91, 91, nowMillis.get() - PriceSource.FRESH_MILLIS - 1);
        assertSilent();
        feed.tell(MARKET);
        assertSilent();
        publish(100, 100);
        assertTold(100, 100);
    }

    @Test
    void shouldTellTheNewestOfThePricesThatArrivedWhileOneWasOnItsWay() throws Exception {
        engine.place(stop());
        answers = false;
        publish(100, 0);
        assertTold(100, 0);
        publish(99, 0);
        publish(95, 0);
        feed.tell(MARKET);
        assertSilent();
        unanswered.take().complete(RECORDED);
        assertTold(95, 0);
        unanswered.take().complete(RECORDED);
        publish(95, 0);
        assertSilent();
    }

    @Test
    void shouldTellAPriceThatTheEngineHasNotTakenWithTheNextOneOnly() throws Exception {
        engine.place(stop());
        publish(100, 0);
        assertTold(100, 0);
        answers = false;
        publish(95, 0);
        assertTold(95, 0);
        unanswered.take().completeExceptionally(new IllegalStateException("no leader"));
        assertSilent();
        nowMillis.addAndGet(1_000);
        publish(95, 0);
        assertTold(95, 0);
        // What became of this one is not known, so the price before it is told again too.
        unanswered.take().completeExceptionally(new IllegalStateException("no answer"));
        publish(100, 0);
        assertTold(100, 0);
        unanswered.take().complete(new Reply.Refused(RefusalReason.UNKNOWN_MARKET, MARKET.id(), 0, 0));
        assertSilent();
        answers = true;
        publish(100, 0);
        assertTold(100, 0);
    }

    @Test
    void shouldTellTheNewestPriceAtOnceWhenAnOrderBeginsToNeedIt() throws Exception {
        Command.PlaceOrder other = Orders.by(Orders.BOB)
                .sell(1)
                .at(90)
                .when(Trigger.Kind.STOP, PriceSource.MARK, 95)
                .build();
        publish(100, 0);
        assertSilent();
        long waiting = engine.place(stop()).orderId();
        assertTold(100, 0);
        engine.place(other);
        assertSilent();
        engine.cancel(Orders.ALICE, waiting);
        publish(101, 0);
        assertTold(101, 0);
    }

    @Test
    void shouldLeaveItToTheLeaderToTellHowPricesMove() throws Exception {
        feed.onLeadership(false);
        engine.place(stop());
        publish(101, 0);
        assertSilent();
        feed.onLeadership(true);
        assertTold(101, 0);
        publish(102, 0);
        assertTold(102, 0);
    }

    @Test
    void shouldTellAgainWhatTheEngineMayHaveHeardOtherwiseFromTheLeaderBefore() throws Exception {
        engine.place(stop());
        publish(100, 0);
        assertTold(100, 0);
        answers = false;
        nowMillis.addAndGet(1_000);
        publish(101, 0);
        assertTold(101, 0);
        feed.onLeadership(false);
        feed.onLeadership(true);
        assertSilent();
        unanswered.take().complete(RECORDED);
        answers = true;
        nowMillis.addAndGet(1_000);
        publish(101, 0);
        assertTold(101, 0);
        publish(101, 0);
        assertSilent();
        feed.onLeadership(false);
        feed.onLeadership(true);
        assertTold(101, 0);
    }

    @Test
    void shouldPassOverAPriceThatIsNone() throws Exception {
        engine.place(stop());
        publisher.publish(List.of(new EventPublisher.Event(
                ++sequence,
                MarkPriceEvent.newBuilder()
                        .setMarket(MARKET.symbol())
                        .setMarkPrice("a lot")
                        .setMarkTime(Timestamps.fromMillis(nowMillis.get()))
                        .build())));
        publish(101, 0);
        assertTold(101, 0);
    }
}
