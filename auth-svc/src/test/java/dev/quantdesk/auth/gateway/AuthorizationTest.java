package dev.quantdesk.auth.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.Wallet;
import dev.quantdesk.kit.identity.Identity;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AuthorizationTest {
    private static final String PLACE = "/quantdesk.execution.v1.OrderService/PlaceOrder";

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
    void shouldNameTheTraderToTheServicesAndHideTheSecret() throws Exception {
        Wallet wallet = Wallet.random(server);
        CheckResponse decision = server.check(PLACE, wallet.session());
        Map<String, String> headers = headers(decision);
        Identity.Trader trader = (Identity.Trader) server.verifier.verify(headers.get("x-quantdesk-identity"));
        assertEquals(wallet.keys().publicKey(), trader.account());
        assertEquals("FREE", trader.tier());
        assertEquals(wallet.address(), headers.get("x-quantdesk-account"));
        assertEquals("FREE", headers.get("x-quantdesk-tier"));
        assertTrue(decision.getOkResponse()
                .getHeadersToRemoveList()
                .containsAll(Set.of("authorization", "cookie", "x-quantdesk-session")));
    }

    @Test
    void shouldOverwriteWhateverIdentityTheCallerSent() throws Exception {
        CheckResponse decision = server.check(PLACE, Wallet.random(server).session());
        for (HeaderValueOption option : decision.getOkResponse().getHeadersList()) {
            assertEquals(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD, option.getAppendAction(), option.toString());
        }
    }

    @Test
    void shouldLetACallerWithoutSessionThroughAsNobody() throws Exception {
        CheckResponse decision = server.check(PLACE, Map.of("cookie", "theme=dark"));
        Map<String, String> headers = headers(decision);
        assertEquals(Set.of("x-quantdesk-identity"), headers.keySet());
        assertEquals(new Identity.Anonymous(), server.verifier.verify(headers.get("x-quantdesk-identity")));
        assertTrue(decision.getOkResponse()
                .getHeadersToRemoveList()
                .containsAll(Set.of("x-quantdesk-account", "x-quantdesk-tier", "x-quantdesk-session")));
    }

    @Test
    void shouldSayWhyInFullWhenASessionIsInvalid() throws Exception {
        CheckResponse decision = server.check(PLACE, Wallet.bearer("nonsense"));
        assertEquals(
                StatusCode.Unauthorized,
                decision.getDeniedResponse().getStatus().getCode());
        String details = decision.getDeniedResponse().getHeadersList().stream()
                .filter(option -> option.getHeader().getKey().equals("grpc-status-details-bin"))
                .map(option -> option.getHeader().getValue())
                .findFirst()
                .orElseThrow();
        assertEquals("SESSION_INVALID", AuthServer.reason(AuthServer.decode(details)));
        assertEquals(decision.getStatus(), AuthServer.decode(details));
    }

    @Test
    void shouldReuseATokenForHalfItsLifeAndThenMakeANewOne() throws Exception {
        Map<String, String> session = Wallet.random(server).session();
        String first = token(session);
        assertEquals(first, token(session));
        server.clock.advance(Duration.ofSeconds(31));
        String second = token(session);
        assertNotEquals(first, second);
        server.verifier.verify(second);
    }

    private String token(Map<String, String> session) throws Exception {
        return headers(server.check(PLACE, session)).get("x-quantdesk-identity");
    }

    private static Map<String, String> headers(CheckResponse decision) {
        Map<String, String> headers = new TreeMap<>();
        decision.getOkResponse()
                .getHeadersList()
                .forEach(option -> headers.put(
                        option.getHeader().getKey(), option.getHeader().getValue()));
        return headers;
    }
}
