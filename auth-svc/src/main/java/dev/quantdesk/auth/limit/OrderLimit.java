package dev.quantdesk.auth.limit;

import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.rpc.ApiException;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.List;

/** Orders taken from an owner's trading limit for a service that counts them itself: the bucket that unary orders count against. */
public final class OrderLimit {
    private final Limits limits;
    private final Buckets buckets;

    public OrderLimit(Limits limits, Buckets buckets) {
        this.limits = limits;
        this.buckets = buckets;
    }

    /** @param taken at least 1, where any were wanted */
    public record Grant(int taken, int remaining, int limit, Duration window) {}

    /**
     * Takes up to {@code wanted} orders, as many as there are; of 0 only says what there is.
     *
     * @throws ApiException with {@link dev.quantdesk.kit.rpc.Reason#RATE_LIMITED} when one is wanted and there is none
     */
    public Grant take(Identity.Trader trader, int wanted) {
        Limits.Counted counted = limits.trading(trader.owner().toString(), trader.tier());
        if (wanted == 0) {
            Limit limit = counted.limit();
            return new Grant(0, (int) buckets.left(counted), limit.calls(), limit.window());
        }
        int orders = Math.min(wanted, counted.limit().calls());
        ConsumptionProbe probe = buckets.take(counted, orders);
        if (!probe.isConsumed() && orders > 1) {
            // Others may take from the same bucket meanwhile: then this is one try, not a promise.
            orders = (int) Math.max(1, probe.getRemainingTokens());
            probe = buckets.take(counted, orders);
        }
        RateLimitHandler.Taken taken = new RateLimitHandler.Taken(counted, probe);
        RateLimitHandler.count(taken);
        if (!probe.isConsumed()) {
            Duration wait = Duration.ofSeconds(RateLimitHandler.wholeSeconds(probe.getNanosToWaitForRefill()));
            throw RateLimitHandler.refusal(List.of(taken), wait);
        }
        Limit limit = counted.limit();
        return new Grant(orders, (int) probe.getRemainingTokens(), limit.calls(), limit.window());
    }
}
