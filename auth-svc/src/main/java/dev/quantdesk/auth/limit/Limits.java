package dev.quantdesk.auth.limit;

import dev.quantdesk.auth.delegate.Tier;
import dev.quantdesk.kit.config.Settings;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The limits of this mesh, and which of them a call counts against. Pure once read. */
public final class Limits {
    /** Descriptor entry that names the limit; the other entries say whose bucket it is. */
    static final String KIND = "limit";

    static final String PUBLIC = "public";
    static final String SIGN_IN = "sign_in";
    static final String TRADING = "trading";
    static final String ADDRESS = "masked_remote_address";
    static final String ACCOUNT = "account";
    static final String TIER = "tier";

    /** Longest account or address that names a bucket, in characters. */
    static final int MAX_SUBJECT_CHARACTERS = 64;

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration QUARTER_HOUR = Duration.ofMinutes(15);

    private final Limit publicCalls;
    private final Limit signIns;
    private final Map<Tier, Limit> trading;

    Limits(int publicPerMinute, int signInsPerQuarterHour, Map<Tier, Integer> tradingPerMinute) {
        this.publicCalls = new Limit(PUBLIC, publicPerMinute, MINUTE);
        this.signIns = new Limit(SIGN_IN, signInsPerQuarterHour, QUARTER_HOUR);
        this.trading = new EnumMap<>(Tier.class);
        for (Tier tier : Tier.values()) {
            trading.put(tier, new Limit(TRADING + "_" + lower(tier), tradingPerMinute.get(tier), MINUTE));
        }
    }

    public static Limits read(Settings settings) {
        Map<Tier, Integer> tradingPerMinute = new EnumMap<>(Tier.class);
        for (Tier tier : Tier.values()) {
            tradingPerMinute.put(tier, settings.integer("limits.trading_per_minute." + lower(tier)));
        }
        return new Limits(
                settings.integer("limits.public_per_minute"),
                settings.integer("limits.sign_ins_per_15_minutes"),
                tradingPerMinute);
    }

    private static String lower(Tier tier) {
        return tier.name().toLowerCase(Locale.ROOT);
    }

    /** A limit and the account or address that it is counted for. */
    record Counted(Limit limit, String subject) {}

    /**
     * The bucket that a descriptor of the gateway stands for; empty when it is none that this mesh has.
     *
     * @param entries the descriptor's keys and values
     */
    Optional<Counted> find(Map<String, String> entries) {
        Optional<Counted> found = switch (entries.getOrDefault(KIND, "")) {
            case PUBLIC -> counted(publicCalls, entries.get(ADDRESS));
            case SIGN_IN -> counted(signIns, entries.get(ADDRESS));
            case TRADING -> tier(entries.get(TIER)).flatMap(tier -> counted(trading.get(tier), entries.get(ACCOUNT)));
            default -> Optional.empty();
        };
        return found;
    }

    /** The trading limit of an account's owner: sub-accounts share it. */
    Counted trading(String account, String tierName) {
        return tier(tierName)
                .flatMap(tier -> counted(trading.get(tier), account))
                .orElseThrow(() -> new IllegalArgumentException(tierName + " is no tier"));
    }

    private static Optional<Counted> counted(Limit limit, String subject) {
        boolean usable = subject != null && !subject.isEmpty() && subject.length() <= MAX_SUBJECT_CHARACTERS;
        return usable ? Optional.of(new Counted(limit, subject)) : Optional.empty();
    }

    private static Optional<Tier> tier(String name) {
        for (Tier tier : Tier.values()) {
            if (tier.name().equals(name)) {
                return Optional.of(tier);
            }
        }
        return Optional.empty();
    }
}
