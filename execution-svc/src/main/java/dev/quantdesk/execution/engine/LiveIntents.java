package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import org.agrona.collections.LongHashSet;

/**
 * The nonces of intents that have not expired. A nonce is remembered exactly until its intent's expiry; after that the
 * intent is refused for its age, so it can never be replayed.
 */
final class LiveIntents {
    static final long NONE = Long.MAX_VALUE;

    private final Map<PublicKey, LongHashSet> noncesBySigner = new HashMap<>();
    private final PriorityQueue<Entry> byExpiry = new PriorityQueue<>();

    /** The signer that was asked for last: one command asks for it again and again, by the same key. */
    private PublicKey lastSigner;

    private LongHashSet lastNonces;

    /** By expiry, then order. */
    private record Entry(long expirySeconds, long orderId, PublicKey signer, long nonce) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int order = Long.compare(expirySeconds, other.expirySeconds);
            return order == 0 ? Long.compare(orderId, other.orderId) : order;
        }
    }

    void add(SignedIntent intent, long orderId) {
        add(new Entry(intent.expirySeconds(), orderId, intent.signer(), intent.nonce()));
    }

    private void add(Entry entry) {
        LongHashSet nonces = nonces(entry.signer());
        if (nonces == null) {
            nonces = new LongHashSet();
            noncesBySigner.put(entry.signer(), nonces);
        }
        nonces.add(entry.nonce());
        byExpiry.add(entry);
    }

    /** @return null where the signer has none */
    private LongHashSet nonces(PublicKey signer) {
        if (signer != lastSigner || lastNonces == null) {
            lastNonces = noncesBySigner.get(signer);
            lastSigner = signer;
        }
        return lastNonces;
    }

    void save(SnapshotWriter out) {
        out.section("intents", 1).int32(byExpiry.size());
        byExpiry.forEach(entry -> out.int64(entry.expirySeconds())
                .int64(entry.orderId())
                .key(entry.signer())
                .int64(entry.nonce()));
    }

    void load(SnapshotReader in) {
        in.section("intents", 1);
        for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
            add(new Entry(in.int64(), in.int64(), in.key(), in.int64()));
        }
    }

    boolean isUsed(SignedIntent intent) {
        LongHashSet nonces = nonces(intent.signer());
        return nonces != null && nonces.contains(intent.nonce());
    }

    int size(PublicKey signer) {
        LongHashSet nonces = nonces(signer);
        return nonces == null ? 0 : nonces.size();
    }

    int size() {
        return byExpiry.size();
    }

    /** Forgets what has expired, and names the orders those intents were for, by expiry, then id. */
    void expire(long nowMillis, LongConsumer expiredOrderId) {
        while (nextExpiryMillis() <= nowMillis) {
            Entry entry = byExpiry.remove();
            LongHashSet nonces = noncesBySigner.get(entry.signer());
            nonces.remove(entry.nonce());
            if (nonces.isEmpty()) {
                noncesBySigner.remove(entry.signer());
                lastNonces = null;
            }
            expiredOrderId.accept(entry.orderId());
        }
    }

    /** When the next intent expires, Unix milliseconds, or {@link #NONE}. */
    long nextExpiryMillis() {
        return byExpiry.isEmpty() ? NONE : byExpiry.peek().expirySeconds() * 1000;
    }

    /** A sum over all entries, whatever their order. */
    long hash() {
        long sum = 0;
        for (Entry entry : byExpiry) {
            sum += new StateHash()
                    .add(entry.expirySeconds())
                    .add(entry.orderId())
                    .add(entry.signer())
                    .add(entry.nonce())
                    .value();
        }
        return sum;
    }
}
