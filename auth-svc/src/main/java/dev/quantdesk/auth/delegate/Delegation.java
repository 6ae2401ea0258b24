package dev.quantdesk.auth.delegate;

import com.google.protobuf.Timestamp;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * A wallet's word that a session key may sign order intents in its place. Pure.
 *
 * @param notionalText largest notional of one order in USDC, as the signed text writes it
 * @param notionalMicros the same in millionths of a USDC, more than 0
 * @param expireSeconds Unix seconds at which the key stops being accepted
 */
public record Delegation(
        PublicKey account, PublicKey sessionKey, String notionalText, long notionalMicros, long expireSeconds) {
    /** Furthest expiry ahead. */
    public static final Duration MAX_LIFE = Duration.ofDays(30);

    /**
     * Checks what was handed in.
     *
     * @throws ApiException with {@link Reason#REQUEST_INVALID}, {@link Reason#KEY_WEAK} or {@link
     * Reason#DELEGATION_EXPIRED}
     */
    public static Delegation of(PublicKey account, String sessionKey, String notional, Timestamp expires, Instant now) {
        if (expires.getNanos() != 0) {
            throw invalid("expire_time", "has to be whole seconds");
        }
        long latest = now.plus(MAX_LIFE).getEpochSecond();
        if (expires.getSeconds() <= now.getEpochSecond() || expires.getSeconds() > latest) {
            throw ApiException.refuse(Reason.DELEGATION_EXPIRED, Reason.DELEGATION_EXPIRED.meaning())
                    .with("value_seconds", Long.toString(expires.getSeconds()))
                    .with("earliest_seconds", Long.toString(now.getEpochSecond() + 1))
                    .with("latest_seconds", Long.toString(latest))
                    .build();
        }
        PublicKey key = AccountKeys.strong("public_key", sessionKey);
        if (key.equals(account)) {
            throw invalid("public_key", "is the wallet itself, which needs no delegation");
        }
        return new Delegation(account, key, notional, micros(notional), expires.getSeconds());
    }

    private static long micros(String notional) {
        long micros;
        try {
            micros = Decimals.usdcMicros(notional);
        } catch (ArithmeticException tooLarge) {
            throw invalid("max_order_notional", "is more than " + Decimals.usdc(Long.MAX_VALUE));
        }
        if (micros == 0) {
            throw invalid("max_order_notional", "has to be more than 0");
        }
        return micros;
    }

    private static ApiException invalid(String field, String description) {
        return ApiException.refuse(Reason.REQUEST_INVALID, field + " " + description)
                .field(field, description)
                .build();
    }

    /** What the wallet signs: lines end in LF, the last has none. */
    public String text() {
        return "QuantDesk delegation\naccount: " + account + "\nsession key: " + sessionKey + "\nmax order notional: "
                + notionalText + " USDC\nexpires: " + expireSeconds;
    }

    /** Whether {@code signature} is the wallet's over {@link #text()}. */
    public boolean isProvenBy(byte[] signature) {
        return Ed25519.verify(account, text().getBytes(StandardCharsets.UTF_8), signature);
    }

    /** A grant that is registered. */
    public record Granted(Identity.Delegate delegate, Instant created) {}
}
