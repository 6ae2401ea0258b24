package dev.quantdesk.execution.price;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.PriceSource;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.projection.Stores;
import dev.quantdesk.execution.snapshot.Chunks;
import dev.quantdesk.execution.view.EngineScript;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.marketdata.v1.MarkPriceEvent;
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

    private final RedisClient redis = Stores.shared().emptied().redis();
    private final EventPublisher publisher = new EventPublisher(redis, PriceFeed.STREAM, 1_000, Telemetry.none());
    private final AtomicLong nanos = new AtomicLong();
    private final PriceFeed feed = new PriceFeed(EngineScript.MARKETS, nanos::get);
    private final EngineScript engine = new EngineScript(feed);
    private final BlockingQueue<Command> told = new LinkedBlockingQueue<>();
    private long sequence;

    PriceFeedTest() {
        redis.del(PriceFeed.STREAM);
        feed.connect((command, _) -> {
            told.add(command);
            return CompletableFuture.completedFuture((Reply) new Reply.Recorded(1, 0));
        });
        feed.onLeadership(true);
        feed.start(redis);
    }

    @AfterEach
    void close() {
        feed.close();
    }

    private void publish(long markTicks, long indexTicks) throws Exception {
        MarkPriceEvent event = MarkPriceEvent.newBuilder()
                .setMarket(MARKET.symbol())
                .setMarkPrice(MARKET.price(markTicks))
                .setIndexPrice(indexTicks == 0 ? "" : MARKET.price(indexTicks))
                .build();
        publisher.publish(List.of(new EventPublisher.Event(++sequence, event)));
    }

    private void assertTold(long markTicks, long indexTicks) throws InterruptedException {
        assertEquals(new Command.SetPrices(MARKET.id(), markTicks, indexTicks, 0), told.poll(10, TimeUnit.SECONDS));
    }

    private void assertSilent() throws InterruptedException {
        assertNull(told.poll(300, TimeUnit.MILLISECONDS));
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
        publish(97, 97);
        assertTold(97, 97);
        feed.tell(MARKET);
        assertTold(97, 97);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(6));
        feed.tell(MARKET);
        assertSilent();
    }

    @Test
    void shouldLeaveItToTheLeaderToTellHowPricesMove() throws Exception {
        feed.onLeadership(false);
        engine.place(stop());
        publish(101, 0);
        assertSilent();
        feed.onLeadership(true);
        publish(102, 0);
        assertTold(102, 0);
    }

    @Test
    void shouldPassOverAPriceThatIsNone() throws Exception {
        engine.place(stop());
        publisher.publish(List.of(new EventPublisher.Event(
                ++sequence,
                MarkPriceEvent.newBuilder()
                        .setMarket(MARKET.symbol())
                        .setMarkPrice("a lot")
                        .build())));
        publish(101, 0);
        assertTold(101, 0);
    }
}
