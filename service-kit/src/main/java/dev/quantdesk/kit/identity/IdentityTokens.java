package dev.quantdesk.kit.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.quantdesk.kit.solana.PublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Identity tokens: JWTs signed with ES256. auth-svc issues them for the gateway's callers; any other service may issue one
 * in its own name only. A key's id is the name of the service that holds it.
 */
public final class IdentityTokens {
    /** Request header that carries the token. The gateway removes it from what comes from outside. */
    public static final String HEADER = "x-quantdesk-identity";
    /** Life of a token. */
    public static final Duration LIFE = Duration.ofSeconds(60);

    private static final String AUDIENCE = "quantdesk";
    private static final String GATEWAY_ISSUER = "auth-svc";
    private static final String OWNER = "owner";

    private IdentityTokens() {}

    /** Signs tokens in one service's name. Thread-safe. */
    public static final class Issuer {
        private final ECKey key;
        private final ECDSASigner signer;
        private final Clock clock;

        /** @param jwk private P-256 key in JWK form whose key id is the service's name */
        public Issuer(String jwk, Clock clock) {
            try {
                this.key = JWK.parse(jwk).toECKey();
                this.signer = new ECDSASigner(key);
            } catch (ParseException | JOSEException broken) {
                throw new IllegalArgumentException("the identity signing key is not a private P-256 JWK", broken);
            }
            this.clock = clock;
        }

        public String issue(Identity identity) {
            Instant now = clock.instant();
            JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                    .issuer(key.getKeyID())
                    .audience(AUDIENCE)
                    .issueTime(Date.from(now))
                    .expirationTime(Date.from(now.plus(LIFE)));
            switch (identity) {
                case Identity.Anonymous _ -> claims.claim("kind", "anonymous");
                case Identity.Service service -> claims.claim("kind", "service").subject(service.name());
                case Identity.Trader trader ->
                    claims.claim("kind", "trader")
                            .subject(trader.account().toString())
                            // Where it is another than the account; a claim without a value is left out.
                            .claim(OWNER, ownerClaim(trader))
                            .claim("tier", trader.tier())
                            .claim(
                                    "delegates",
                                    trader.delegates().stream()
                                            .map(Issuer::claim)
                                            .toList());
            }
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.ES256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims.build());
            try {
                token.sign(signer);
            } catch (JOSEException broken) {
                throw new IllegalStateException("the identity signing key can't sign", broken);
            }
            return token.serialize();
        }

        private static String ownerClaim(Identity.Trader trader) {
            return trader.owner().equals(trader.account())
                    ? null
                    : trader.owner().toString();
        }

        private static Map<String, Object> claim(Identity.Delegate delegate) {
            return Map.of(
                    "key",
                    delegate.key().toString(),
                    "exp",
                    delegate.expireSeconds(),
                    "max",
                    delegate.maxOrderNotionalMicros());
        }
    }

    /** Checks tokens against the mesh's public keys. Thread-safe. */
    public static final class Verifier {
        private static final int CACHE_MAX = 4_096;

        private final Map<String, ECDSAVerifier> verifiers = new LinkedHashMap<>();
        private final Clock clock;
        private final int cacheMax;
        // Tokens are reused for half their life, so most checks are look-ups.
        private final Map<String, Verified> verified =
                Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Verified> eldest) {
                        return size() > cacheMax;
                    }
                });

        private record Verified(Identity identity, long expireMillis) {}

        /** @param jwks public keys of auth-svc and of the services, in JWK set form */
        public Verifier(String jwks, Clock clock) {
            this(jwks, clock, CACHE_MAX);
        }

        Verifier(String jwks, Clock clock, int cacheMax) {
            try {
                for (JWK key : JWKSet.parse(jwks).getKeys()) {
                    verifiers.put(key.getKeyID(), new ECDSAVerifier(key.toECKey()));
                }
            } catch (ParseException | JOSEException broken) {
                throw new IllegalArgumentException("the identity key set is not a set of P-256 JWKs", broken);
            }
            this.clock = clock;
            this.cacheMax = cacheMax;
        }

        /** @throws InvalidTokenException when the token is missing, malformed, forged, expired or of a wrong issuer. */
        public Identity verify(String token) throws InvalidTokenException {
            if (token == null || token.isEmpty()) {
                throw new InvalidTokenException("no identity token");
            }
            Verified known = verified.get(token);
            if (known == null) {
                known = check(token);
                verified.put(token, known);
            }
            if (clock.millis() >= known.expireMillis) {
                throw new InvalidTokenException("the identity token has expired");
            }
            return known.identity;
        }

        int cachedTokens() {
            return verified.size();
        }

        private Verified check(String token) throws InvalidTokenException {
            try {
                SignedJWT jwt = SignedJWT.parse(token);
                ECDSAVerifier verifier = verifiers.get(jwt.getHeader().getKeyID());
                if (verifier == null || !jwt.verify(verifier)) {
                    throw new InvalidTokenException("the identity token's signature does not verify");
                }
                JWTClaimsSet claims = jwt.getJWTClaimsSet();
                String issuer = claims.getIssuer();
                if (!jwt.getHeader().getKeyID().equals(issuer)
                        || !claims.getAudience().contains(AUDIENCE)) {
                    throw new InvalidTokenException("the identity token has another issuer or audience");
                }
                if (claims.getExpirationTime() == null) {
                    throw new InvalidTokenException("the identity token never expires");
                }
                return new Verified(
                        identity(claims, issuer), claims.getExpirationTime().getTime());
            } catch (ParseException
                    | JOSEException
                    | IllegalArgumentException
                    | NullPointerException
                    | ClassCastException malformed) {
                throw new InvalidTokenException("the identity token is malformed");
            }
        }

        private static Identity identity(JWTClaimsSet claims, String issuer)
                throws ParseException, InvalidTokenException {
            String kind = claims.getStringClaim("kind");
            if ("service".equals(kind) && issuer.equals(claims.getSubject())) {
                return new Identity.Service(issuer);
            }
            if (!GATEWAY_ISSUER.equals(issuer)) {
                throw new InvalidTokenException("a service can't speak for a trader");
            }
            return switch (kind) {
                case "anonymous" -> new Identity.Anonymous();
                case "trader" ->
                    new Identity.Trader(
                            PublicKey.parse(claims.getSubject()),
                            PublicKey.parse(
                                    claims.getClaim(OWNER) == null
                                            ? claims.getSubject()
                                            : claims.getStringClaim(OWNER)),
                            Objects.requireNonNull(claims.getStringClaim("tier")),
                            delegates(claims));
                default -> throw new InvalidTokenException("an identity token of unknown kind");
            };
        }

        private static List<Identity.Delegate> delegates(JWTClaimsSet claims) throws ParseException {
            List<Identity.Delegate> delegates = new ArrayList<>();
            for (Object claim : claims.getListClaim("delegates")) {
                Map<?, ?> fields = (Map<?, ?>) claim;
                delegates.add(new Identity.Delegate(
                        PublicKey.parse((String) fields.get("key")),
                        ((Number) fields.get("exp")).longValue(),
                        ((Number) fields.get("max")).longValue()));
            }
            return delegates;
        }
    }

    /** Says why a token was not accepted. */
    public static final class InvalidTokenException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidTokenException(String message) {
            super(message, null, false, false);
        }
    }
}
