package dev.quantdesk.execution.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * A map from ids that are given out one after the other: neighbours share a page, so that what is new and what is about to be
 * forgotten stays near each other in memory. A page is small, for a lone old id keeps one.
 */
final class IdPages<V> {
    private static final int PAGE_BITS = 6;
    private static final int PAGE_SIZE = 1 << PAGE_BITS;

    private final Long2ObjectHashMap<Page> pages = new Long2ObjectHashMap<>();
    private Page lastPage = new Page(-1);
    private int size;

    private static final class Page {
        final long number;
        final Object[] values = new Object[PAGE_SIZE];
        int count;

        Page(long number) {
            this.number = number;
        }
    }

    private static int slot(long id) {
        return (int) id & (PAGE_SIZE - 1);
    }

    private Page page(long id) {
        long number = id >> PAGE_BITS;
        if (lastPage.number == number) {
            return lastPage;
        }
        Page page = pages.get(number);
        if (page != null) {
            lastPage = page;
        }
        return page;
    }

    /** @return null where there is none */
    @SuppressWarnings("unchecked")
    V get(long id) {
        Page page = page(id);
        return page == null ? null : (V) page.values[slot(id)];
    }

    boolean containsKey(long id) {
        return get(id) != null;
    }

    /** @param id from 1, not in use */
    void put(long id, V value) {
        Page page = page(id);
        if (page == null) {
            page = new Page(id >> PAGE_BITS);
            pages.put(page.number, page);
            lastPage = page;
        }
        if (page.values[slot(id)] != null) {
            throw new IllegalStateException("the id " + id + " is in use");
        }
        page.values[slot(id)] = value;
        page.count++;
        size++;
    }

    /** @return what was there, or null */
    V remove(long id) {
        V value = get(id);
        if (value == null) {
            return null;
        }
        Page page = page(id);
        page.values[slot(id)] = null;
        page.count--;
        size--;
        if (page.count == 0) {
            pages.remove(page.number);
            lastPage = new Page(-1);
        }
        return value;
    }

    int size() {
        return size;
    }

    /** In no particular order. */
    @SuppressWarnings("unchecked")
    void forEach(Consumer<V> each) {
        for (Page page : pages.values()) {
            for (Object value : page.values) {
                if (value != null) {
                    each.accept((V) value);
                }
            }
        }
    }

    /** A copy, in no particular order. */
    Collection<V> values() {
        List<V> values = new ArrayList<>(size);
        forEach(values::add);
        return values;
    }
}
