package dev.quantdesk.auth.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.AuthServer.Answer;
import dev.quantdesk.auth.Wallet;
import dev.quantdesk.proto.auth.v1.GetSessionRequest;
import dev.quantdesk.proto.auth.v1.GetSessionResponse;
import dev.quantdesk.proto.auth.v1.RevokeSessionRequest;
import dev.quantdesk.proto.auth.v1.RevokeSessionResponse;
import dev.quantdesk.proto.auth.v1.VxSessionServiceGrpcClient;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SessionLifeTest {
    private static final String MARKETS = "/quantdesk.marketdata.v1.MarketDataService/ListMarkets";
    private static final String SESSION_HEADER = "x-quantdesk-session";

    private AuthServer server;

    @BeforeEach
    void start() throws Exception {
        server = AuthServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldDescribeTheSessionOfTheCallWhenShownAsBearerOrCookie() throws Exception {
        Wallet wallet = Wallet.random(server);
        String token = wallet.signIn().ok().getToken();
        Map<String, String> cookie = Map.of("cookie", "theme=dark; qd_session=" + token + "; other=1");
        assertEquals(wallet.address(), getSession(cookie).ok().getSession().getAccount());
        assertEquals(
                wallet.address(),
                getSession(Wallet.bearer(token)).ok().getSession().getAccount());
    }

    @Test
    void shouldRefuseASessionThatHasExpired() throws Exception {
        Map<String, String> session = Wallet.random(server).session();
        server.clock.advance(Duration.ofDays(7).minusSeconds(5));
        assertEquals("OK", getSession(session).reason());
        server.clock.advance(Duration.ofSeconds(5));
        assertEquals("SESSION_INVALID", getSession(session).reason());
    }

    @Test
    void shouldRefuseASessionThatWasRevokedAndLeaveTheOthers() throws Exception {
        Wallet wallet = Wallet.random(server);
        Map<String, String> first = wallet.session();
        Map<String, String> second = wallet.session();
        Answer<RevokeSessionResponse> revoked = revoke(first);
        revoked.ok();
        assertTrue(revoked.headers().get("set-cookie").startsWith("qd_session=; "));
        assertTrue(revoked.headers().get("set-cookie").contains("Max-Age=0"));
        assertEquals("SESSION_INVALID", getSession(first).reason());
        assertEquals("OK", getSession(second).reason());
    }

    @Test
    void shouldNotMindWhenASessionIsRevokedTwice() throws Exception {
        Map<String, String> session = Wallet.random(server).session();
        revoke(session).ok();
        assertEquals("OK", revoke(session).reason());
    }

    @Test
    void shouldRefuseADeadCookieAndMakeTheBrowserForgetIt() throws Exception {
        Wallet wallet = Wallet.random(server);
        String token = wallet.signIn().ok().getToken();
        revoke(Wallet.bearer(token)).ok();
        Answer<GetSessionResponse> refused = getSession(Map.of("cookie", "qd_session=" + token));
        assertEquals("SESSION_INVALID", refused.reason());
        assertTrue(refused.headers().get("set-cookie").contains("Max-Age=0"));
    }

    @Test
    void shouldLetABrowserWithADeadCookieSignInAgain() throws Exception {
        Map<String, String> dead = Map.of("cookie", "qd_session=dead");
        for (String method : new String[] {"CreateChallenge", "CreateSession"}) {
            CheckResponse decision = server.check("/quantdesk.auth.v1.SessionService/" + method, dead);
            assertTrue(decision.hasOkResponse(), method);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Bearer ", "Bearer nonsense", "Basic dXNlcjpwYXNz", "Bearer 11111111111111111111111111111111.x"})
    void shouldRefuseWhatCanBeNoSession(String authorization) throws Exception {
        assertEquals(
                "SESSION_INVALID",
                getSession(Map.of("authorization", authorization)).reason());
    }

    @Test
    void shouldRefuseATokenWhoseAccountWasSwapped() throws Exception {
        Wallet mallory = Wallet.random(server);
        String token = mallory.signIn().ok().getToken();
        Wallet victim = Wallet.random(server);
        victim.signIn().ok();
        String swapped = victim.address() + token.substring(token.indexOf('.'));
        assertEquals("SESSION_INVALID", getSession(Wallet.bearer(swapped)).reason());
    }

    @Test
    void shouldNeedASessionToDescribeOne() throws Exception {
        assertEquals("SESSION_REQUIRED", getSession(Map.of()).reason());
    }

    @Test
    void shouldNotReachAnotherAccountsSessionByAForgedHeader() throws Exception {
        Map<String, String> victim = Wallet.random(server).session();
        String victimHash =
                header(server.check("/quantdesk.auth.v1.SessionService/GetSession", victim), SESSION_HEADER);
        Map<String, String> mallory = Wallet.random(server).session();
        CheckResponse decision = server.check("/quantdesk.auth.v1.SessionService/RevokeSession", mallory);
        Map<String, String> forged = new HashMap<>(Map.of(SESSION_HEADER, victimHash));
        forged.put("x-quantdesk-identity", header(decision, "x-quantdesk-identity"));

        server.direct(VxSessionServiceGrpcClient.RevokeSession, RevokeSessionRequest.getDefaultInstance(), forged)
                .ok();

        assertEquals("OK", getSession(victim).reason());
    }

    @Test
    void shouldHandTheSessionsNameToTheSessionServiceOnly() throws Exception {
        Map<String, String> session = Wallet.random(server).session();
        CheckResponse decision = server.check(MARKETS, session);
        assertEquals("", header(decision, SESSION_HEADER));
        assertTrue(decision.getOkResponse().getHeadersToRemoveList().contains(SESSION_HEADER));
    }

    private static String header(CheckResponse decision, String name) {
        return decision.getOkResponse().getHeadersList().stream()
                .filter(option -> option.getHeader().getKey().equals(name))
                .map(option -> option.getHeader().getValue())
                .findFirst()
                .orElse("");
    }

    private Answer<GetSessionResponse> getSession(Map<String, String> headers) throws Exception {
        return server.call(VxSessionServiceGrpcClient.GetSession, GetSessionRequest.getDefaultInstance(), headers);
    }

    private Answer<RevokeSessionResponse> revoke(Map<String, String> headers) throws Exception {
        return server.call(
                VxSessionServiceGrpcClient.RevokeSession, RevokeSessionRequest.getDefaultInstance(), headers);
    }
}
