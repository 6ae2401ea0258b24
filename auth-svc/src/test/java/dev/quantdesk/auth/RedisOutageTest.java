package dev.quantdesk.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.auth.AuthServer.Answer;
import dev.quantdesk.auth.limit.RateLimits;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.embedded.RedisServer;

@Timeout(60)
class RedisOutageTest {
    private static final String PLACE = "/quantdesk.execution.v1.OrderService/PlaceOrder";

    @Test
    void shouldRefuseSessionsAsUnavailableAndServeOthersWhenRedisIsDown() throws Exception {
        RedisServer redis = Backends.startRedis();
        try (AuthServer server = AuthServer.start(redis.ports().getFirst())) {
            Wallet wallet = Wallet.random(server);
            Map<String, String> session = wallet.session();
            assertTrue(server.check(PLACE, session).hasOkResponse());

            redis.stop();

            CheckResponse decision = server.check(PLACE, session);
            assertEquals("UPSTREAM_UNAVAILABLE", AuthServer.reason(decision.getStatus()));
            assertEquals(
                    StatusCode.ServiceUnavailable,
                    decision.getDeniedResponse().getStatus().getCode());
            assertTrue(server.check(PLACE, Map.of()).hasOkResponse());
            Answer<?> limit = RateLimits.count(server, RateLimits.publicCall("192.0.2.1"));
            assertEquals("UPSTREAM_UNAVAILABLE", limit.reason());
            assertEquals("UPSTREAM_UNAVAILABLE", wallet.askForChallenge().reason());
        } finally {
            redis.stop();
        }
    }
}
