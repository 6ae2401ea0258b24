package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.List;
import java.util.TreeMap;

/** The auctions that run, by id. */
final class AuctionBoard {
    /** Auctions that run at once, over all markets. */
    static final int AUCTIONS_MAX = 64;
    /** Auctions that run at once in one market. */
    static final int AUCTIONS_PER_MARKET_MAX = 16;

    private final TreeMap<Long, Auction> running = new TreeMap<>();
    private long lastId;

    boolean hasRoom(Market market) {
        return running.size() < AUCTIONS_MAX
                && running.values().stream()
                                .filter(auction -> auction.taker.market == market)
                                .count()
                        < AUCTIONS_PER_MARKET_MAX;
    }

    Auction open(LiveOrder taker, AuctionPrices prices, long nowMillis, long durationMillis) {
        Auction auction = new Auction(++lastId, taker, prices, nowMillis, nowMillis + durationMillis);
        running.put(auction.auctionId, auction);
        return auction;
    }

    void close(Auction auction) {
        running.remove(auction.auctionId);
    }

    /** The auction, or null when it does not run. */
    Auction find(long auctionId) {
        return running.get(auctionId);
    }

    boolean isEmpty() {
        return running.isEmpty();
    }

    /** Whether there has been an auction of that id. */
    boolean hasBeen(long auctionId) {
        return auctionId >= 1 && auctionId <= lastId;
    }

    /** The auctions of a market and side that opened before that of the id, oldest first. */
    List<Auction> before(long auctionId, Market market, Side side) {
        return running.headMap(auctionId).values().stream()
                .filter(auction -> auction.taker.market == market && auction.side() == side)
                .toList();
    }

    /** The auction that is to be looked at next, by time, then id; null when none is due. */
    Auction nextDue(long nowMillis) {
        Auction next = null;
        long nextMillis = nowMillis + 1;
        for (Auction auction : running.values()) {
            long due = auction.dueMillis();
            if (due < nextMillis) {
                next = auction;
                nextMillis = due;
            }
        }
        return next;
    }

    /** Unix milliseconds, or {@link LiveIntents#NONE}. */
    long nextMillis() {
        long next = LiveIntents.NONE;
        for (Auction auction : running.values()) {
            next = Math.min(next, auction.dueMillis());
        }
        return next;
    }

    void save(SnapshotWriter out) {
        out.section("auctions", 1).int64(lastId).int32(running.size());
        running.values().forEach(auction -> auction.save(out));
    }

    void load(SnapshotReader in, OrderStore store) {
        in.section("auctions", 1);
        lastId = in.int64();
        for (int left = in.count(AUCTIONS_MAX); left > 0; left--) {
            Auction auction = Auction.load(in, store);
            running.put(auction.auctionId, auction);
        }
    }

    long hash() {
        StateHash hash = new StateHash().add(lastId);
        running.values().forEach(auction -> auction.hash(hash));
        return hash.value();
    }
}
