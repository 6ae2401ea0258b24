package dev.quantdesk.execution.book;

/** The queue of orders at one price, first come first served. */
final class PriceLevel {
    long priceTicks;
    long totalLots;
    int orders;
    BookOrder first;
    BookOrder last;

    void append(BookOrder order) {
        order.level = this;
        order.previous = last;
        order.next = null;
        if (last == null) {
            first = order;
        } else {
            last.next = order;
        }
        last = order;
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
