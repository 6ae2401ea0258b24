package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.BookOrder;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * One auction: a taker, a price that moves from its favour to where the book would have filled it, and the quotes that wait for
 * that price, best first, then in the order they came.
 */
final class Auction {
    /** Quotes that one auction takes at once. */
    static final int QUOTES_MAX = 64;
    /** Quotes that one account may have in an auction at once. */
    static final int QUOTES_PER_ACCOUNT_MAX = 4;

    final long auctionId;
    final LiveOrder taker;
    final AuctionPrices prices;
    final long openMillis;
    final long endMillis;

    /** What it has traded with quotes. */
    long quotedLots;

    long quotedNotional;

    /** @param rank the lower, the better for the taker */
    private record Place(long rank, long orderId) {}

    private final TreeMap<Place, LiveOrder> quotes =
            new TreeMap<>(Comparator.comparingLong(Place::rank).thenComparingLong(Place::orderId));

    Auction(long auctionId, LiveOrder taker, AuctionPrices prices, long openMillis, long endMillis) {
        this.auctionId = auctionId;
        this.taker = taker;
        this.prices = prices;
        this.openMillis = openMillis;
        this.endMillis = endMillis;
    }

    Side side() {
        return taker.side();
    }

    private Place place(LiveOrder quote) {
        return new Place(side() == Side.BUY ? quote.priceTicks : -quote.priceTicks, quote.orderId());
    }

    void add(LiveOrder quote) {
        quotes.put(place(quote), quote);
    }

    void remove(LiveOrder quote) {
        quotes.remove(place(quote));
    }

    /** In priority. */
    List<LiveOrder> quotes() {
        return List.copyOf(quotes.values());
    }

    int size() {
        return quotes.size();
    }

    int size(Account account) {
        Collection<LiveOrder> all = quotes.values();
        return (int) all.stream().filter(quote -> quote.account == account).count();
    }

    /** The quote next in line, or null when none is within the taker's price {@code limitTicks}. */
    LiveOrder best(long limitTicks) {
        LiveOrder best = quotes.isEmpty() ? null : quotes.firstEntry().getValue();
        return best != null && side().crosses(limitTicks, best.priceTicks) ? best : null;
    }

    void traded(long priceTicks, long lots) {
        quotedLots += lots;
        quotedNotional = Math.addExact(quotedNotional, Math.multiplyExact(priceTicks, lots));
    }

    /** The auction price at a time, in ticks. */
    long priceTicks(long nowMillis) {
        return prices.at(Math.clamp(nowMillis - openMillis, 0, endMillis - openMillis), endMillis - openMillis);
    }

    /** When something is to be done: the price meets the best quote, as long as that is better than the book, or time is up. */
    long dueMillis() {
        if (quotes.isEmpty()) {
            return endMillis;
        }
        LiveOrder quote = quotes.firstEntry().getValue();
        BookOrder resting = taker.market.book().best(side().opposite());
        boolean improves = resting == null || AuctionPrices.isBetter(side(), quote.priceTicks, resting.priceTicks());
        return improves ? openMillis + prices.meets(quote.priceTicks, endMillis - openMillis) : endMillis;
    }

    void save(SnapshotWriter out) {
        out.int64(auctionId).int64(taker.orderId()).int64(openMillis).int64(endMillis);
        prices.save(out);
        out.int64(quotedLots).int64(quotedNotional).int32(quotes.size());
        quotes.values().forEach(quote -> out.int64(quote.orderId()));
    }

    static Auction load(SnapshotReader in, OrderStore store) {
        long auctionId = in.int64();
        LiveOrder taker = store.known(in.int64());
        long openMillis = in.int64();
        long endMillis = in.int64();
        Auction auction = new Auction(auctionId, taker, AuctionPrices.load(in), openMillis, endMillis);
        taker.auction = auction;
        auction.quotedLots = in.int64();
        auction.quotedNotional = in.int64();
        for (int left = in.count(QUOTES_MAX); left > 0; left--) {
            LiveOrder quote = store.known(in.int64());
            quote.auction = auction;
            auction.add(quote);
        }
        return auction;
    }

    void hash(StateHash hash) {
        hash.add(auctionId).add(taker.orderId()).add(openMillis).add(endMillis);
        hash.add(quotedLots).add(quotedNotional);
        prices.hash(hash);
        quotes.values().forEach(quote -> hash.add(quote.orderId()));
    }
}
