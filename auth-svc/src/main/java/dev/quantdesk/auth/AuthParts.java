package dev.quantdesk.auth;

import dev.quantdesk.auth.audit.AuditLog;
import dev.quantdesk.auth.delegate.AccountCache;
import dev.quantdesk.auth.delegate.AccountStore;
import dev.quantdesk.auth.delegate.Accounts;
import dev.quantdesk.auth.delegate.DelegateHandler;
import dev.quantdesk.auth.delegate.TierPolicy;
import dev.quantdesk.auth.gateway.AuthorizationHandler;
import dev.quantdesk.auth.gateway.IdentityCache;
import dev.quantdesk.auth.gateway.TradingAccessHandler;
import dev.quantdesk.auth.limit.Buckets;
import dev.quantdesk.auth.limit.Limits;
import dev.quantdesk.auth.limit.OrderLimit;
import dev.quantdesk.auth.limit.RateLimitHandler;
import dev.quantdesk.auth.redis.AuthRedis;
import dev.quantdesk.auth.session.ChallengeStore;
import dev.quantdesk.auth.session.SessionCookie;
import dev.quantdesk.auth.session.SessionHandler;
import dev.quantdesk.auth.session.SessionStore;
import dev.quantdesk.auth.session.SignInPolicy;
import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.RpcServer;
import java.security.SecureRandom;
import java.time.Clock;

/** The parts of auth-svc, put together by their constructors. */
final class AuthParts {
    private AuthParts() {}

    /** Binds all services to {@code rpc}. */
    static void bind(
            RpcServer rpc,
            Settings settings,
            AuthRedis redis,
            Database database,
            IdentityTokens.Issuer issuer,
            Clock clock) {
        SecureRandom random = new SecureRandom();
        AuditLog audit = new AuditLog();
        AccountCache cache = new AccountCache(redis);
        AccountStore store = new AccountStore(database, TierPolicy.parse(settings.section("auth.tiers")));
        Accounts accounts = new Accounts(store, cache, clock);
        SessionStore sessions = new SessionStore(redis, cache, settings.duration("auth.session_life"), random);
        SessionCookie cookie = new SessionCookie(settings.flag("auth.cookie_secure"));
        SignInPolicy policy = new SignInPolicy(
                settings.text("auth.domain"),
                settings.text("auth.uri"),
                settings.text("auth.chain_id"),
                settings.duration("auth.challenge_life"));
        new SessionHandler(policy, new ChallengeStore(redis), sessions, accounts, cookie, audit, random, clock)
                .bindTo(rpc);
        new DelegateHandler(accounts, audit, clock).bindTo(rpc);
        IdentityCache identities = new IdentityCache(issuer, clock);
        new AuthorizationHandler(sessions, accounts, identities, cookie, audit, clock).bindTo(rpc);
        Limits limits = Limits.read(settings);
        Buckets buckets = new Buckets(redis);
        new RateLimitHandler(limits, buckets).bindTo(rpc);
        new TradingAccessHandler(new OrderLimit(limits, buckets), sessions, accounts, identities, clock).bindTo(rpc);
    }
}
