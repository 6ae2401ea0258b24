package dev.quantdesk.auth.session;

import dev.quantdesk.auth.delegate.AccountCache;
import dev.quantdesk.auth.redis.AuthRedis;
import dev.quantdesk.kit.solana.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;

/** Sessions in Redis: one hash for each account, from the token's hash to the session's times. Thread-safe. */
public final class SessionStore {
    /** Sessions of one account at a time; the oldest makes room for a new one. */
    public static final int MAX_PER_ACCOUNT = 32;

    private final AuthRedis redis;
    private final AccountCache accounts;
    private final Duration life;
    private final SecureRandom random;

    public SessionStore(AuthRedis redis, AccountCache accounts, Duration life, SecureRandom random) {
        this.redis = redis;
        this.accounts = accounts;
        this.life = life;
        this.random = random;
    }

    /** A new session with the only copy of its token. */
    public record Created(SessionToken token, Session session) {}

    /**
     * A live session and its account.
     *
     * @param account empty when Redis does not have the account's record; it has to be loaded then
     */
    public record Found(Session session, Optional<AccountCache.Copy> account) {}

    Created create(PublicKey account, Instant now) {
        SessionToken token = SessionToken.random(account, random);
        Instant created = now.truncatedTo(ChronoUnit.SECONDS);
        Session session = new Session(account, token.hash(), created, created.plus(life));
        redis.call("session.create", client -> {
            try (AbstractPipeline pipeline = client.pipelined()) {
                pipeline.hset(key(account), session.hash(), session.encode());
                pipeline.pexpire(key(account), life.toMillis());
                Response<Map<String, String>> all = pipeline.hgetAll(key(account));
                pipeline.sync();
                String[] surplus = surplus(account, all.get(), session, now);
                return surplus.length == 0 ? 0L : client.hdel(key(account), surplus);
            }
        });
        return new Created(token, session);
    }

    /** What has expired, and the oldest beyond the bound; never the session just made. */
    private static String[] surplus(PublicKey account, Map<String, String> all, Session made, Instant now) {
        List<Session> others = all.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(made.hash()))
                .flatMap(entry -> Session.decode(account, entry.getKey(), entry.getValue()).stream())
                .sorted(Comparator.comparing(Session::created).reversed())
                .toList();
        List<Session> kept = others.stream()
                .filter(session -> session.isLive(now))
                .limit(MAX_PER_ACCOUNT - 1L)
                .toList();
        return others.stream()
                .filter(session -> !kept.contains(session))
                .map(Session::hash)
                .toArray(String[]::new);
    }

    /** The live session of {@code token} and its account, read in one round trip. */
    public Optional<Found> find(SessionToken token, Instant now) {
        return find(token.account(), token.hash(), now, "session.find");
    }

    /** The live session of an account whose token has that hash, with the account as it is now. */
    public Optional<Found> renew(PublicKey account, String hash, Instant now) {
        return find(account, hash, now, "session.renew");
    }

    private Optional<Found> find(PublicKey account, String hash, Instant now, String operation) {
        return redis.call(operation, client -> {
            try (AbstractPipeline pipeline = client.pipelined()) {
                Response<String> session = pipeline.hget(key(account), hash);
                Response<List<String>> record = accounts.read(pipeline, account);
                pipeline.sync();
                return Session.decode(account, hash, session.get())
                        .filter(found -> found.isLive(now))
                        .map(found -> new Found(found, AccountCache.decode(account, record.get())));
            }
        });
    }

    Optional<Session> find(PublicKey account, String hash, Instant now) {
        String stored = redis.call("session.get", client -> client.hget(key(account), hash));
        return Session.decode(account, hash, stored).filter(session -> session.isLive(now));
    }

    void remove(PublicKey account, String hash) {
        redis.call("session.remove", client -> client.hdel(key(account), hash));
    }

    // The braces keep all keys of an account in one slot of a Redis cluster.
    private static String key(PublicKey account) {
        return "auth:sessions:{" + account + "}";
    }
}
