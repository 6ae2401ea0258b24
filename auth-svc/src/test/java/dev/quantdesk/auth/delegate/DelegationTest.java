package dev.quantdesk.auth.delegate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.AuthServer.Answer;
import dev.quantdesk.auth.Wallet;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.proto.auth.v1.Delegate;
import dev.quantdesk.proto.auth.v1.GrantDelegateResponse;
import dev.quantdesk.proto.auth.v1.ListDelegatesRequest;
import dev.quantdesk.proto.auth.v1.ListDelegatesResponse;
import dev.quantdesk.proto.auth.v1.RevokeDelegateRequest;
import dev.quantdesk.proto.auth.v1.VxAccountServiceGrpcClient;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class DelegationTest {
    private AuthServer server;
    private Wallet wallet;
    private Map<String, String> session;

    @BeforeEach
    void start() throws Exception {
        server = AuthServer.start();
        wallet = Wallet.random(server);
        session = wallet.session();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldRegisterAKeyThatTheWalletSigned() throws Exception {
        String key = newKey();
        long expires = inSeconds(3_600);
        Delegate granted = wallet.grant(session, key, "25000.50", expires).ok().getDelegate();
        assertEquals(key, granted.getPublicKey());
        assertEquals("25000.5", granted.getMaxOrderNotional());
        assertEquals(expires, granted.getExpireTime().getSeconds());
        assertEquals(List.of(granted), list());
        Identity.Delegate known = identity().delegates().getFirst();
        assertEquals(key, known.key().toString());
        assertEquals(25_000_500_000L, known.maxOrderNotionalMicros());
        assertEquals(expires, known.expireSeconds());
    }

    @Test
    void shouldGiveTheFirstOutcomeWhenAGrantIsRepeated() throws Exception {
        String key = newKey();
        long expires = inSeconds(60);
        Delegate first = wallet.grant(session, key, "100", expires).ok().getDelegate();
        server.clock.advance(Duration.ofSeconds(2));
        assertEquals(first, wallet.grant(session, key, "100", expires).ok().getDelegate());
        assertEquals(1, list().size());
    }

    @Test
    void shouldRefuseAGrantThatWasRevokedAndTakeANewOne() throws Exception {
        String key = newKey();
        long expires = inSeconds(60);
        wallet.grant(session, key, "100", expires).ok();
        assertEquals(1, identity().delegates().size());
        revoke(key).ok();
        assertEquals(List.of(), identity().delegates());
        assertEquals(List.of(), list());
        assertEquals(
                "DELEGATION_REVOKED", wallet.grant(session, key, "100", expires).reason());
        // The same content in other digits is the same grant.
        assertEquals(
                "DELEGATION_REVOKED",
                wallet.grant(session, key, "100.0", expires).reason());
        assertEquals("OK", wallet.grant(session, key, "100", expires + 1).reason());
    }

    @Test
    void shouldLetTheNewerGrantTakeThePlaceOfTheOlderForTheSameKey() throws Exception {
        String key = newKey();
        long expires = inSeconds(60);
        wallet.grant(session, key, "100", expires).ok();
        wallet.grant(session, key, "10", expires).ok();
        assertEquals(10_000_000, identity().delegates().getFirst().maxOrderNotionalMicros());
        assertEquals(1, list().size());
        assertEquals(
                "DELEGATION_REVOKED", wallet.grant(session, key, "100", expires).reason());
    }

    @Test
    void shouldRefuseTheFifthKeyUntilOneHasGone() throws Exception {
        long expires = inSeconds(60);
        String first = newKey();
        wallet.grant(session, first, "1", expires).ok();
        for (int i = 1; i < Account.MAX_DELEGATES; i++) {
            wallet.grant(session, newKey(), "1", expires).ok();
        }
        String fifth = newKey();
        Answer<GrantDelegateResponse> refused = wallet.grant(session, fifth, "1", expires);
        assertEquals("TOO_MANY_DELEGATES", refused.reason());
        assertEquals(4, list().size());
        revoke(first).ok();
        assertEquals("OK", wallet.grant(session, fifth, "1", expires).reason());
    }

    @Test
    void shouldForgetAKeyThatHasExpired() throws Exception {
        for (int i = 0; i < Account.MAX_DELEGATES; i++) {
            wallet.grant(session, newKey(), "1", inSeconds(60)).ok();
        }
        server.clock.advance(Duration.ofSeconds(61));
        assertEquals(List.of(), list());
        assertEquals("OK", wallet.grant(session, newKey(), "1", inSeconds(60)).reason());
        assertEquals(1, identity().delegates().size());
    }

    @Test
    void shouldRefuseASignatureThatIsNotTheWallets() throws Exception {
        String key = newKey();
        long expires = inSeconds(60);
        ByteString forged = Wallet.random(server).sign(wallet.delegationText(key, "1", expires));
        assertEquals(
                "SIGNATURE_INVALID",
                wallet.grant(session, key, "1", expires, forged).reason());
        ByteString other = wallet.sign(wallet.delegationText(key, "1", expires));
        assertEquals(
                "SIGNATURE_INVALID",
                wallet.grant(session, key, "2", expires, other).reason());
        assertEquals(
                "SIGNATURE_INVALID",
                wallet.grant(session, key, "1", expires + 1, other).reason());
        assertEquals(List.of(), list());
    }

    @Test
    void shouldRefuseAGrantThatWasSignedForAnotherAccount() throws Exception {
        Wallet other = Wallet.random(server);
        String key = newKey();
        long expires = inSeconds(60);
        ByteString signature = wallet.sign(wallet.delegationText(key, "1", expires));
        assertEquals(
                "SIGNATURE_INVALID",
                other.grant(other.session(), key, "1", expires, signature).reason());
    }

    @ParameterizedTest
    @CsvSource({
        "0, DELEGATION_EXPIRED",
        "-5, DELEGATION_EXPIRED",
        "2592060, DELEGATION_EXPIRED",
        "2591900, OK",
    })
    void shouldRefuseAnExpiryThatIsPastOrTooFarAhead(long seconds, String reason) throws Exception {
        assertEquals(
                reason, wallet.grant(session, newKey(), "1", inSeconds(seconds)).reason());
    }

    @ParameterizedTest
    @CsvSource({
        "0, REQUEST_INVALID",
        "0.000000, REQUEST_INVALID",
        "-1, REQUEST_INVALID",
        "1e3, REQUEST_INVALID",
        "0.0000001, REQUEST_INVALID",
        "9999999999999.999999, REQUEST_INVALID",
        "9223372036854.775808, REQUEST_INVALID",
        "9223372036854.775807, OK",
        "0.000001, OK"
    })
    void shouldKeepTheNotionalExactOrRefuseIt(String notional, String reason) throws Exception {
        assertEquals(
                reason, wallet.grant(session, newKey(), notional, inSeconds(60)).reason());
    }

    @Test
    void shouldRefuseKeysThatMustNotSign() throws Exception {
        String weak = "1".repeat(32);
        assertEquals("KEY_WEAK", wallet.grant(session, weak, "1", inSeconds(60)).reason());
        assertEquals(
                "REQUEST_INVALID",
                wallet.grant(session, wallet.address(), "1", inSeconds(60)).reason());
    }

    @Test
    void shouldNotMindWhenAKeyIsRevokedThatHasNoRights() throws Exception {
        assertEquals("OK", revoke(newKey()).reason());
    }

    @Test
    void shouldLeaveOtherAccountsAlone() throws Exception {
        Wallet other = Wallet.random(server);
        Map<String, String> otherSession = other.session();
        String key = newKey();
        wallet.grant(session, key, "1", inSeconds(60)).ok();
        RevokeDelegateRequest request =
                RevokeDelegateRequest.newBuilder().setPublicKey(key).build();
        server.call(VxAccountServiceGrpcClient.RevokeDelegate, request, otherSession)
                .ok();
        assertEquals(1, list().size());
    }

    @Test
    void shouldNeedASession() throws Exception {
        assertEquals(
                "SESSION_REQUIRED",
                wallet.grant(Map.of(), newKey(), "1", inSeconds(60)).reason());
    }

    private static String newKey() {
        return Wallet.randomKeys().publicKey().toString();
    }

    private long inSeconds(long seconds) {
        return server.clock.instant().getEpochSecond() + seconds;
    }

    private List<Delegate> list() throws Exception {
        Answer<ListDelegatesResponse> answer = server.call(
                VxAccountServiceGrpcClient.ListDelegates, ListDelegatesRequest.getDefaultInstance(), session);
        return answer.ok().getDelegatesList();
    }

    private Answer<?> revoke(String key) throws Exception {
        RevokeDelegateRequest request =
                RevokeDelegateRequest.newBuilder().setPublicKey(key).build();
        return server.call(VxAccountServiceGrpcClient.RevokeDelegate, request, session);
    }

    /** Who the services are told that the next call is made for. */
    private Identity.Trader identity() throws Exception {
        CheckResponse decision = server.check("/quantdesk.execution.v1.OrderService/PlaceOrder", session);
        String token = decision.getOkResponse().getHeadersList().stream()
                .filter(option -> option.getHeader().getKey().equals("x-quantdesk-identity"))
                .map(option -> option.getHeader().getValue())
                .findFirst()
                .orElseThrow();
        return (Identity.Trader) server.verifier.verify(token);
    }
}
