package dev.quantdesk.auth.delegate;

import dev.quantdesk.kit.config.Settings.SettingsException;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.HashMap;
import java.util.Map;

/** Tiers that settings give to certain accounts, whatever the database says. Immutable. */
public final class TierPolicy {
    private final Map<PublicKey, Tier> byAccount;

    private TierPolicy(Map<PublicKey, Tier> byAccount) {
        this.byAccount = Map.copyOf(byAccount);
    }

    /**
     * @param setting from a tier's name in lower case to a comma-separated list of base58 keys
     * @throws SettingsException when a tier is unknown, a key is malformed, or a key has two tiers
     */
    public static TierPolicy parse(Map<String, String> setting) {
        Map<PublicKey, Tier> byAccount = new HashMap<>();
        setting.forEach((name, keys) -> {
            Tier tier = tier(name);
            for (String key : keys.split(",")) {
                if (!key.isBlank() && byAccount.put(key(name, key.strip()), tier) != null) {
                    throw new SettingsException("auth.tiers gives two tiers to " + key.strip());
                }
            }
        });
        return new TierPolicy(byAccount);
    }

    private static Tier tier(String name) {
        for (Tier tier : Tier.values()) {
            if (tier.name().equalsIgnoreCase(name)) {
                return tier;
            }
        }
        throw new SettingsException("auth.tiers." + name + " is no tier");
    }

    private static PublicKey key(String name, String key) {
        try {
            return PublicKey.parse(key);
        } catch (IllegalArgumentException malformed) {
            throw new SettingsException("auth.tiers." + name + ": " + malformed.getMessage());
        }
    }

    /** The tier that counts for {@code account}, whose row says {@code stored}. */
    Tier tierOf(PublicKey account, Tier stored) {
        return byAccount.getOrDefault(account, stored);
    }
}
