package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.proto.execution.v1.OrderStage;
import io.vertx.core.MultiMap;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Takes the times of the stages that one order passes on its way to the acknowledgement. Used by one thread. */
final class StageClock {
    static final String GATEWAY = "gateway";
    static final String CHECKS = "checks";
    static final String RISK = "risk";
    static final String ENGINE = "engine";

    /** When the gateway began to read the request: Unix seconds with a fraction. Set by the gateway itself. */
    private static final String GATEWAY_TIME = "x-quantdesk-gateway-time";

    private static final int NANO_DIGITS = 9;

    private final Clock clock;
    private final List<OrderStage> passed = new ArrayList<>();
    private Instant since;

    StageClock(Clock clock, MultiMap headers) {
        this.clock = clock;
        this.since = clock.instant();
        String gatewayTime = headers.get(GATEWAY_TIME);
        if (gatewayTime != null) {
            add(GATEWAY, instant(gatewayTime), since);
        }
    }

    private static Instant instant(String seconds) {
        BigDecimal time = new BigDecimal(seconds);
        long whole = time.longValue();
        return Instant.ofEpochSecond(
                whole,
                time.subtract(BigDecimal.valueOf(whole))
                        .movePointRight(NANO_DIGITS)
                        .longValue());
    }

    /** The stage that began when the one before ended is over now. */
    void end(String stage) {
        Instant now = clock.instant();
        add(stage, since, now);
        since = now;
    }

    private void add(String stage, Instant from, Instant to) {
        passed.add(OrderStage.newBuilder()
                .setName(stage)
                .setStartTime(Wire.time(from))
                .setEndTime(Wire.time(to))
                .build());
    }

    List<OrderStage> passed() {
        return List.copyOf(passed);
    }
}
