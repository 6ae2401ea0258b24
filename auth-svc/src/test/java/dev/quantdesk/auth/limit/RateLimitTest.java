package dev.quantdesk.auth.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.Wallet;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class RateLimitTest {
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
    void shouldRefuseTheSixthSignInOfAnAddressAndSayWhenToGoOn() throws Exception {
        RateLimitDescriptor address = RateLimits.signIn("192.0.2.11");
        for (int left = 4; left >= 0; left--) {
            RateLimitResponse passed = RateLimits.count(server, address).ok();
            assertEquals(Code.OK, passed.getOverallCode());
            assertEquals(left, passed.getStatuses(0).getLimitRemaining());
            assertEquals(5, passed.getStatuses(0).getCurrentLimit().getRequestsPerUnit());
            assertEquals("x-quantdesk-counted", passed.getRequestHeadersToAdd(0).getKey());
        }

        RateLimitResponse refused = RateLimits.count(server, address).ok();

        assertEquals(Code.OVER_LIMIT, refused.getOverallCode());
        assertEquals(0, refused.getRequestHeadersToAddCount());
        Status status = AuthServer.decode(refused.getResponseHeadersToAdd(0).getValue());
        assertEquals(8, status.getCode());
        ErrorInfo info = AuthServer.detail(status, ErrorInfo.class);
        assertEquals("RATE_LIMITED", info.getReason());
        assertEquals(Map.of("limit", "sign_in", "bound", "5", "window_seconds", "900"), info.getMetadataMap());
        assertEquals(
                "sign_in:192.0.2.11/32",
                AuthServer.detail(status, QuotaFailure.class).getViolations(0).getSubject());
        long wait = AuthServer.detail(status, RetryInfo.class).getRetryDelay().getSeconds();
        // One of five tokens comes back in 180 s.
        assertTrue(wait > 150 && wait <= 180, "waits " + wait);
        assertEquals(Long.toString(wait), refused.getResponseHeadersToAdd(1).getValue());
    }

    @Test
    void shouldCountAddressesApart() throws Exception {
        for (int i = 0; i < 6; i++) {
            RateLimits.count(server, RateLimits.signIn("192.0.2.21")).ok();
        }
        RateLimitResponse other =
                RateLimits.count(server, RateLimits.signIn("192.0.2.22")).ok();
        assertEquals(Code.OK, other.getOverallCode());
    }

    @ParameterizedTest
    @CsvSource({"FREE, 10", "PRO, 30", "MARKET_MAKER, 6000"})
    void shouldGiveAnAccountTheLimitOfItsTier(String tier, int calls) throws Exception {
        String account = Wallet.randomKeys().publicKey().toString();
        RateLimitResponse first =
                RateLimits.count(server, RateLimits.trading(account, tier)).ok();
        assertEquals(calls, first.getStatuses(0).getCurrentLimit().getRequestsPerUnit());
        assertEquals(calls - 1, first.getStatuses(0).getLimitRemaining());
        assertEquals(
                RateLimitResponse.RateLimit.Unit.MINUTE,
                first.getStatuses(0).getCurrentLimit().getUnit());
    }

    @Test
    void shouldStartANewBucketWhenTheSettingChanges() throws Exception {
        RateLimitDescriptor address = RateLimits.publicCall("192.0.2.31");
        RateLimits.count(server, address).ok();
        try (AuthServer generous = AuthServer.start(Map.of("RATE_LIMIT_PUBLIC_PER_MINUTE", "500"))) {
            RateLimitResponse counted = RateLimits.count(generous, address).ok();
            assertEquals(499, counted.getStatuses(0).getLimitRemaining());
        }
    }

    static Stream<RateLimitDescriptor> shouldFailWhenADescriptorIsNoneOfTheMesh() {
        return Stream.of(
                RateLimits.descriptor(Map.of()),
                RateLimits.descriptor(Map.of("limit", "other", "account", "a")),
                RateLimits.descriptor(Map.of("limit", "public")),
                RateLimits.trading("a", "PLATINUM"),
                RateLimits.trading("", "FREE"),
                RateLimits.trading("a".repeat(65), "FREE"));
    }

    @ParameterizedTest
    @MethodSource
    void shouldFailWhenADescriptorIsNoneOfTheMesh(RateLimitDescriptor descriptor) throws Exception {
        assertEquals("REQUEST_INVALID", RateLimits.count(server, descriptor).reason());
    }

    @Test
    void shouldFailWhenThereAreTooManyDescriptors() throws Exception {
        RateLimitDescriptor[] many = Stream.generate(() -> RateLimits.publicCall("192.0.2.41"))
                .limit(9)
                .toArray(RateLimitDescriptor[]::new);
        assertEquals("REQUEST_INVALID", RateLimits.count(server, many).reason());
    }
}
