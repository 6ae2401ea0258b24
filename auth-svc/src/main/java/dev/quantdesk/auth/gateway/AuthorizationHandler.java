package dev.quantdesk.auth.gateway;

import dev.quantdesk.auth.audit.AuditLog;
import dev.quantdesk.auth.delegate.Account;
import dev.quantdesk.auth.delegate.Accounts;
import dev.quantdesk.auth.session.Session;
import dev.quantdesk.auth.session.SessionCookie;
import dev.quantdesk.auth.session.SessionHandler;
import dev.quantdesk.auth.session.SessionStore;
import dev.quantdesk.auth.session.SessionToken;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.PublicKey;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.ExternalAuthProto;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says for each request at the gateway who makes it: Envoy's {@code ext_authz} protocol. One round trip to Redis for a
 * caller with a session, none for one without; nothing about sessions is kept in memory, so that a revocation holds
 * from the next call on, at every instance. Thread-safe.
 */
public final class AuthorizationHandler {
    public static final ServiceName SERVICE = ServiceName.create("envoy.service.auth.v3.Authorization");
    public static final ServiceMethod<CheckRequest, CheckResponse> CHECK = ServiceMethod.server(
            SERVICE, "Check", GrpcMessageEncoder.encoder(), GrpcMessageDecoder.decoder(CheckRequest.newBuilder()));

    static final String ACCOUNT_HEADER = "x-quantdesk-account";
    /** Whose limits count: the account's, or for a sub-account its owner's. */
    static final String OWNER_HEADER = "x-quantdesk-owner";

    static final String TIER_HEADER = "x-quantdesk-tier";

    private static final String SESSION_SERVICE = "/quantdesk.auth.v1.SessionService/";
    // A browser whose session has ended sends its cookie all the same, and has to be able to sign in and out.
    private static final Set<String> WITHOUT_SESSION =
            Set.of(SESSION_SERVICE + "CreateChallenge", SESSION_SERVICE + "CreateSession");
    // The stream outlives its identity token, and needs the session to ask for another.
    private static final String TRADE_ORDERS = "/quantdesk.execution.v1.OrderService/TradeOrders";
    private static final String REVOKE = SESSION_SERVICE + "RevokeSession";
    private static final List<String> ABOUT_TRADER =
            List.of(ACCOUNT_HEADER, OWNER_HEADER, TIER_HEADER, SessionHandler.SESSION_HEADER);

    private final SessionStore sessions;
    private final Accounts accounts;
    private final IdentityCache identities;
    private final SessionCookie cookie;
    private final AuditLog audit;
    private final Clock clock;

    public AuthorizationHandler(
            SessionStore sessions,
            Accounts accounts,
            IdentityCache identities,
            SessionCookie cookie,
            AuditLog audit,
            Clock clock) {
        this.sessions = sessions;
        this.accounts = accounts;
        this.identities = identities;
        this.cookie = cookie;
        this.audit = audit;
        this.clock = clock;
    }

    public void bindTo(RpcServer rpc) {
        rpc.service(SERVICE, ExternalAuthProto.getDescriptor().findServiceByName("Authorization"))
                .unary(CHECK, Access.GATEWAY, this::check)
                .bind();
    }

    private CheckResponse check(CheckRequest request, Call call) throws Exception {
        AttributeContext.HttpRequest http = request.getAttributes().getRequest().getHttp();
        String path = pathOf(http.getPath());
        if (WITHOUT_SESSION.contains(path)) {
            return anonymous();
        }
        try {
            return switch (Credential.of(http.getHeadersMap())) {
                case Credential.None _ -> anonymous();
                case Credential.Malformed _ -> sessionInvalid(path, "");
                case Credential.Token token ->
                    withToken(path, token.token(), http.getHeadersMap().get(ActsFor.HEADER));
            };
        } catch (ApiException refusal) {
            // Said as a decision, not as a failed check, so that the caller gets the details.
            return CheckAnswers.denied(refusal.status(), Map.of());
        }
    }

    private static String pathOf(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private CheckResponse anonymous() {
        return CheckAnswers.allowed(Map.of(IdentityTokens.HEADER, identities.anonymous()), ABOUT_TRADER);
    }

    private CheckResponse withToken(String path, SessionToken token, String subAccount) throws Exception {
        Optional<SessionStore.Found> found = sessions.find(token, clock.instant());
        if (found.isEmpty()) {
            return sessionInvalid(path, token.account().toString());
        }
        Session session = found.get().session();
        Account owner = accounts.of(session.account(), found.get().account());
        try {
            return trader(path, session, owner, ActsFor.account(owner, path, subAccount));
        } catch (ApiException unknown) {
            audit.denied(path, unknown.reason(), owner.key().toString());
            throw unknown;
        }
    }

    private CheckResponse trader(String path, Session session, Account owner, PublicKey account) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(IdentityTokens.HEADER, identities.of(owner, account));
        headers.put(ACCOUNT_HEADER, account.toString());
        headers.put(OWNER_HEADER, owner.key().toString());
        headers.put(TIER_HEADER, owner.tier().name());
        if (!path.startsWith(SESSION_SERVICE) && !path.equals(TRADE_ORDERS)) {
            return CheckAnswers.allowed(headers, List.of(SessionHandler.SESSION_HEADER));
        }
        headers.put(SessionHandler.SESSION_HEADER, session.hash());
        return CheckAnswers.allowed(headers, List.of());
    }

    private CheckResponse sessionInvalid(String path, String account) {
        if (path.equals(REVOKE)) {
            return anonymous();
        }
        audit.denied(path, Reason.SESSION_INVALID.name(), account);
        ApiException refusal = ApiException.refuse(Reason.SESSION_INVALID, Reason.SESSION_INVALID.meaning())
                .build();
        return CheckAnswers.denied(refusal.status(), Map.of(SessionCookie.SET_COOKIE, cookie.cleared()));
    }
}
