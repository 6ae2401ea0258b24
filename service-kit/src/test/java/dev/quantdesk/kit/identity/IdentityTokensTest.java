package dev.quantdesk.kit.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.quantdesk.kit.identity.IdentityTokens.InvalidTokenException;
import dev.quantdesk.kit.identity.IdentityTokens.Issuer;
import dev.quantdesk.kit.identity.IdentityTokens.Verifier;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class IdentityTokensTest {
    private static final Instant NOW = Instant.parse("2026-01-15T12:00:00Z");
    private static final PublicKey ACCOUNT =
            Ed25519.KeyPair.ofSeed(new byte[32]).publicKey();
    private static final Identity.Trader TRADER = new Identity.Trader(
            ACCOUNT, "PRO", List.of(new Identity.Delegate(PublicKey.of(new byte[32]), 1_800_000_000L, 5_000_000L)));

    private static ECKey gatewayKey;
    private static ECKey serviceKey;
    private static ECKey strangerKey;
    private static String keySet;

    private final MovingClock clock = new MovingClock();
    private final Verifier verifier = new Verifier(keySet, clock);

    @BeforeAll
    static void makeKeys() throws Exception {
        gatewayKey = new ECKeyGenerator(Curve.P_256).keyID("auth-svc").generate();
        serviceKey = new ECKeyGenerator(Curve.P_256).keyID("risk-svc").generate();
        strangerKey = new ECKeyGenerator(Curve.P_256).keyID("auth-svc").generate();
        keySet = new JWKSet(List.of(gatewayKey.toPublicJWK(), serviceKey.toPublicJWK())).toString();
    }

    private Issuer issuer(ECKey key) {
        return new Issuer(key.toJSONString(), clock);
    }

    private void assertRefused(String token) {
        assertThrows(InvalidTokenException.class, () -> verifier.verify(token), token);
    }

    private static JWTClaimsSet.Builder traderClaims(String issuer) {
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience("quantdesk")
                .expirationTime(Date.from(NOW.plusSeconds(60)))
                .claim("kind", "trader")
                .subject(ACCOUNT.toString())
                .claim("tier", "PRO")
                .claim("delegates", List.of());
    }

    private static String signed(ECKey key, String keyId, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(keyId).build(), claims);
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    @Test
    void shouldReturnWhatWasIssued() throws Exception {
        Identity service = new Identity.Service("risk-svc");
        assertEquals(TRADER, verifier.verify(issuer(gatewayKey).issue(TRADER)));
        assertEquals(
                new Identity.Anonymous(), verifier.verify(issuer(gatewayKey).issue(new Identity.Anonymous())));
        assertEquals(service, verifier.verify(issuer(serviceKey).issue(service)));
    }

    @Test
    void shouldReturnTheOwnerOfASubAccount() throws Exception {
        PublicKey owner = Ed25519.KeyPair.ofSeed(new byte[] {
                    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                    28, 29, 30, 31, 32
                })
                .publicKey();
        Identity.Trader trader = new Identity.Trader(ACCOUNT, owner, "PRO", TRADER.delegates());
        assertEquals(trader, verifier.verify(issuer(gatewayKey).issue(trader)));
    }

    @Test
    void shouldTakeAnAccountForItsOwnOwnerWhereTheTokenNamesNone() throws Exception {
        Identity.Trader trader = (Identity.Trader) verifier.verify(
                signed(gatewayKey, "auth-svc", traderClaims("auth-svc").build()));
        assertEquals(ACCOUNT, trader.owner());
    }

    @Test
    void shouldRefuseAnOwnerThatIsNoKey() throws Exception {
        for (Object owner : List.of("", "x", 7, List.of())) {
            assertRefused(signed(
                    gatewayKey,
                    "auth-svc",
                    traderClaims("auth-svc").claim("owner", owner).build()));
        }
    }

    @Test
    void shouldAcceptTheClaimsThatTheForgeriesBelowAreMadeFrom() throws Exception {
        Identity expected = new Identity.Trader(ACCOUNT, "PRO", List.of());
        assertEquals(
                expected,
                verifier.verify(
                        signed(gatewayKey, "auth-svc", traderClaims("auth-svc").build())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "a.b", "a.b.c", "a.b.c.d", "....", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"})
    void shouldRefuseWhatIsNoToken(String token) {
        assertRefused(token);
    }

    @Test
    void shouldRefuseWhenThereIsNoToken() {
        assertRefused(null);
    }

    @Test
    void shouldRefuseWhenTheTokenIsNotSigned() throws Exception {
        String[] parts = issuer(gatewayKey).issue(TRADER).split("\\.");
        String none =
                Base64URL.encode("{\"alg\":\"none\",\"kid\":\"auth-svc\"}").toString();
        assertRefused(none + "." + parts[1] + ".");
        assertRefused(none + "." + parts[1] + "." + parts[2]);
        assertRefused(parts[0] + "." + parts[1] + ".");
    }

    /** A public key is no secret: it must not serve as the secret of a symmetric signature. */
    @Test
    void shouldRefuseWhenThePublicKeyIsUsedAsASharedSecret() throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("auth-svc").build(),
                traderClaims("auth-svc").build());
        token.sign(new MACSigner(
                gatewayKey.toPublicJWK().toJSONString().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertRefused(token.serialize());
    }

    @Test
    void shouldRefuseWhenAnotherKeySigned() throws Exception {
        assertRefused(issuer(strangerKey).issue(TRADER));
        assertRefused(signed(serviceKey, "auth-svc", traderClaims("auth-svc").build()));
        assertRefused(signed(gatewayKey, "nobody", traderClaims("nobody").build()));
    }

    @Test
    void shouldRefuseWhenTheSignatureIsAllZeros() throws Exception {
        String token = issuer(gatewayKey).issue(TRADER);
        String zeros = Base64URL.encode(new byte[64]).toString();
        assertRefused(token.substring(0, token.lastIndexOf('.') + 1) + zeros);
    }

    @Test
    void shouldRefuseWhenAServiceSpeaksForATrader() throws Exception {
        assertRefused(issuer(serviceKey).issue(TRADER));
        assertRefused(issuer(serviceKey).issue(new Identity.Anonymous()));
    }

    @Test
    void shouldRefuseWhenAServiceSpeaksForAnotherOne() throws Exception {
        assertRefused(issuer(serviceKey).issue(new Identity.Service("execution-svc")));
        assertRefused(signed(serviceKey, "risk-svc", traderClaims("auth-svc").build()));
    }

    @Test
    void shouldRefuseWhenTheAudienceIsAnother() throws Exception {
        assertRefused(signed(
                gatewayKey,
                "auth-svc",
                traderClaims("auth-svc").audience("elsewhere").build()));
        assertRefused(signed(
                gatewayKey,
                "auth-svc",
                traderClaims("auth-svc").audience((String) null).build()));
    }

    @Test
    void shouldRefuseWhenClaimsAreMissingOrOfAWrongForm() throws Exception {
        List<JWTClaimsSet> wrong = List.of(
                traderClaims("auth-svc").expirationTime(null).build(),
                traderClaims("auth-svc").issuer(null).build(),
                traderClaims("auth-svc").claim("kind", null).build(),
                traderClaims("auth-svc").claim("kind", "admin").build(),
                traderClaims("auth-svc").claim("kind", 7).build(),
                traderClaims("auth-svc").subject(null).build(),
                traderClaims("auth-svc").subject("not-a-key").build(),
                traderClaims("auth-svc").claim("tier", null).build(),
                traderClaims("auth-svc").claim("delegates", null).build(),
                traderClaims("auth-svc").claim("delegates", List.of("x")).build(),
                traderClaims("auth-svc")
                        .claim("delegates", List.of(Map.of("key", ACCOUNT.toString())))
                        .build());
        for (JWTClaimsSet claims : wrong) {
            assertRefused(signed(gatewayKey, "auth-svc", claims));
        }
    }

    @Test
    void shouldRefuseWhenAnyPartIsTamperedWith() throws Exception {
        long seed = 256L;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        String token = issuer(gatewayKey).issue(TRADER);
        verifier.verify(token);
        String[] parts = token.split("\\.");
        for (int part = 0; part < 3; part++) {
            for (int round = 0; round < 40; round++) {
                byte[] bytes = Base64URL.from(parts[part]).decode();
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(7));
                String[] changed = parts.clone();
                changed[part] = Base64URL.encode(bytes).toString();
                assertRefused(String.join(".", changed));
            }
        }
    }

    @Test
    void shouldRefuseFromTheSecondOfItsExpiryAlsoWhenItWasSeenBefore() throws Exception {
        String token = issuer(gatewayKey).issue(TRADER);
        clock.now = NOW.plus(IdentityTokens.LIFE).minusMillis(1);
        assertEquals(TRADER, verifier.verify(token));
        clock.now = NOW.plus(IdentityTokens.LIFE);
        assertRefused(token);
        assertThrows(InvalidTokenException.class, () -> new Verifier(keySet, clock).verify(token), "never seen before");
    }

    @Test
    void shouldStayBoundedAndRightWhenMoreTokensComeThanAreKept() throws Exception {
        Verifier small = new Verifier(keySet, clock, 4);
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            tokens.add(issuer(gatewayKey).issue(new Identity.Anonymous()));
        }
        for (String token : tokens) {
            small.verify(token);
        }
        assertEquals(4, small.cachedTokens());
        assertEquals(new Identity.Anonymous(), small.verify(tokens.getFirst()));
    }

    @Test
    void shouldFindADelegateOnlyWhileItIsLive() {
        PublicKey key = PublicKey.of(new byte[32]);
        assertTrue(TRADER.delegate(key, 1_799_999_999L).isPresent());
        assertTrue(TRADER.delegate(key, 1_800_000_000L).isEmpty());
        assertTrue(TRADER.delegate(ACCOUNT, 0).isEmpty());
    }

    @Test
    void shouldSayWhatIsWrongWhenAKeyIsNoKey() {
        assertThrows(IllegalArgumentException.class, () -> new Issuer("{}", clock));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Issuer(gatewayKey.toPublicJWK().toJSONString(), clock));
        assertThrows(IllegalArgumentException.class, () -> new Verifier("[]", clock));
    }

    private static final class MovingClock extends Clock {
        private Instant now = NOW;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @Test
    void shouldLastAMinute() {
        assertEquals(Duration.ofSeconds(60), IdentityTokens.LIFE);
    }
}
