package dev.quantdesk.auth.session;

import dev.quantdesk.kit.solana.PublicKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A signed-in trader.
 *
 * @param hash hash of the token
 * @param created whole seconds
 * @param expires whole seconds
 */
public record Session(PublicKey account, String hash, Instant created, Instant expires) {

    boolean isLive(Instant now) {
        return now.isBefore(expires);
    }

    /** Form in the store: {@code CREATED:EXPIRES} in Unix seconds. */
    String encode() {
        return created.getEpochSecond() + ":" + expires.getEpochSecond();
    }

    /** @param stored what the store has, or null */
    static Optional<Session> decode(PublicKey account, String hash, String stored) {
        if (stored == null) {
            return Optional.empty();
        }
        int colon = stored.indexOf(':');
        return Optional.of(new Session(
                account,
                hash,
                Instant.ofEpochSecond(Long.parseLong(stored.substring(0, colon))),
                Instant.ofEpochSecond(Long.parseLong(stored.substring(colon + 1)))));
    }
}
