package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** One time for each key, which may be moved and taken away. Those of one time are reached in the order their keys came in. */
final class KeyedTimers<K> {
    private final Map<K, Timer<K>> byKey = new HashMap<>();
    private final TreeSet<Timer<K>> byTime =
            new TreeSet<>(Comparator.<Timer<K>>comparingLong(Timer::millis).thenComparingLong(Timer::serial));
    private long lastSerial;

    private record Timer<K>(K key, long millis, long serial) {}

    /** Sets the key's time, or moves it. */
    void set(K key, long millis) {
        Timer<K> earlier = byKey.get(key);
        if (earlier != null) {
            byTime.remove(earlier);
        }
        Timer<K> timer = new Timer<>(key, millis, earlier == null ? ++lastSerial : earlier.serial());
        byKey.put(key, timer);
        byTime.add(timer);
    }

    /** @return whether the key had a time */
    boolean remove(K key) {
        Timer<K> timer = byKey.remove(key);
        return timer != null && byTime.remove(timer);
    }

    boolean contains(K key) {
        return byKey.containsKey(key);
    }

    int size() {
        return byKey.size();
    }

    /** Takes away the keys whose time has come, and names them. */
    void reached(long nowMillis, Consumer<K> key) {
        while (nextMillis() <= nowMillis) {
            Timer<K> timer = byTime.pollFirst();
            byKey.remove(timer.key());
            key.accept(timer.key());
        }
    }

    /** The next time, Unix milliseconds, or {@link LiveIntents#NONE}. */
    long nextMillis() {
        return byTime.isEmpty() ? LiveIntents.NONE : byTime.first().millis();
    }

    void save(SnapshotWriter out, BiConsumer<SnapshotWriter, K> key) {
        out.section("timers", 1).int64(lastSerial).int32(byTime.size());
        for (Timer<K> timer : byTime) {
            key.accept(out, timer.key());
            out.int64(timer.millis()).int64(timer.serial());
        }
    }

    void load(SnapshotReader in, Function<SnapshotReader, K> key, int max) {
        in.section("timers", 1);
        lastSerial = in.int64();
        for (int left = in.count(max); left > 0; left--) {
            Timer<K> timer = new Timer<>(key.apply(in), in.int64(), in.int64());
            byKey.put(timer.key(), timer);
            byTime.add(timer);
        }
    }

    /** A digest of keys and times, in their order. */
    long hash(ToLongFunction<K> ofKey) {
        StateHash hash = new StateHash();
        for (Timer<K> timer : byTime) {
            hash.add(timer.millis()).add(ofKey.applyAsLong(timer.key()));
        }
        return hash.value();
    }
}
