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
import java.util.TreeMap;
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
    private final Feed<String, AuctionSnapshot, AuctionUpdate> feed =
            new Feed<>(lock, UPDATES_MAX, SUBSCRIBER_QUEUE_MAX, false);
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
            feed.forget(sequence);
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
            feed.forget(0);
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
            feed.publish(auction.getMarket(), event.sequence(), update);
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
    public Subscription<AuctionSnapshot, AuctionUpdate> subscribe(String market, long resumeFrom) {
        lock.lock();
        try {
            if (resumeFrom > 0) {
                return feed.resume(market, resumeFrom, sequence);
            }
            AuctionSnapshot snapshot = runningIn(market);
            return feed.begin(market, () -> snapshot);
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
}
