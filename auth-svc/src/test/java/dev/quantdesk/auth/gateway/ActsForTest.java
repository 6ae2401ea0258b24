package dev.quantdesk.auth.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.ErrorInfo;
import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.Wallet;
import dev.quantdesk.auth.delegate.SubAccountKeys;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.auth.v1.CreateSubAccountRequest;
import dev.quantdesk.proto.auth.v1.GetSessionRequest;
import dev.quantdesk.proto.auth.v1.VxAccountServiceGrpcClient;
import dev.quantdesk.proto.auth.v1.VxSessionServiceGrpcClient;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call that names a sub-account is about it, and only the wallet's own can be named. */
@Timeout(60)
class ActsForTest {
    private static final String PLACE = "/quantdesk.execution.v1.OrderService/PlaceOrder";

    private AuthServer server;
    private Wallet wallet;
    private Map<String, String> session;

    @BeforeEach
    void start() throws Exception {
        server = AuthServer.start();
        wallet = Wallet.random(server);
        session = wallet.session();
        create(session, "hedge");
        create(session, "basis");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void create(Map<String, String> headers, String name) throws Exception {
        CreateSubAccountRequest request =
                CreateSubAccountRequest.newBuilder().setName(name).build();
        server.call(VxAccountServiceGrpcClient.CreateSubAccount, request, headers)
                .ok();
    }

    private CheckResponse check(Map<String, String> headers, String subAccount) throws Exception {
        return server.check(PLACE, with(headers, subAccount));
    }

    private static Map<String, String> with(Map<String, String> headers, String subAccount) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("x-sub-account", subAccount);
        return all;
    }

    private static Map<String, String> headers(CheckResponse decision) {
        assertTrue(decision.hasOkResponse(), decision.toString());
        Map<String, String> headers = new HashMap<>();
        decision.getOkResponse()
                .getHeadersList()
                .forEach(option -> headers.put(
                        option.getHeader().getKey(), option.getHeader().getValue()));
        return headers;
    }

    private Identity.Trader trader(CheckResponse decision) throws Exception {
        return (Identity.Trader) server.verifier.verify(headers(decision).get("x-quantdesk-identity"));
    }

    private PublicKey key(int number) {
        return SubAccountKeys.of(wallet.keys().publicKey(), number);
    }

    @Test
    void shouldNameTheSubAccountAndItsOwnerToTheServices() throws Exception {
        CheckResponse decision = check(session, "2");
        Identity.Trader trader = trader(decision);
        assertEquals(key(2), trader.account());
        assertEquals(wallet.keys().publicKey(), trader.owner());
        assertEquals("FREE", trader.tier());
        assertEquals(key(2).toString(), headers(decision).get("x-quantdesk-account"));
        assertEquals(wallet.address(), headers(decision).get("x-quantdesk-owner"));
    }

    @Test
    void shouldBeAboutTheWalletsOwnAccountWithoutTheHeader() throws Exception {
        CheckResponse decision = server.check(PLACE, session);
        Identity.Trader trader = trader(decision);
        assertEquals(wallet.keys().publicKey(), trader.account());
        assertEquals(wallet.keys().publicKey(), trader.owner());
        assertEquals(wallet.address(), headers(decision).get("x-quantdesk-owner"));
    }

    @Test
    void shouldKeepTheAccountsTokensApart() throws Exception {
        assertEquals(key(1), trader(check(session, "1")).account());
        assertEquals(key(2), trader(check(session, "2")).account());
        assertEquals(key(1), trader(check(session, "1")).account());
        assertEquals(
                wallet.keys().publicKey(), trader(server.check(PLACE, session)).account());
    }

    @Test
    void shouldLetTheWalletsSessionKeysSignForItsSubAccounts() throws Exception {
        PublicKey sessionKey = Wallet.randomKeys().publicKey();
        long expires = server.clock.instant().getEpochSecond() + 60;
        wallet.grant(with(session, "1"), sessionKey.toString(), "1", expires).ok();
        assertEquals(
                sessionKey, trader(check(session, "1")).delegates().getFirst().key());
        assertEquals(
                sessionKey, trader(check(session, "2")).delegates().getFirst().key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "3", "-1", "", " 1", "1,2", "hedge", "01x", "4294967297", "99999999999999999999"})
    void shouldRefuseWhatNamesNoneOfTheWalletsSubAccounts(String header) throws Exception {
        CheckResponse decision = check(session, header);
        assertTrue(decision.hasDeniedResponse(), decision.toString());
        assertEquals(
                StatusCode.Forbidden, decision.getDeniedResponse().getStatus().getCode());
        assertEquals("SUB_ACCOUNT_UNKNOWN", AuthServer.reason(decision.getStatus()));
        assertEquals(
                Map.of("limit", "sub_account", "value", header, "bound", "2"),
                AuthServer.detail(decision.getStatus(), ErrorInfo.class).getMetadataMap());
    }

    @Test
    void shouldReachNoOtherWalletsSubAccounts() throws Exception {
        Wallet other = Wallet.random(server);
        Map<String, String> others = other.session();
        assertEquals("SUB_ACCOUNT_UNKNOWN", AuthServer.reason(check(others, "1").getStatus()));
        assertEquals(
                "SUB_ACCOUNT_UNKNOWN",
                AuthServer.reason(check(others, key(1).toString()).getStatus()));
        create(others, "hedge");
        assertEquals(
                SubAccountKeys.of(other.keys().publicKey(), 1),
                trader(check(others, "1")).account());
    }

    @Test
    void shouldLetACallerWithoutSessionThroughAsNobodyWhateverTheHeaderSays() throws Exception {
        CheckResponse decision = check(Map.of(), "1");
        assertEquals(
                new Identity.Anonymous(),
                server.verifier.verify(headers(decision).get("x-quantdesk-identity")));
        assertTrue(decision.getOkResponse().getHeadersToRemoveList().contains("x-quantdesk-owner"));
        assertFalse(headers(decision).containsKey("x-quantdesk-owner"));
    }

    @Test
    void shouldBeAboutTheWalletWhereAuthServicesOwnMethodsAreCalled() throws Exception {
        var answer = server.call(
                VxSessionServiceGrpcClient.GetSession, GetSessionRequest.getDefaultInstance(), with(session, "77"));
        assertEquals(wallet.address(), answer.ok().getSession().getAccount());
    }
}
