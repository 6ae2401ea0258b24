package dev.quantdesk.auth.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.AuthServer.Answer;
import dev.quantdesk.auth.Wallet;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.proto.auth.v1.CreateChallengeRequest;
import dev.quantdesk.proto.auth.v1.CreateChallengeResponse;
import dev.quantdesk.proto.auth.v1.CreateSessionResponse;
import dev.quantdesk.proto.auth.v1.GetSessionRequest;
import dev.quantdesk.proto.auth.v1.Tier;
import dev.quantdesk.proto.auth.v1.VxSessionServiceGrpcClient;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SignInTest {
    private static AuthServer server;

    @BeforeAll
    static void start() throws Exception {
        server = AuthServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void shouldGiveASessionWhenTheWalletSignedTheChallenge() throws Exception {
        Wallet wallet = Wallet.random(server);
        CreateChallengeResponse challenge = wallet.askForChallenge().ok();
        assertTrue(challenge
                .getMessage()
                .startsWith(
                        "localhost:3002 wants you to sign in with your Solana account:\n" + wallet.address() + "\n\n"));
        assertTrue(challenge.getMessage().contains("\nNonce: " + challenge.getNonce() + "\n"));
        assertEquals(26, challenge.getNonce().length());

        Answer<CreateSessionResponse> signedIn =
                wallet.handIn(challenge.getMessage(), wallet.sign(challenge.getMessage()));

        CreateSessionResponse created = signedIn.ok();
        assertEquals(wallet.address(), created.getSession().getAccount());
        assertEquals(Tier.TIER_FREE, created.getSession().getTier());
        assertEquals(
                Duration.ofDays(7).toSeconds(),
                created.getSession().getExpireTime().getSeconds()
                        - created.getSession().getCreateTime().getSeconds());
        assertEquals(
                "qd_session=" + created.getToken() + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800",
                signedIn.headers().get("set-cookie"));
    }

    @Test
    void shouldRefuseTheSecondUseOfAChallenge() throws Exception {
        Wallet wallet = Wallet.random(server);
        String text = wallet.askForChallenge().ok().getMessage();
        ByteString signature = wallet.sign(text);
        wallet.handIn(text, signature).ok();
        assertEquals("CHALLENGE_UNKNOWN", wallet.handIn(text, signature).reason());
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:3002 wants, evil.example wants",
        "URI: http://localhost:3002, URI: http://evil.example",
        "Chain ID: solana:localnet, Chain ID: solana:mainnet",
        "moves no funds, moves few funds",
        "Version: 1, Version: 2"
    })
    void shouldRefuseATextThatWasAlteredEvenWhenTheWalletSignedIt(String issued, String altered) throws Exception {
        Wallet wallet = Wallet.random(server);
        String text = wallet.askForChallenge().ok().getMessage().replace(issued, altered);
        assertTrue(text.contains(altered));
        assertEquals("CHALLENGE_UNKNOWN", wallet.handIn(text, wallet.sign(text)).reason());
    }

    @Test
    void shouldRefuseAChallengeOfAnotherDomainThatSharesTheStore() throws Exception {
        try (AuthServer other = AuthServer.start(Map.of("SIWS_DOMAIN", "other.example"))) {
            Wallet there = Wallet.random(other);
            String text = there.askForChallenge().ok().getMessage();
            Wallet here = new Wallet(server, there.keys());
            assertEquals("CHALLENGE_UNKNOWN", here.handIn(text, here.sign(text)).reason());
        }
    }

    @Test
    void shouldRefuseAChallengeThatHasExpired() throws Exception {
        try (AuthServer own = AuthServer.start()) {
            Wallet wallet = Wallet.random(own);
            String text = wallet.askForChallenge().ok().getMessage();
            own.clock.advance(Duration.ofMinutes(5));
            assertEquals(
                    "CHALLENGE_UNKNOWN", wallet.handIn(text, wallet.sign(text)).reason());
        }
    }

    @Test
    void shouldRefuseAnotherWalletsSignatureAndUseTheChallengeUp() throws Exception {
        Wallet wallet = Wallet.random(server);
        String text = wallet.askForChallenge().ok().getMessage();
        ByteString forged = Wallet.random(server).sign(text);
        assertEquals("SIGNATURE_INVALID", wallet.handIn(text, forged).reason());
        assertEquals("CHALLENGE_UNKNOWN", wallet.handIn(text, wallet.sign(text)).reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "a wants you to sign in with your Solana account:\nA\n\nNonce: short"})
    void shouldRefuseATextThatWasNeverIssued(String text) throws Exception {
        Wallet wallet = Wallet.random(server);
        String reason = wallet.handIn(text, wallet.sign(text)).reason();
        assertEquals(text.isEmpty() ? "REQUEST_INVALID" : "CHALLENGE_UNKNOWN", reason);
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1})
    void shouldRefuseASmallOrderKey(byte first) throws Exception {
        byte[] point = new byte[32];
        point[0] = first;
        assertEquals("KEY_WEAK", challengeFor(Base58.encode(point)).reason());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "abc", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "0OIl1111111111111111111111111111"})
    void shouldRefuseAnAddressThatIsNoKey(String address) throws Exception {
        assertEquals("REQUEST_INVALID", challengeFor(address).reason());
    }

    @Test
    void shouldEndTheOldestSessionWhenThereAreTooMany() throws Exception {
        Wallet wallet = Wallet.random(server);
        Map<String, String> oldest = wallet.session();
        Map<String, String> second = null;
        for (int i = 1; i < SessionStore.MAX_PER_ACCOUNT; i++) {
            server.clock.advance(Duration.ofSeconds(1));
            Map<String, String> session = wallet.session();
            second = i == 1 ? session : second;
        }
        assertEquals("OK", getSession(oldest).reason());
        server.clock.advance(Duration.ofSeconds(1));
        Map<String, String> newest = wallet.session();
        assertEquals("SESSION_INVALID", getSession(oldest).reason());
        assertEquals("OK", getSession(second).reason());
        assertEquals("OK", getSession(newest).reason());
    }

    @Test
    void shouldMarkTheCookieSecureWhenSet() throws Exception {
        try (AuthServer secure = AuthServer.start(Map.of("AUTH_COOKIE_SECURE", "true"))) {
            String cookie = Wallet.random(secure).signIn().headers().get("set-cookie");
            assertTrue(cookie.endsWith("; Secure"), cookie);
        }
        assertFalse(Wallet.random(server).signIn().headers().get("set-cookie").contains("Secure"));
    }

    @Test
    void shouldGiveTheTierThatSettingsNameForAnAccount() throws Exception {
        Wallet keys = new Wallet(null, Wallet.randomKeys());
        try (AuthServer own = AuthServer.start(Map.of("AUTH_MARKET_MAKERS", keys.address() + ", "))) {
            Wallet maker = new Wallet(own, keys.keys());
            assertEquals(
                    Tier.TIER_MARKET_MAKER, maker.signIn().ok().getSession().getTier());
            assertEquals(
                    Tier.TIER_FREE,
                    Wallet.random(own).signIn().ok().getSession().getTier());
        }
    }

    private static Answer<CreateChallengeResponse> challengeFor(String address) throws Exception {
        CreateChallengeRequest request =
                CreateChallengeRequest.newBuilder().setAddress(address).build();
        return server.call(VxSessionServiceGrpcClient.CreateChallenge, request, Map.of());
    }

    private static Answer<?> getSession(Map<String, String> session) throws Exception {
        return server.call(VxSessionServiceGrpcClient.GetSession, GetSessionRequest.getDefaultInstance(), session);
    }
}
