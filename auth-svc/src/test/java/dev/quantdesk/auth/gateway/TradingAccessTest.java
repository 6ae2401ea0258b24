package dev.quantdesk.auth.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Durations;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.AuthServer.Answer;
import dev.quantdesk.auth.Wallet;
import dev.quantdesk.auth.delegate.SubAccountKeys;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.auth.v1.CreateSubAccountRequest;
import dev.quantdesk.proto.auth.v1.RenewIdentityRequest;
import dev.quantdesk.proto.auth.v1.RenewIdentityResponse;
import dev.quantdesk.proto.auth.v1.RevokeSessionRequest;
import dev.quantdesk.proto.auth.v1.TakeOrdersRequest;
import dev.quantdesk.proto.auth.v1.TakeOrdersResponse;
import dev.quantdesk.proto.auth.v1.VxAccountServiceGrpcClient;
import dev.quantdesk.proto.auth.v1.VxSessionServiceGrpcClient;
import dev.quantdesk.proto.auth.v1.VxTradingAccessServiceGrpcClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a trading stream asks for: orders of the trader's limit, and an identity that is still good. */
@Timeout(60)
class TradingAccessTest {
    private static final String TRADE = "/quantdesk.execution.v1.OrderService/TradeOrders";
    private static final int LIMIT = 10;

    private AuthServer server;
    private Wallet wallet;
    private Map<String, String> session;

    @BeforeEach
    void start() throws Exception {
        server = AuthServer.start(Map.of("RATE_LIMIT_TRADING_FREE_PER_MINUTE", Integer.toString(LIMIT)));
        wallet = Wallet.random(server);
        session = wallet.session();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** What the gateway hands to execution-svc when a stream is opened. */
    private Map<String, String> opened(Map<String, String> headers) throws Exception {
        Map<String, String> passed = new HashMap<>();
        server.check(TRADE, headers)
                .getOkResponse()
                .getHeadersList()
                .forEach(option -> passed.put(
                        option.getHeader().getKey(), option.getHeader().getValue()));
        return passed;
    }

    private static Map<String, String> identity(Map<String, String> opened) {
        return Map.of("x-quantdesk-identity", opened.get("x-quantdesk-identity"));
    }

    private static Map<String, String> forSubAccount(Map<String, String> headers, int number) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("x-sub-account", Integer.toString(number));
        return all;
    }

    private void createSubAccount(String name) throws Exception {
        CreateSubAccountRequest request =
                CreateSubAccountRequest.newBuilder().setName(name).build();
        server.call(VxAccountServiceGrpcClient.CreateSubAccount, request, session)
                .ok();
    }

    private Answer<TakeOrdersResponse> take(Map<String, String> opened, int orders) throws Exception {
        TakeOrdersRequest request =
                TakeOrdersRequest.newBuilder().setOrders(orders).build();
        return server.direct(VxTradingAccessServiceGrpcClient.TakeOrders, request, identity(opened));
    }

    private Answer<RenewIdentityResponse> renew(Map<String, String> opened, String loginSession) throws Exception {
        RenewIdentityRequest request =
                RenewIdentityRequest.newBuilder().setSession(loginSession).build();
        return server.direct(VxTradingAccessServiceGrpcClient.RenewIdentity, request, identity(opened));
    }

    private Identity.Trader renewed(Map<String, String> opened) throws Exception {
        String token = renew(opened, opened.get("x-quantdesk-session")).ok().getIdentityToken();
        return (Identity.Trader) server.verifier.verify(token);
    }

    @Test
    void shouldTakeOrdersAndSayWhatIsLeft() throws Exception {
        TakeOrdersResponse taken = take(opened(session), 3).ok();
        assertEquals(3, taken.getTakenOrders());
        assertEquals(LIMIT - 3, taken.getRemainingOrders());
        assertEquals(LIMIT, taken.getLimit());
        assertEquals(Durations.fromSeconds(60), taken.getWindow());
        assertTrue(taken.hasServerTime());
    }

    @Test
    void shouldSayWhatIsLeftWhenNoneAreWanted() throws Exception {
        Map<String, String> stream = opened(session);
        take(stream, 3).ok();
        for (int i = 0; i < 2; i++) {
            TakeOrdersResponse looked = take(stream, 0).ok();
            assertEquals(0, looked.getTakenOrders());
            assertEquals(LIMIT - 3, looked.getRemainingOrders());
            assertEquals(LIMIT, looked.getLimit());
        }
        take(stream, LIMIT).ok();
        assertEquals(0, take(stream, 0).ok().getRemainingOrders());
    }

    @Test
    void shouldTakeFewerWhereFewerAreLeft() throws Exception {
        Map<String, String> stream = opened(session);
        take(stream, 7).ok();
        assertEquals(3, take(stream, 1_000).ok().getTakenOrders());
    }

    @Test
    void shouldRefuseWithTheWaitWhenNoneIsLeft() throws Exception {
        Map<String, String> stream = opened(session);
        assertEquals(LIMIT, take(stream, 1_000).ok().getTakenOrders());
        Answer<TakeOrdersResponse> refused = take(stream, 1);
        assertEquals("RATE_LIMITED", refused.reason());
        assertEquals("10", AuthServer.detail(refused.status(), ErrorInfo.class).getMetadataOrThrow("bound"));
        long wait = AuthServer.detail(refused.status(), RetryInfo.class)
                .getRetryDelay()
                .getSeconds();
        assertTrue(wait >= 1 && wait <= 60, () -> wait + " s");
    }

    @Test
    void shouldCountAWalletsAccountsTogetherAndOthersApart() throws Exception {
        createSubAccount("hedge");
        Map<String, String> own = opened(session);
        Map<String, String> sub = opened(forSubAccount(session, 1));
        assertEquals(6, take(own, 4).ok().getRemainingOrders());
        assertEquals(0, take(sub, 6).ok().getRemainingOrders());
        assertEquals("RATE_LIMITED", take(own, 1).reason());
        assertEquals("RATE_LIMITED", take(sub, 1).reason());
        assertEquals(
                LIMIT - 1, take(opened(Wallet.random(server).session()), 1).ok().getRemainingOrders());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1_001})
    void shouldRefuseANumberOfOrdersOutOfRange(int orders) throws Exception {
        assertEquals("REQUEST_INVALID", take(opened(session), orders).reason());
    }

    @Test
    void shouldGiveATokenThatOutlivesTheOneBefore() throws Exception {
        Map<String, String> stream = opened(session);
        server.clock.advance(Duration.ofSeconds(50));
        String token = renew(stream, stream.get("x-quantdesk-session")).ok().getIdentityToken();
        server.clock.advance(Duration.ofSeconds(30));
        Identity.Trader trader = (Identity.Trader) server.verifier.verify(token);
        assertEquals(wallet.keys().publicKey(), trader.account());
    }

    @Test
    void shouldKnowTheDelegatesAsTheyAreNow() throws Exception {
        Map<String, String> stream = opened(session);
        assertEquals(0, renewed(stream).delegates().size());
        PublicKey sessionKey = Wallet.randomKeys().publicKey();
        wallet.grant(session, sessionKey.toString(), "1", server.clock.instant().getEpochSecond() + 60)
                .ok();
        assertEquals(sessionKey, renewed(stream).delegates().getFirst().key());
    }

    @Test
    void shouldKeepTheSubAccountThatTheStreamWasOpenedFor() throws Exception {
        createSubAccount("hedge");
        Identity.Trader trader = renewed(opened(forSubAccount(session, 1)));
        assertEquals(SubAccountKeys.of(wallet.keys().publicKey(), 1), trader.account());
        assertEquals(wallet.keys().publicKey(), trader.owner());
    }

    @Test
    void shouldRefuseOnceTheSessionHasEnded() throws Exception {
        Map<String, String> stream = opened(session);
        server.call(VxSessionServiceGrpcClient.RevokeSession, RevokeSessionRequest.getDefaultInstance(), session)
                .ok();
        assertEquals(
                "SESSION_INVALID",
                renew(stream, stream.get("x-quantdesk-session")).reason());
    }

    @Test
    void shouldRefuseASessionOfAnotherWallet() throws Exception {
        Map<String, String> stream = opened(session);
        String others = opened(Wallet.random(server).session()).get("x-quantdesk-session");
        assertEquals("SESSION_INVALID", renew(stream, others).reason());
        assertEquals("SESSION_INVALID", renew(stream, "nonsense").reason());
        assertEquals("REQUEST_INVALID", renew(stream, "").reason());
    }

    @Test
    void shouldRefuseWhoHasNotSignedIn() throws Exception {
        Map<String, String> nobody = opened(Map.of());
        assertEquals("SESSION_REQUIRED", take(nobody, 1).reason());
        assertEquals("SESSION_REQUIRED", renew(nobody, "x").reason());
    }
}
