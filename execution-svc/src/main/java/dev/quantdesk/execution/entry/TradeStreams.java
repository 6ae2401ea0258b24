package dev.quantdesk.execution.entry;

import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.rpc.StreamReader;
import dev.quantdesk.kit.rpc.StreamWriter;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.auth.v1.RenewIdentityRequest;
import dev.quantdesk.proto.auth.v1.VxTradingAccessServiceGrpcClient;
import dev.quantdesk.proto.execution.v1.TradeOrdersRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The trading streams of this service, and what they share. Thread-safe. */
public final class TradeStreams {
    static final int PER_ACCOUNT_MAX = 8;

    /** Set by the gateway for this method alone: names the session to ask about. */
    private static final String SESSION_HEADER = "x-quantdesk-session";

    private final OrderEntry entry;
    private final RiskGate risk;
    private final TradingBudget budget;
    private final Identities identities;
    private final Telemetry telemetry;
    private final Clock clock;
    private final Map<PublicKey, Integer> open = new ConcurrentHashMap<>();

    /** Who the trader of a stream is by now. */
    @FunctionalInterface
    interface Identities {
        /** @throws ApiException with {@link Reason#SESSION_INVALID} once the session has ended */
        TraderAccess renew(String session, TraderAccess access) throws InterruptedException;
    }

    /** @param token good for {@link IdentityTokens#LIFE} at most */
    record TraderAccess(Identity.Trader trader, String token) {}

    public TradeStreams(
            OrderEntry entry,
            RiskGate risk,
            TradingBudget budget,
            RpcClient mesh,
            IdentityTokens.Verifier verifier,
            Duration callTimeout,
            Telemetry telemetry,
            Clock clock) {
        this(
                entry,
                risk,
                budget,
                (session, access) -> {
                    String token = mesh.call(
                                    VxTradingAccessServiceGrpcClient.RenewIdentity,
                                    RenewIdentityRequest.newBuilder()
                                            .setSession(session)
                                            .build(),
                                    access.token(),
                                    callTimeout)
                            .getIdentityToken();
                    return new TraderAccess(verified(verifier, token), token);
                },
                telemetry,
                clock);
    }

    TradeStreams(
            OrderEntry entry,
            RiskGate risk,
            TradingBudget budget,
            Identities identities,
            Telemetry telemetry,
            Clock clock) {
        this.entry = entry;
        this.risk = risk;
        this.budget = budget;
        this.identities = identities;
        this.telemetry = telemetry;
        this.clock = clock;
    }

    private static Identity.Trader verified(IdentityTokens.Verifier verifier, String token) {
        try {
            if (verifier.verify(token) instanceof Identity.Trader trader) {
                return trader;
            }
        } catch (IdentityTokens.InvalidTokenException refused) {
            throw ApiException.refuse(Reason.IDENTITY_INVALID, refused.getMessage())
                    .build();
        }
        throw ApiException.refuse(Reason.IDENTITY_INVALID, "The token is not a trader's.")
                .build();
    }

    /** Serves one stream to its end. */
    void serve(Call call, StreamReader<TradeOrdersRequest> in, StreamWriter<TradeOrdersResponse> out) throws Exception {
        PublicKey account = call.trader().account();
        if (open.merge(account, 1, Integer::sum) > PER_ACCOUNT_MAX) {
            leave(account);
            throw ApiException.refuse(Reason.TOO_MANY_STREAMS, "The account has as many trading streams as it may.")
                    .with("limit", "trading_streams")
                    .with("bound", Integer.toString(PER_ACCOUNT_MAX))
                    .build();
        }
        try {
            String session = call.headers().get(SESSION_HEADER);
            TraderAccess access = new TraderAccess(call.trader(), call.identityToken());
            new TradeStream(this, session == null ? "" : session, access, in, out).run();
        } finally {
            leave(account);
        }
    }

    private void leave(PublicKey account) {
        open.computeIfPresent(account, (_, streams) -> streams == 1 ? null : streams - 1);
    }

    OrderEntry entry() {
        return entry;
    }

    RiskGate risk() {
        return risk;
    }

    TradingBudget budget() {
        return budget;
    }

    Identities identities() {
        return identities;
    }

    Telemetry telemetry() {
        return telemetry;
    }

    Clock clock() {
        return clock;
    }
}
