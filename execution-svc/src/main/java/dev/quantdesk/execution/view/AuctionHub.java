package dev.quantdesk.execution.view;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quantdesk.execution.cluster.SavedListener;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.Auction;
import dev.quantdesk.proto.execution.v1.AuctionSnapshot;
import dev.quantdesk.proto.execution.v1.AuctionUpdate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The auctions that run, and the latest news of them for streams that resume. Nothing in it tells whose order it is. Fed on the
 * engine's thread; read by any.
 */
public final class AuctionHub implements SavedListener {
    /** News kept for streams that resume. */
    static final int UPDATES_MAX = 4_096;
    /** News that waits for one subscriber. */
    static final int SUBSCRIBER_QUEUE_MAX = 256;

    private static final int AUCTION_LENGTH_MAX = 1 << 12;

    private final Markets markets;
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Long, Auction> running = new TreeMap<>();
    private final Deque<AuctionUpdate> updates = new ArrayDeque<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private long droppedSequence;
    private volatile long sequence;

    public AuctionHub(Markets markets) {
        this.markets = markets;
    }

    @Override
    public void onEvent(EngineEvent event, boolean replaying) {
        switch (event) {
            case EngineEvent.AuctionOpened opened -> {
                Auction auction = opened(opened, market(event));
                publish(event, auction, () -> running.put(opened.auctionId(), auction));
            }
            case EngineEvent.AuctionEnded ended -> {
                Auction auction = ended(ended, running.get(ended.auctionId()), market(event));
                publish(event, auction, () -> running.remove(ended.auctionId()));
            }
            default -> sequence = event.sequence();
        }
    }

    @Override
    public String name() {
        return "auctions";
    }

    @Override
    public void save(SnapshotWriter out) {
        lock.lock();
        try {
            out.section(name(), 1).int64(sequence).int32(running.size());
            running.forEach((id, auction) -> out.int64(id).bytes(auction.toByteArray()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void load(SnapshotReader in) {
        lock.lock();
        try {
            in.section(name(), 1);
            sequence = in.int64();
            droppedSequence = sequence;
            // Bounded by the engine, whose part of the snapshot came first.
            for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
                running.put(in.int64(), Auction.parseFrom(in.bytes(AUCTION_LENGTH_MAX)));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new SnapshotException("an auction of the snapshot can't be read", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void clear() {
        lock.lock();
        try {
            running.clear();
            updates.clear();
            droppedSequence = 0;
            sequence = 0;
        } finally {
            lock.unlock();
        }
    }

    private Market market(EngineEvent event) {
        return markets.byId(event.marketId()).orElseThrow();
    }

    private static Auction opened(EngineEvent.AuctionOpened opened, Market market) {
        return Auction.newBuilder()
                .setAuctionId(Long.toString(opened.auctionId()))
                .setMarket(market.symbol())
                .setSide(Wire.side(opened.takerSide()))
                .setQuantity(market.quantity(opened.lots()))
                .setArrivalPrice(market.price(opened.arrivalTicks()))
                .setArrivalSource(Wire.arrivalSource(opened))
                .setStartPrice(market.price(opened.startTicks()))
                .setEndPrice(market.price(opened.endTicks()))
                .setWorstQuotePrice(market.price(opened.worstQuoteTicks()))
                .setOpenTime(Wire.time(opened.timeMillis()))
                .setEndTime(Wire.time(opened.endMillis()))
                .build();
    }

    private static Auction ended(EngineEvent.AuctionEnded ended, Auction running, Market market) {
        return running.toBuilder()
                .setOutcome(Wire.outcome(ended.outcome()))
                .setEndTime(Wire.time(ended.timeMillis()))
                .setQuotedQuantity(market.quantity(ended.quotedLots()))
                .setQuotedAveragePrice(average(ended.quotedNotional(), ended.quotedLots(), market))
                .setBookQuantity(market.quantity(ended.bookLots()))
                .setBookAveragePrice(average(ended.bookNotional(), ended.bookLots(), market))
                .build();
    }

    private static String average(long notional, long lots, Market market) {
        return lots == 0 ? "" : market.averagePrice(notional, lots);
    }

    private void publish(EngineEvent event, Auction auction, Runnable change) {
        AuctionUpdate update = AuctionUpdate.newBuilder()
                .setSequence(event.sequence())
                .setAuction(auction)
                .build();
        lock.lock();
        try {
            change.run();
            updates.add(update);
            if (updates.size() > UPDATES_MAX) {
                droppedSequence = updates.removeFirst().getSequence();
            }
            for (Subscription subscription : subscriptions) {
                subscription.offer(update);
            }
            sequence = event.sequence();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Follows the auctions of a market.
     *
     * @param resumeFrom last sequence the caller has seen; 0 starts with a snapshot
     * @throws ApiException with {@link Reason#RESUME_EXPIRED} when the news since is no longer kept
     */
    public Subscription subscribe(String market, long resumeFrom) {
        lock.lock();
        try {
            if (resumeFrom > 0 && (resumeFrom < droppedSequence || resumeFrom > sequence)) {
                throw ApiException.refuse(
                                Reason.RESUME_EXPIRED, "Auctions since sequence " + resumeFrom + " are not kept here.")
                        .with("resume_from_sequence", Long.toString(resumeFrom))
                        .with("oldest_sequence", Long.toString(droppedSequence))
                        .with("newest_sequence", Long.toString(sequence))
                        .build();
            }
            Subscription subscription = new Subscription(market, resumeFrom);
            subscriptions.add(subscription);
            return subscription;
        } finally {
            lock.unlock();
        }
    }

    private AuctionSnapshot runningIn(String market) {
        AuctionSnapshot.Builder snapshot = AuctionSnapshot.newBuilder().setSequence(sequence);
        running.values().stream()
                .filter(auction -> auction.getMarket().equals(market))
                .forEach(snapshot::addAuctions);
        return snapshot.build();
    }

    /** One follower of a market's auctions; read by one thread. */
    public final class Subscription implements AutoCloseable {
        private final String market;
        private final AuctionSnapshot snapshot;
        private final List<AuctionUpdate> missed;
        private final SubscriberQueue<AuctionUpdate> queue = new SubscriberQueue<>(SUBSCRIBER_QUEUE_MAX);

        private Subscription(String market, long resumeFrom) {
            this.market = market;
            snapshot = resumeFrom > 0 ? null : runningIn(market);
            missed = resumeFrom == 0
                    ? List.of()
                    : updates.stream()
                            .filter(each -> each.getSequence() > resumeFrom && isOfMarket(each))
                            .toList();
        }

        private boolean isOfMarket(AuctionUpdate update) {
            return update.getAuction().getMarket().equals(market);
        }

        /** The auctions that run at the start; nothing for a stream that resumes. */
        public Optional<AuctionSnapshot> snapshot() {
            return Optional.ofNullable(snapshot);
        }

        /** What a resuming stream had missed. */
        public List<AuctionUpdate> missed() {
            return missed;
        }

        public BlockingQueue<AuctionUpdate> queue() {
            return queue.updates();
        }

        private void offer(AuctionUpdate update) {
            if (isOfMarket(update)) {
                queue.offer(update);
            }
        }

        /** @throws ApiException with {@link Reason#SLOW_CONSUMER} once news could not be queued and all queued is read */
        public void checkComplete() {
            queue.checkComplete();
        }

        @Override
        public void close() {
            lock.lock();
            try {
                subscriptions.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }
}
