package dev.quantdesk.auth.delegate;

import dev.quantdesk.auth.redis.AuthRedis;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.solana.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;

/**
 * Copies of accounts in Redis for the path of every call. A copy is fresh for 30 s, the most by which a change can be late if
 * Redis failed just while it was published. It is kept longer for the time that the database is away. Thread-safe.
 */
public final class AccountCache {
    static final Duration FRESH = Duration.ofSeconds(30);
    static final Duration LIFE = Duration.ofHours(1);

    // A reader that was slow must not put an old copy over the new one that a change just wrote.
    private static final String PUT_UNLESS_OLDER = """
            local known = redis.call('HGET', KEYS[1], 'version')
            if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
            redis.call('HSET', KEYS[1], 'version', ARGV[1], 'tier', ARGV[2], 'delegates', ARGV[3], 'taken', ARGV[5],
                'sub_accounts', ARGV[6])
            redis.call('PEXPIRE', KEYS[1], ARGV[4])
            return 1
            """;
    private static final String[] FIELDS = {"version", "tier", "delegates", "taken", "sub_accounts"};

    private final AuthRedis redis;

    public AccountCache(AuthRedis redis) {
        this.redis = redis;
    }

    /** An account as it was at a time. */
    public record Copy(Account account, Instant taken) {
        boolean isFresh(Instant now) {
            return now.isBefore(taken.plus(FRESH));
        }
    }

    void put(Account account, Instant taken) {
        redis.call(
                "account.put",
                client -> client.eval(
                        PUT_UNLESS_OLDER,
                        List.of(key(account.key())),
                        List.of(
                                Long.toString(account.version()),
                                account.tier().name(),
                                encode(account.delegates()),
                                Long.toString(LIFE.toMillis()),
                                Long.toString(taken.toEpochMilli()),
                                Integer.toString(account.subAccounts()))));
    }

    /** Adds the reading of an account to a round trip; to be given to {@link #decode}. */
    public Response<List<String>> read(AbstractPipeline pipeline, PublicKey account) {
        return pipeline.hmget(key(account), FIELDS);
    }

    /** The account as read, or empty where Redis has none. */
    public static Optional<Copy> decode(PublicKey account, List<String> fields) {
        String version = fields.getFirst();
        if (version == null) {
            return Optional.empty();
        }
        // A copy that was made before there were sub-accounts knows of none.
        String subAccounts = fields.get(4) == null ? "0" : fields.get(4);
        Account copy = new Account(
                account,
                Long.parseLong(version),
                Tier.valueOf(fields.get(1)),
                Integer.parseInt(subAccounts),
                decodeDelegates(fields.get(2)));
        return Optional.of(new Copy(copy, Instant.ofEpochMilli(Long.parseLong(fields.get(3)))));
    }

    private static String encode(List<Identity.Delegate> delegates) {
        return delegates.stream()
                .map(d -> d.key() + ":" + d.expireSeconds() + ":" + d.maxOrderNotionalMicros())
                .collect(Collectors.joining(","));
    }

    private static List<Identity.Delegate> decodeDelegates(String text) {
        return Arrays.stream(text.split(","))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> entry.split(":"))
                .map(parts -> new Identity.Delegate(
                        PublicKey.parse(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2])))
                .toList();
    }

    private static String key(PublicKey account) {
        return "auth:account:{" + account + "}";
    }
}
