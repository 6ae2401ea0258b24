package dev.quantdesk.auth.session;

import dev.quantdesk.kit.solana.PublicKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The secret that a session is known by: {@code ACCOUNT.SECRET}, with 256 random bits as URL-safe base64. The account
 * stands in it so that the session and the account's record can be read in one round trip. Only the hash of the whole
 * token is stored.
 */
public record SessionToken(PublicKey account, String text) {
    private static final int SECRET_BYTES = 32;
    private static final int SECRET_CHARACTERS = 43;
    private static final int MAX_CHARACTERS = 44 + 1 + SECRET_CHARACTERS;

    static SessionToken random(PublicKey account, SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new SessionToken(
                account, account + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /** Reads a token that a caller sent; empty when it can't be one. */
    public static Optional<SessionToken> parse(String text) {
        int dot = text.indexOf('.');
        if (text.length() > MAX_CHARACTERS || dot < 0 || text.length() - dot - 1 != SECRET_CHARACTERS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SessionToken(PublicKey.parse(text.substring(0, dot)), text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** SHA-256 of the token in lower-case hex: the name of the session inside the mesh. */
    public String hash() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** Names the account only: the token is a secret. */
    @Override
    public String toString() {
        return "SessionToken[" + account + "]";
    }
}
