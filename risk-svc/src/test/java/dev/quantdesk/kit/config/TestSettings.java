package dev.quantdesk.kit.config;

import java.util.Map;

/** Lets tests load settings with an environment of their own. */
public final class TestSettings {
    private TestSettings() {}

    public static Settings load(String service, Map<String, String> environment) {
        return Settings.load(service, environment);
    }
}
