package dev.quantdesk.execution.book;

/** The queue of orders at one price, first come first served. */
final class PriceLevel {
    long priceTicks;
    long totalLots;
    int orders;
    BookOrder first;
    BookOrder last;

    /** Puts an order behind all those of a lower place; one that is new has the highest. */
    void insert(BookOrder order) {
        BookOrder before = last;
        while (before != null && before.place > order.place) {
            before = before.previous;
        }
        BookOrder after = before == null ? first : before.next;
        order.level = this;
        order.previous = before;
        order.next = after;
        if (before == null) {
            first = order;
        } else {
            before.next = order;
        }
        if (after == null) {
            last = order;
        } else {
            after.previous = order;
        }
        totalLots += order.remainingLots;
        orders++;
    }

    void unlink(BookOrder order) {
        if (order.previous == null) {
            first = order.next;
        } else {
            order.previous.next = order.next;
        }
        if (order.next == null) {
            last = order.previous;
        } else {
            order.next.previous = order.previous;
        }
        totalLots -= order.remainingLots;
        orders--;
    }
}
