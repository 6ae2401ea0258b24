package dev.quantdesk.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PostgresOutageTest {
    private static final String CANCEL = "/quantdesk.execution.v1.OrderService/CancelOrder";

    @Test
    void shouldStillKnowATraderWhenPostgresIsGone() throws Exception {
        try (AuthServer server = AuthServer.start()) {
            Map<String, String> known = Wallet.random(server).session();
            assertTrue(server.check(CANCEL, known).hasOkResponse());

            server.losePostgres();
            server.clock.advance(Duration.ofMinutes(5));

            assertTrue(server.check(CANCEL, known).hasOkResponse());
            assertEquals("UPSTREAM_UNAVAILABLE", Wallet.random(server).signIn().reason());
        }
    }
}
