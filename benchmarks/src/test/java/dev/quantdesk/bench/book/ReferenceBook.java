package dev.quantdesk.bench.book;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A book written to be read: prices in a sorted map, orders of a price in the order of their coming. */
final class ReferenceBook implements TestedBook {
    private final Map<Boolean, TreeMap<Long, LinkedHashMap<Long, Long>>> sides = Map.of(
            true, new TreeMap<>(Comparator.reverseOrder()),
            false, new TreeMap<>());
    private final Map<Long, Place> places = new HashMap<>();
    private final Report report = new Report();

    private record Place(boolean buy, long price) {}

    @Override
    public void limit(long orderId, boolean buy, long price, long lots) {
        long left = match(orderId, buy, price, lots);
        if (left > 0) {
            sides.get(buy).computeIfAbsent(price, _ -> new LinkedHashMap<>()).put(orderId, left);
            places.put(orderId, new Place(buy, price));
        }
    }

    @Override
    public void immediate(long orderId, boolean buy, long price, long lots) {
        long left = match(orderId, buy, price, lots);
        if (left > 0) {
            report.removed(orderId, left);
        }
    }

    private long match(long taker, boolean buy, long limit, long lots) {
        var levels = sides.get(!buy).entrySet().iterator();
        long left = lots;
        while (left > 0 && levels.hasNext()) {
            var level = levels.next();
            if (buy ? level.getKey() > limit : level.getKey() < limit) {
                break;
            }
            Iterator<Map.Entry<Long, Long>> queue = level.getValue().entrySet().iterator();
            while (left > 0 && queue.hasNext()) {
                Map.Entry<Long, Long> maker = queue.next();
                long traded = Math.min(left, maker.getValue());
                report.trade(taker, maker.getKey(), level.getKey(), traded);
                left -= traded;
                if (traded == maker.getValue()) {
                    queue.remove();
                    places.remove(maker.getKey());
                } else {
                    maker.setValue(maker.getValue() - traded);
                }
            }
            if (level.getValue().isEmpty()) {
                levels.remove();
            }
        }
        return left;
    }

    private long take(long orderId) {
        Place place = places.remove(orderId);
        if (place == null) {
            return 0;
        }
        var levels = sides.get(place.buy());
        long lots = levels.get(place.price()).remove(orderId);
        if (levels.get(place.price()).isEmpty()) {
            levels.remove(place.price());
        }
        return lots;
    }

    @Override
    public void cancel(long orderId) {
        report.removed(orderId, take(orderId));
    }

    @Override
    public void reduce(long orderId, long lots) {
        Place place = places.get(orderId);
        long left =
                place == null ? 0 : sides.get(place.buy()).get(place.price()).get(orderId);
        if (left <= lots) {
            cancel(orderId);
        } else {
            sides.get(place.buy()).get(place.price()).put(orderId, left - lots);
            report.removed(orderId, lots);
        }
    }

    @Override
    public void move(long orderId, long price) {
        Place place = places.get(orderId);
        if (place == null) {
            report.removed(orderId, 0);
        } else {
            limit(orderId, place.buy(), price, take(orderId));
        }
    }

    @Override
    public Report report() {
        return report;
    }

    @Override
    public long[] depth(boolean buy, int levels) {
        List<Long> depth = new ArrayList<>();
        sides.get(buy).entrySet().stream().limit(levels).forEach(level -> {
            depth.add(level.getKey());
            depth.add(level.getValue().values().stream()
                    .mapToLong(Long::longValue)
                    .sum());
        });
        return depth.stream().mapToLong(Long::longValue).toArray();
    }
}
