package dev.quantdesk.auth.session;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.quantdesk.auth.audit.AuditLog;
import dev.quantdesk.auth.delegate.AccountKeys;
import dev.quantdesk.auth.delegate.Accounts;
import dev.quantdesk.auth.delegate.Tier;
import dev.quantdesk.auth.session.SiwsMessage.Field;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.auth.v1.CreateChallengeRequest;
import dev.quantdesk.proto.auth.v1.CreateChallengeResponse;
import dev.quantdesk.proto.auth.v1.CreateSessionRequest;
import dev.quantdesk.proto.auth.v1.CreateSessionResponse;
import dev.quantdesk.proto.auth.v1.GetSessionRequest;
import dev.quantdesk.proto.auth.v1.GetSessionResponse;
import dev.quantdesk.proto.auth.v1.RevokeSessionRequest;
import dev.quantdesk.proto.auth.v1.RevokeSessionResponse;
import dev.quantdesk.proto.auth.v1.VxSessionServiceGrpcService;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;

/** Serves {@code SessionService}. Thread-safe; handlers block on Redis and Postgres. */
public final class SessionHandler {
    /**
     * Request header with the hash of the session that a call was made with. The gateway removes it from what comes
     * from outside and sets it after ext_authz. It is looked up among the sessions of the account that the signed
     * identity token names, so that a forged one can reach no other account's session.
     */
    public static final String SESSION_HEADER = "x-quantdesk-session";

    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int NONCE_CHARACTERS = 26;

    private final SignInPolicy policy;
    private final ChallengeStore challenges;
    private final SessionStore sessions;
    private final Accounts accounts;
    private final SessionCookie cookie;
    private final AuditLog audit;
    private final SecureRandom random;
    private final Clock clock;

    public SessionHandler(
            SignInPolicy policy,
            ChallengeStore challenges,
            SessionStore sessions,
            Accounts accounts,
            SessionCookie cookie,
            AuditLog audit,
            SecureRandom random,
            Clock clock) {
        this.policy = policy;
        this.challenges = challenges;
        this.sessions = sessions;
        this.accounts = accounts;
        this.cookie = cookie;
        this.audit = audit;
        this.random = random;
        this.clock = clock;
    }

    public void bindTo(RpcServer rpc) {
        rpc.service(VxSessionServiceGrpcService.SERVICE_NAME, VxSessionServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxSessionServiceGrpcService.CreateChallenge, Access.PUBLIC, this::createChallenge)
                .unary(VxSessionServiceGrpcService.CreateSession, Access.PUBLIC, this::createSession)
                .unary(VxSessionServiceGrpcService.GetSession, Access.TRADER, this::getSession)
                // Public, because ending a session twice is no error and the second call has no session any more.
                .unary(VxSessionServiceGrpcService.RevokeSession, Access.PUBLIC, this::revokeSession)
                .bind();
    }

    private CreateChallengeResponse createChallenge(CreateChallengeRequest request, Call call) {
        PublicKey address = AccountKeys.strong("address", request.getAddress());
        String nonce = nonce();
        SiwsMessage message = policy.challenge(address, nonce, clock.instant());
        challenges.put(nonce, message.text(), policy.challengeLife());
        Instant expires = Instant.parse(message.fields().get(Field.EXPIRATION_TIME));
        return CreateChallengeResponse.newBuilder()
                .setMessage(message.text())
                .setNonce(nonce)
                .setExpireTime(timestamp(expires))
                .build();
    }

    private CreateSessionResponse createSession(CreateSessionRequest request, Call call) throws Exception {
        Instant now = clock.instant();
        PublicKey account = takeChallenge(request.getMessage(), now);
        requireSignature(account, request.getMessage(), request.getSignature());
        Tier tier = accounts.open(account).tier();
        SessionStore.Created created = sessions.create(account, now);
        call.responseHeaders().add(SessionCookie.SET_COOKIE, cookie.carrying(created));
        audit.signedIn(account, tier.name());
        return CreateSessionResponse.newBuilder()
                .setToken(created.token().text())
                .setSession(toProto(created.session(), tier))
                .build();
    }

    /** Uses the challenge up, whatever comes of it, and returns the wallet that has to have signed it. */
    private PublicKey takeChallenge(String text, Instant now) {
        return SiwsMessage.parse(text)
                .flatMap(message -> message.field(Field.NONCE)
                        .filter(SessionHandler::isNonce)
                        .flatMap(challenges::take)
                        .filter(text::equals)
                        .filter(_ -> policy.accepts(message, now))
                        .map(_ -> PublicKey.parse(message.address())))
                .orElseThrow(() -> {
                    audit.denied("CreateSession", Reason.CHALLENGE_UNKNOWN.name(), "");
                    return ApiException.refuse(Reason.CHALLENGE_UNKNOWN, Reason.CHALLENGE_UNKNOWN.meaning())
                            .build();
                });
    }

    private void requireSignature(PublicKey account, String text, ByteString signature) {
        if (!Ed25519.verify(account, text.getBytes(StandardCharsets.UTF_8), signature.toByteArray())) {
            audit.denied("CreateSession", Reason.SIGNATURE_INVALID.name(), account.toString());
            throw ApiException.refuse(Reason.SIGNATURE_INVALID, "The signature is not the wallet's over the message.")
                    .with("account", account.toString())
                    .field("signature", "not the wallet's over the message")
                    .build();
        }
    }

    private GetSessionResponse getSession(GetSessionRequest request, Call call) {
        Identity.Trader trader = call.trader();
        Session session = sessions.find(trader.owner(), sessionHash(call), clock.instant())
                .orElseThrow(() -> ApiException.refuse(Reason.SESSION_INVALID, Reason.SESSION_INVALID.meaning())
                        .build());
        return GetSessionResponse.newBuilder()
                .setSession(toProto(session, Tier.valueOf(trader.tier())))
                .build();
    }

    private RevokeSessionResponse revokeSession(RevokeSessionRequest request, Call call) {
        if (call.identity() instanceof Identity.Trader trader) {
            sessions.remove(trader.owner(), sessionHash(call));
            audit.signedOut(trader.owner());
        }
        call.responseHeaders().add(SessionCookie.SET_COOKIE, cookie.cleared());
        return RevokeSessionResponse.getDefaultInstance();
    }

    private static String sessionHash(Call call) {
        String hash = call.headers().get(SESSION_HEADER);
        if (hash == null) {
            throw ApiException.refuse(Reason.SESSION_REQUIRED, "The call was not made with a session.")
                    .build();
        }
        return hash;
    }

    private String nonce() {
        StringBuilder nonce = new StringBuilder(NONCE_CHARACTERS);
        for (int i = 0; i < NONCE_CHARACTERS; i++) {
            nonce.append(BASE32.charAt(random.nextInt(BASE32.length())));
        }
        return nonce.toString();
    }

    private static boolean isNonce(String text) {
        return text.length() == NONCE_CHARACTERS && text.chars().allMatch(c -> BASE32.indexOf(c) >= 0);
    }

    private static dev.quantdesk.proto.auth.v1.Session toProto(Session session, Tier tier) {
        return dev.quantdesk.proto.auth.v1.Session.newBuilder()
                .setAccount(session.account().toString())
                .setTier(tier.toProto())
                .setCreateTime(timestamp(session.created()))
                .setExpireTime(timestamp(session.expires()))
                .build();
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
