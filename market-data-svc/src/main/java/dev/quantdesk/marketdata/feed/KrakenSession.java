package dev.quantdesk.marketdata.feed;

import dev.quantdesk.marketdata.book.BookDelta;
import dev.quantdesk.marketdata.book.BookIntegrityException;
import dev.quantdesk.marketdata.book.Instrument;
import dev.quantdesk.marketdata.book.Level;
import dev.quantdesk.marketdata.book.Trade;
import dev.quantdesk.marketdata.stream.MarketChannel;
import dev.quantdesk.marketdata.venue.KrakenFrame;
import dev.quantdesk.marketdata.venue.KrakenFrame.BookChange;
import dev.quantdesk.marketdata.venue.KrakenFrame.BookSnapshot;
import dev.quantdesk.marketdata.venue.KrakenFrame.PriceQuantity;
import dev.quantdesk.marketdata.venue.KrakenFrame.TradePrint;
import dev.quantdesk.marketdata.venue.KrakenFrame.TradeSnapshot;
import dev.quantdesk.marketdata.venue.MalformedFrameException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the frames of one product into the market's book and trades, and finds gaps in the venue's sequences. Used by
 * the one thread of its feed; time comes in with each frame.
 */
public final class KrakenSession {
    private final String product;
    private final MarketChannel channel;
    private final Instrument instrument;

    private boolean bookLive;
    private boolean bookRestarts;
    private long bookSequence;
    private boolean tradesLive;
    private boolean tradesRestart;
    private long tradeSequence;

    public KrakenSession(String product, MarketChannel channel) {
        this.product = product;
        this.channel = channel;
        this.instrument = channel.instrument();
    }

    /** What the feed has to do after a frame. */
    public enum Need {
        NOTHING,
        /** The book lacks a change: a new snapshot is needed. */
        NEW_BOOK,
        /** A trade is missing: the recent trades have to be asked for again. */
        NEW_TRADES
    }

    public String product() {
        return product;
    }

    public String market() {
        return channel.symbol();
    }

    public boolean hasBook() {
        return bookLive;
    }

    /**
     * Takes a frame of this product.
     *
     * @throws MalformedFrameException when a price or quantity does not fit the instrument's steps
     */
    public Need accept(KrakenFrame.ProductFrame frame, Instant receiveTime) throws MalformedFrameException {
        channel.book().heard(receiveTime);
        try {
            return switch (frame) {
                case BookSnapshot snapshot -> startBook(snapshot, receiveTime);
                case BookChange change -> changeBook(change, receiveTime);
                case TradeSnapshot snapshot -> startTrades(snapshot, receiveTime);
                case TradePrint trade -> trade(trade, receiveTime);
                case KrakenFrame.Ticker _ -> Need.NOTHING;
            };
        } catch (BookIntegrityException _) {
            loseBook();
            return Need.NEW_BOOK;
        }
    }

    /** Notes that the source is alive. */
    public void heard(Instant receiveTime) {
        channel.book().heard(receiveTime);
    }

    private Need startBook(BookSnapshot snapshot, Instant receiveTime)
            throws MalformedFrameException, BookIntegrityException {
        List<Level> bids = levels(snapshot.bids());
        List<Level> asks = levels(snapshot.asks());
        if (bookRestarts) {
            channel.book().restate(bids, asks, snapshot.time(), receiveTime);
        } else {
            channel.book().begin(bids, asks, snapshot.time(), receiveTime);
        }
        bookRestarts = false;
        bookLive = true;
        bookSequence = snapshot.sequence();
        return Need.NOTHING;
    }

    private Need changeBook(BookChange change, Instant receiveTime)
            throws MalformedFrameException, BookIntegrityException {
        if (!bookLive) {
            // Changes that were on their way before the snapshot was asked for.
            return Need.NOTHING;
        }
        if (change.sequence() != bookSequence + 1) {
            loseBook();
            return Need.NEW_BOOK;
        }
        bookSequence = change.sequence();
        channel.book().apply(BookDelta.of(change.side(), level(change.level())), change.time(), receiveTime);
        return Need.NOTHING;
    }

    private Need startTrades(TradeSnapshot snapshot, Instant receiveTime) throws MalformedFrameException {
        List<TradePrint> trades = snapshot.trades();
        long newest = trades.isEmpty() ? tradeSequence : trades.getLast().sequence();
        if (!tradesRestart) {
            boolean first = tradeSequence == 0;
            boolean lost =
                    !trades.isEmpty() && (trades.getFirst().sequence() > tradeSequence + 1 || newest < tradeSequence);
            if (!first && lost) {
                channel.trades().breakOff(receiveTime);
            }
            List<Trade.Print> fresh = new ArrayList<>();
            for (TradePrint trade : trades) {
                if (trade.sequence() > tradeSequence || newest < tradeSequence) {
                    fresh.add(print(trade));
                }
            }
            channel.trades().publish(fresh, receiveTime);
        }
        tradesRestart = false;
        tradesLive = true;
        tradeSequence = newest;
        return Need.NOTHING;
    }

    private Need trade(TradePrint trade, Instant receiveTime) throws MalformedFrameException {
        if (!tradesLive) {
            return Need.NOTHING;
        }
        if (tradeSequence != 0 && trade.sequence() != tradeSequence + 1) {
            tradesLive = false;
            return Need.NEW_TRADES;
        }
        tradeSequence = trade.sequence();
        channel.trades().publish(List.of(print(trade)), receiveTime);
        return Need.NOTHING;
    }

    private void loseBook() {
        bookLive = false;
        channel.book().invalidate();
    }

    /** The connection is gone: what was known may be outdated. */
    public void disconnected() {
        bookRestarts = false;
        tradesRestart = false;
        tradesLive = false;
        loseBook();
    }

    /** The source starts over from its own beginning, without anything having been lost. */
    public void restart() {
        bookRestarts = bookLive;
        bookLive = false;
        tradesRestart = true;
        tradesLive = false;
    }

    private List<Level> levels(List<PriceQuantity> levels) throws MalformedFrameException {
        List<Level> whole = new ArrayList<>(levels.size());
        for (PriceQuantity level : levels) {
            whole.add(level(level));
        }
        return whole;
    }

    private Level level(PriceQuantity level) throws MalformedFrameException {
        try {
            return new Level(instrument.priceSteps(level.price()), instrument.lots(level.quantity()));
        } catch (ArithmeticException offStep) {
            throw offStep(level.price() + " x " + level.quantity(), offStep);
        }
    }

    private Trade.Print print(TradePrint trade) throws MalformedFrameException {
        try {
            return new Trade.Print(
                    instrument.priceSteps(trade.price()),
                    instrument.lots(trade.quantity()),
                    trade.taker(),
                    trade.id(),
                    trade.time());
        } catch (ArithmeticException offStep) {
            throw offStep(trade.price() + " x " + trade.quantity(), offStep);
        }
    }

    private MalformedFrameException offStep(String value, ArithmeticException cause) {
        return new MalformedFrameException(
                product + ": " + value + " is no whole number of steps of " + instrument.priceStep() + " and "
                        + instrument.quantityStep(),
                cause);
    }
}
