package dev.quantdesk.auth.gateway;

import com.google.protobuf.util.Durations;
import dev.quantdesk.auth.delegate.Accounts;
import dev.quantdesk.auth.limit.OrderLimit;
import dev.quantdesk.auth.session.SessionStore;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.auth.v1.RenewIdentityRequest;
import dev.quantdesk.proto.auth.v1.RenewIdentityResponse;
import dev.quantdesk.proto.auth.v1.TakeOrdersRequest;
import dev.quantdesk.proto.auth.v1.TakeOrdersResponse;
import dev.quantdesk.proto.auth.v1.VxTradingAccessServiceGrpcService;
import java.time.Clock;

/** What the gateway asks for each call, for a stream that makes many: whether its session is live, and orders of its limit. Thread-safe. */
public final class TradingAccessHandler {
    private final OrderLimit limit;
    private final SessionStore sessions;
    private final Accounts accounts;
    private final IdentityCache identities;
    private final Clock clock;

    public TradingAccessHandler(
            OrderLimit limit, SessionStore sessions, Accounts accounts, IdentityCache identities, Clock clock) {
        this.limit = limit;
        this.sessions = sessions;
        this.accounts = accounts;
        this.identities = identities;
        this.clock = clock;
    }

    public void bindTo(RpcServer rpc) {
        rpc.service(
                        VxTradingAccessServiceGrpcService.SERVICE_NAME,
                        VxTradingAccessServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxTradingAccessServiceGrpcService.TakeOrders, Access.TRADER, this::takeOrders)
                .unary(VxTradingAccessServiceGrpcService.RenewIdentity, Access.TRADER, this::renewIdentity)
                .bind();
    }

    private TakeOrdersResponse takeOrders(TakeOrdersRequest request, Call call) {
        OrderLimit.Grant grant = limit.take(call.trader(), request.getOrders());
        return TakeOrdersResponse.newBuilder()
                .setTakenOrders(grant.taken())
                .setRemainingOrders(grant.remaining())
                .setLimit(grant.limit())
                .setWindow(Durations.fromMillis(grant.window().toMillis()))
                .build();
    }

    private RenewIdentityResponse renewIdentity(RenewIdentityRequest request, Call call) throws Exception {
        PublicKey owner = call.trader().owner();
        SessionStore.Found found = sessions.renew(owner, request.getSession(), clock.instant())
                .orElseThrow(() -> ApiException.refuse(Reason.SESSION_INVALID, Reason.SESSION_INVALID.meaning())
                        .build());
        return RenewIdentityResponse.newBuilder()
                .setIdentityToken(identities.of(
                        accounts.of(owner, found.account()), call.trader().account()))
                .build();
    }
}
