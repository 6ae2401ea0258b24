package dev.quantdesk.execution.book;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OrderBookTest {
    private final OrderBook book = new OrderBook(1_000);

    private static List<Long> walk(OrderBook book, Side side) {
        List<Long> ids = new ArrayList<>();
        book.walk(side, order -> ids.add(order.orderId()));
        return ids;
    }

    @Test
    void shouldOrderByPriceThenTime() {
        book.add(1, Side.BUY, 100, 1);
        book.add(2, Side.BUY, 102, 1);
        book.add(3, Side.BUY, 100, 1);
        book.add(4, Side.SELL, 105, 1);
        book.add(5, Side.SELL, 103, 1);
        assertEquals(List.of(2L, 1L, 3L), walk(book, Side.BUY));
        assertEquals(List.of(5L, 4L), walk(book, Side.SELL));
        assertEquals(2, book.best(Side.BUY).orderId());
        assertEquals(5, book.best(Side.SELL).orderId());
    }

    @Test
    void shouldKeepThePlaceOfAPartlyFilledOrder() {
        book.add(1, Side.SELL, 100, 5);
        book.add(2, Side.SELL, 100, 5);
        book.fillBest(Side.SELL, 4);
        assertEquals(1, book.best(Side.SELL).orderId());
        assertEquals(List.of(new DepthLevel(100, 6, 2)), book.depth(Side.SELL, 5));
        book.fillBest(Side.SELL, 1);
        assertEquals(2, book.best(Side.SELL).orderId());
        assertNull(book.find(1));
    }

    @Test
    void shouldCancelFromAnywhereInTheLine() {
        for (long id = 1; id <= 5; id++) {
            book.add(id, Side.BUY, 100, id);
        }
        assertEquals(3, book.cancel(3));
        assertEquals(1, book.cancel(1));
        assertEquals(5, book.cancel(5));
        assertEquals(0, book.cancel(5));
        assertEquals(List.of(2L, 4L), walk(book, Side.BUY));
        assertEquals(List.of(new DepthLevel(100, 6, 2)), book.depth(Side.BUY, 5));
    }

    @Test
    void shouldKeepThePlaceOfAnOrderThatIsMadeSmaller() {
        book.add(1, Side.BUY, 100, 5);
        book.add(2, Side.BUY, 100, 5);
        assertEquals(4, book.reduce(1, 4));
        assertEquals(List.of(1L, 2L), walk(book, Side.BUY));
        assertEquals(List.of(new DepthLevel(100, 6, 2)), book.depth(Side.BUY, 5));
        assertEquals(1, book.reduce(1, 9));
        assertEquals(List.of(2L), walk(book, Side.BUY));
        assertEquals(0, book.reduce(1, 1));
        assertThrows(IllegalArgumentException.class, () -> book.reduce(2, 0));
    }

    @Test
    void shouldTellWhetherAPriceCrosses() {
        assertFalse(book.crosses(Side.BUY, Long.MAX_VALUE));
        book.add(1, Side.SELL, 100, 1);
        assertTrue(book.crosses(Side.BUY, 100));
        assertFalse(book.crosses(Side.BUY, 99));
        assertFalse(book.crosses(Side.SELL, 1));
    }

    @Test
    void shouldRefuseWhatWouldBreakIt() {
        book.add(1, Side.SELL, 100, 5);
        assertThrows(IllegalStateException.class, () -> book.add(1, Side.SELL, 101, 1));
        assertThrows(IllegalStateException.class, () -> book.add(2, Side.BUY, 100, 1));
        assertThrows(IllegalStateException.class, () -> book.add(2, Side.BUY, 99, 0));
        assertThrows(IllegalStateException.class, () -> book.fillBest(Side.SELL, 6));
        assertThrows(IllegalStateException.class, () -> book.fillBest(Side.SELL, 0));
        assertThrows(IllegalStateException.class, () -> book.fillBest(Side.BUY, 1));
        OrderBook full = new OrderBook(1);
        full.add(1, Side.BUY, 1, 1);
        assertTrue(full.isFull());
        assertThrows(IllegalStateException.class, () -> full.add(2, Side.BUY, 1, 1));
        assertEquals(1, book.size());
    }

    /** Prices swing far from where they were, so that levels come and go all over the ladder. */
    @Test
    void shouldAgreeWithSortedMapsWhenPricesSwing() {
        long seed = Long.getLong("engine.seed", System.nanoTime() & 0xFFFF_FFFFL);
        Random random = new Random(seed);
        TreeMap<Long, List<Long>> asks = new TreeMap<>();
        long id = 0;
        for (int i = 0; i < 20_000; i++) {
            long centre = 10_000 + (i / 1_000 % 2 == 0 ? 0 : 5_000);
            if (random.nextInt(5) < 3 && !book.isFull()) {
                long price = centre + random.nextInt(300);
                book.add(++id, Side.SELL, price, 1);
                asks.computeIfAbsent(price, p -> new ArrayList<>()).add(id);
            } else if (!asks.isEmpty() && random.nextBoolean()) {
                assertEquals(
                        asks.firstEntry().getValue().getFirst(),
                        book.best(Side.SELL).orderId());
                remove(
                        asks,
                        book.best(Side.SELL).orderId(),
                        book.best(Side.SELL).priceTicks());
                book.fillBest(Side.SELL, 1);
            } else {
                BookOrder victim = book.find(1 + random.nextLong(Math.max(1, id)));
                if (victim != null) {
                    remove(asks, victim.orderId(), victim.priceTicks());
                    book.cancel(victim.orderId());
                }
            }
            if (i % 500 == 0) {
                List<Long> expected =
                        asks.values().stream().flatMap(List::stream).toList();
                assertEquals(expected, walk(book, Side.SELL), "fails with -Dengine.seed=" + seed);
            }
        }
    }

    private static void remove(Map<Long, List<Long>> levels, long orderId, long price) {
        levels.get(price).remove(Long.valueOf(orderId));
        levels.computeIfPresent(price, (p, ids) -> ids.isEmpty() ? null : ids);
    }

    @Test
    void shouldPutAnOrderBackWhereItStood() {
        for (long id = 1; id <= 4; id++) {
            book.add(id, Side.BUY, 100, id);
        }
        for (long id : new long[] {1, 3, 4}) {
            long place = book.place(id);
            book.cancel(id);
            book.add(id + 10, Side.BUY, 100, 1);
            book.putBack(id, Side.BUY, 100, id, place);
        }
        assertEquals(List.of(1L, 2L, 3L, 4L, 11L, 13L, 14L), walk(book, Side.BUY));
        assertEquals(List.of(new DepthLevel(100, 13, 7)), book.depth(Side.BUY, 5));
        assertEquals(1, book.best(Side.BUY).orderId());
    }

    @Test
    void shouldPutAnOrderBackWhereNobodyElseStandsAnyMore() {
        book.add(1, Side.BUY, 100, 5);
        long place = book.place(1);
        book.cancel(1);
        book.putBack(1, Side.BUY, 100, 3, place);
        book.add(2, Side.BUY, 100, 1);
        assertEquals(List.of(1L, 2L), walk(book, Side.BUY));
        assertThrows(IllegalStateException.class, () -> book.putBack(1, Side.BUY, 100, 3, place));
    }
}
