package dev.quantdesk.execution.view;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The latest changes that a hub has made, each with the sequence of its event. Guarded by the lock of its hub.
 *
 * @param <K> what a change is of: an account, a market
 * @param <C> a change
 */
final class Recent<K, C> {
    private final int max;
    private final Deque<Change<K, C>> changes = new ArrayDeque<>();
    private long droppedSequence;

    private record Change<K, C>(K key, long sequence, C change) {}

    Recent(int max) {
        this.max = max;
    }

    void add(K key, long sequence, C change) {
        changes.add(new Change<>(key, sequence, change));
        if (changes.size() > max) {
            droppedSequence = changes.remove().sequence();
        }
    }

    /** Keeps nothing any more of what came up to {@code sequence}. */
    void forget(long sequence) {
        changes.clear();
        droppedSequence = sequence;
    }

    /** The sequence of the last change that is not kept any more. */
    long droppedSequence() {
        return droppedSequence;
    }

    /** The changes of {@code key} from {@code sequence} on that are kept, oldest first. */
    List<C> since(long sequence, K key) {
        return changes.stream()
                .filter(each -> each.sequence() >= sequence && each.key().equals(key))
                .map(Change::change)
                .toList();
    }

    /** The last change of {@code key} up to {@code sequence} that is {@code wanted}, if it is kept. */
    Optional<C> last(long sequence, K key, Predicate<C> wanted) {
        for (Iterator<Change<K, C>> latestFirst = changes.descendingIterator(); latestFirst.hasNext(); ) {
            Change<K, C> each = latestFirst.next();
            if (each.sequence() <= sequence && each.key().equals(key) && wanted.test(each.change())) {
                return Optional.of(each.change());
            }
        }
        return Optional.empty();
    }
}
