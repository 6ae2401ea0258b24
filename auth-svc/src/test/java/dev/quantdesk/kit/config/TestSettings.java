package dev.quantdesk.kit.config;

import java.util.Map;

/** Loads settings with a given environment instead of the process's. */
public final class TestSettings {
    private TestSettings() {}

    public static Settings load(String service, Map<String, String> environment) {
        return Settings.load(service, environment);
    }
}
