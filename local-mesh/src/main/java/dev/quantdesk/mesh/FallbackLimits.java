package dev.quantdesk.mesh;

import dev.quantdesk.auth.limit.Limits;
import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.mesh.process.PartFailedException;
import java.util.HashMap;
import java.util.Map;

/** The limits that Envoy keeps by itself for calls that auth-svc could not count: the same as auth-svc's. */
final class FallbackLimits {
    /** Where auth-svc keeps what each placeholder of Envoy's configuration stands for. */
    private static final Map<String, String> SETTINGS = Map.of(
            "RATE_LIMIT_PUBLIC_PER_MINUTE", "limits.public_per_minute",
            "RATE_LIMIT_AUTH_PER_15_MINUTES", "limits.sign_ins_per_15_minutes",
            "RATE_LIMIT_TRADING_FREE_PER_MINUTE", "limits.trading_per_minute.free",
            "RATE_LIMIT_TRADING_PRO_PER_MINUTE", "limits.trading_per_minute.pro",
            "RATE_LIMIT_TRADING_MARKET_MAKER_PER_MINUTE", "limits.trading_per_minute.market_maker");

    private FallbackLimits() {}

    /**
     * Values for Envoy's configuration.
     *
     * @param environment what auth-svc is started with
     * @throws PartFailedException where auth-svc would refuse to start with it
     */
    static Map<String, String> values(Map<String, String> environment) throws PartFailedException {
        try {
            Settings settings = Settings.load(MeshService.AUTH.processName(), environment);
            Limits.read(settings);
            Map<String, String> values = new HashMap<>();
            SETTINGS.forEach((name, path) -> values.put(name, Integer.toString(settings.integer(path))));
            return values;
        } catch (Settings.SettingsException wrong) {
            throw new PartFailedException("The rate limits can't be used: " + wrong.getMessage(), wrong);
        }
    }
}
