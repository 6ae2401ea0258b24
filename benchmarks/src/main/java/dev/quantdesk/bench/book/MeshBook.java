package dev.quantdesk.bench.book;

import dev.quantdesk.execution.book.BookOrder;
import dev.quantdesk.execution.book.DepthLevel;
import dev.quantdesk.execution.book.OrderBook;
import dev.quantdesk.execution.book.Side;
import java.util.ArrayList;
import java.util.List;

/** The book of this project, driven the way the engine's matcher drives it. */
public final class MeshBook implements TestedBook {
    private final OrderBook book;
    private final Report report = new Report();

    public MeshBook(int ordersMax) {
        book = new OrderBook(ordersMax);
    }

    @Override
    public void limit(long orderId, boolean buy, long price, long lots) {
        Side side = buy ? Side.BUY : Side.SELL;
        enter(orderId, side, price, lots);
    }

    @Override
    public void immediate(long orderId, boolean buy, long price, long lots) {
        long left = match(orderId, buy ? Side.BUY : Side.SELL, price, lots);
        if (left > 0) {
            report.removed(orderId, left);
        }
    }

    private void enter(long orderId, Side side, long price, long lots) {
        long left = match(orderId, side, price, lots);
        if (left > 0) {
            book.add(orderId, side, price, left);
        }
    }

    private long match(long orderId, Side side, long price, long lots) {
        Side opposite = side.opposite();
        long left = lots;
        while (left > 0) {
            BookOrder maker = book.best(opposite);
            if (maker == null || !side.crosses(price, maker.priceTicks())) {
                break;
            }
            long traded = Math.min(left, maker.remainingLots());
            report.trade(orderId, maker.orderId(), maker.priceTicks(), traded);
            book.fillBest(opposite, traded);
            left -= traded;
        }
        return left;
    }

    @Override
    public void cancel(long orderId) {
        report.removed(orderId, book.cancel(orderId));
    }

    @Override
    public void reduce(long orderId, long lots) {
        report.removed(orderId, book.reduce(orderId, lots));
    }

    @Override
    public void move(long orderId, long price) {
        BookOrder order = book.find(orderId);
        if (order == null) {
            report.removed(orderId, 0);
            return;
        }
        Side side = order.side();
        enter(orderId, side, price, book.cancel(orderId));
    }

    /** Cancels all that rests; what it has grown to it keeps. */
    public void empty() {
        List<Long> resting = new ArrayList<>();
        for (Side side : Side.values()) {
            book.walk(side, order -> resting.add(order.orderId()));
        }
        resting.forEach(book::cancel);
    }

    boolean knows(long orderId) {
        return book.find(orderId) != null;
    }

    int size() {
        return book.size();
    }

    @Override
    public Report report() {
        return report;
    }

    @Override
    public long[] depth(boolean buy, int levels) {
        List<DepthLevel> depth = book.depth(buy ? Side.BUY : Side.SELL, levels);
        return depth.stream()
                .flatMapToLong(level -> java.util.stream.LongStream.of(level.priceTicks(), level.lots()))
                .toArray();
    }
}
