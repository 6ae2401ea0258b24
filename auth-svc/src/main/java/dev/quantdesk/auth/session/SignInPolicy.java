package dev.quantdesk.auth.session;

import dev.quantdesk.auth.session.SiwsMessage.Field;
import dev.quantdesk.kit.solana.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a sign-in text of this mesh says, and when one is acceptable. Pure.
 *
 * @param domain host, and port, that the wallet shows and compares with the page's origin
 * @param uri page that asks
 * @param chainId chain as wallet-standard names it, such as "solana:localnet"
 * @param challengeLife time in which the text has to come back signed
 */
public record SignInPolicy(String domain, String uri, String chainId, Duration challengeLife) {
    private static final String VERSION = "1";
    private static final String STATEMENT = "Sign in to QuantDesk. This costs nothing and moves no funds.";

    /** The text for one sign-in; times are whole milliseconds, UTC. */
    public SiwsMessage challenge(PublicKey address, String nonce, Instant now) {
        Instant issued = now.truncatedTo(ChronoUnit.MILLIS);
        Map<Field, String> fields = new EnumMap<>(Field.class);
        fields.put(Field.URI, uri);
        fields.put(Field.VERSION, VERSION);
        fields.put(Field.CHAIN_ID, chainId);
        fields.put(Field.NONCE, nonce);
        fields.put(Field.ISSUED_AT, issued.toString());
        fields.put(Field.EXPIRATION_TIME, issued.plus(challengeLife).toString());
        return new SiwsMessage(domain, address.toString(), Optional.of(STATEMENT), fields, List.of());
    }

    /**
     * Whether a text that was issued may still be used here. A mesh whose domain or chain was changed, or whose store
     * is shared with another, must not accept what was signed for the other one.
     */
    public boolean accepts(SiwsMessage message, Instant now) {
        return message.domain().equals(domain)
                && has(message, Field.URI, uri)
                && has(message, Field.VERSION, VERSION)
                && has(message, Field.CHAIN_ID, chainId)
                && time(message, Field.ISSUED_AT)
                        .filter(issued -> !issued.isAfter(now))
                        .isPresent()
                && time(message, Field.EXPIRATION_TIME).filter(now::isBefore).isPresent();
    }

    private static boolean has(SiwsMessage message, Field field, String value) {
        return message.field(field).filter(value::equals).isPresent();
    }

    private static Optional<Instant> time(SiwsMessage message, Field field) {
        try {
            return message.field(field).map(Instant::parse);
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
