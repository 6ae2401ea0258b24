package dev.quantdesk.kit.config;

import java.util.Map;

/** Settings of a service that exists in tests only, with an environment of the test's own. */
public final class TestSettings {
    private TestSettings() {}

    public static Settings load(Map<String, String> environment) {
        return Settings.load("kit-test", environment);
    }
}
