package dev.quantdesk.mesh.maker;

import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.marketdata.v1.OrderBook;
import dev.quantdesk.proto.marketdata.v1.OrderBookUpdate;
import dev.quantdesk.proto.marketdata.v1.PriceLevel;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookResponse;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The middle of a market's reference book, kept up to date by its stream. */
final class ReferencePrice implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReferencePrice.class);

    private final Context.CancellableContext call = Context.ROOT.withCancellation();
    private final TreeMap<BigDecimal, BigDecimal> bids = new TreeMap<>(Comparator.reverseOrder());
    private final TreeMap<BigDecimal, BigDecimal> asks = new TreeMap<>();
    private volatile BigDecimal middle;
    private volatile StatusRuntimeException ended;

    private ReferencePrice() {}

    static ReferencePrice follow(TraderClient client, String market) {
        ReferencePrice price = new ReferencePrice();
        Thread.ofVirtual().name("reference " + market).start(() -> price.call.run(() -> price.run(client, market)));
        return price;
    }

    /** The middle of the book, or nothing before the first snapshot. @throws StatusRuntimeException when the stream has ended */
    Optional<BigDecimal> middle() {
        if (ended != null) {
            throw ended;
        }
        return Optional.ofNullable(middle);
    }

    private void run(TraderClient client, String market) {
        try {
            Iterator<StreamOrderBookResponse> steps = client.marketDataStreams()
                    .streamOrderBook(StreamOrderBookRequest.newBuilder()
                            .setMarket(market)
                            .build());
            while (steps.hasNext()) {
                apply(steps.next());
            }
            ended = io.grpc.Status.UNAVAILABLE
                    .withDescription("the book stream ended")
                    .asRuntimeException();
        } catch (StatusRuntimeException refused) {
            LOG.info("book of {}: {}", market, refused.getStatus());
            ended = refused;
        }
    }

    private void apply(StreamOrderBookResponse step) {
        switch (step.getStepCase()) {
            case SNAPSHOT -> {
                OrderBook book = step.getSnapshot();
                bids.clear();
                asks.clear();
                put(bids, book.getBidsList());
                put(asks, book.getAsksList());
            }
            case UPDATE -> {
                OrderBookUpdate update = step.getUpdate();
                put(bids, update.getBidsList());
                put(asks, update.getAsksList());
            }
            case STEP_NOT_SET -> throw new IllegalStateException("a step of the book stream without content");
        }
        if (!bids.isEmpty() && !asks.isEmpty()) {
            middle = bids.firstKey().add(asks.firstKey()).divide(BigDecimal.TWO);
        }
    }

    private static void put(TreeMap<BigDecimal, BigDecimal> side, List<PriceLevel> levels) {
        for (PriceLevel level : levels) {
            BigDecimal quantity = new BigDecimal(level.getQuantity());
            BigDecimal price = new BigDecimal(level.getPrice());
            if (quantity.signum() == 0) {
                side.remove(price);
            } else {
                side.put(price, quantity);
            }
        }
    }

    @Override
    public void close() {
        call.cancel(null);
    }
}
