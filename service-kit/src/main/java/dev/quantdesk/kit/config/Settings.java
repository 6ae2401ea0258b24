package dev.quantdesk.kit.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * A service's settings: its {@code application.conf} holds every setting with default, comment and the environment
 * variable that overrides it; the file named by {@code QUANTDESK_CONFIG} overrides the defaults, the environment both.
 */
public final class Settings {
    private static final String FILE_VARIABLE = "QUANTDESK_CONFIG";
    private static final String MASK = "********";

    private final Config config;

    private Settings(Config config) {
        this.config = config;
    }

    /**
     * Loads {@code <service>.conf} from the class path with its overrides.
     *
     * @throws SettingsException when the file named by the environment can't be read or a value has a wrong form
     */
    public static Settings load(String service) {
        return load(service, System.getenv());
    }

    static Settings load(String service, Map<String, String> environment) {
        try {
            Config variables = ConfigFactory.parseMap(environment, "environment");
            Config defaults = ConfigFactory.parseResources(service + ".conf")
                    .withFallback(ConfigFactory.parseResources("service-kit.conf"));
            if (defaults.isEmpty()) {
                throw new SettingsException("no " + service + ".conf on the class path");
            }
            String file = environment.get(FILE_VARIABLE);
            Config overrides = file == null ? ConfigFactory.empty() : ConfigFactory.parseFile(existing(file));
            // A file replaces a default, not the variable written after it: resolve the defaults without variables first.
            Config byFile = overrides.resolve();
            Config byVariable = defaults.resolveWith(variables);
            Config byDefault = defaults.resolveWith(ConfigFactory.empty());
            Config merged = changed(byVariable, byDefault).withFallback(byFile).withFallback(byVariable);
            return new Settings(merged);
        } catch (ConfigException wrong) {
            throw new SettingsException("settings of " + service + ": " + wrong.getMessage());
        }
    }

    /** The entries that the environment set: those whose value differs from the default. */
    private static Config changed(Config byVariable, Config byDefault) {
        Config changed = ConfigFactory.empty();
        for (Map.Entry<String, ConfigValue> entry : byVariable.entrySet()) {
            boolean same = byDefault.hasPath(entry.getKey())
                    && byDefault.getValue(entry.getKey()).equals(entry.getValue());
            if (!same) {
                changed = changed.withValue(entry.getKey(), entry.getValue());
            }
        }
        return changed;
    }

    private static java.io.File existing(String file) {
        if (!Files.isReadable(Path.of(file))) {
            throw new SettingsException(FILE_VARIABLE + " names " + file + ", which can't be read");
        }
        return Path.of(file).toFile();
    }

    public String text(String path) {
        return read(path, () -> config.getString(path));
    }

    /** Like {@link #text}, but empty where the setting is not set. */
    public String textOrEmpty(String path) {
        return config.hasPath(path) ? text(path) : "";
    }

    public int integer(String path) {
        return read(path, () -> config.getInt(path));
    }

    public long longValue(String path) {
        return read(path, () -> config.getLong(path));
    }

    public boolean flag(String path) {
        return read(path, () -> config.getBoolean(path));
    }

    public Duration duration(String path) {
        return read(path, () -> config.getDuration(path));
    }

    /** @throws SettingsException when the number is not a port, 1 to 65,535 */
    public int port(String path) {
        int port = integer(path);
        if (port < 1 || port > 65_535) {
            throw new SettingsException(path + " is " + port + ", not a port from 1 to 65535");
        }
        return port;
    }

    /** {@code host:port} as an address. */
    public HostAndPort address(String path) {
        return HostAndPort.parse(path, text(path));
    }

    /** The content of the file that a setting names. */
    public String fileContent(String path) {
        Path file = Path.of(text(path));
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(path + " names a file that can't be read: " + file, unreadable);
        }
    }

    /** The settings below a path, such as the tiers of the rate limits. */
    public Map<String, String> section(String path) {
        Map<String, String> section = new TreeMap<>();
        for (Map.Entry<String, ConfigValue> entry : config.getConfig(path).entrySet()) {
            section.put(entry.getKey(), String.valueOf(entry.getValue().unwrapped()));
        }
        return section;
    }

    /** Every setting as {@code path = value}, sorted, with secrets masked. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        Map<String, ConfigValue> sorted = new TreeMap<>();
        config.entrySet().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        sorted.forEach((path, value) -> text.append(path)
                .append(" = ")
                .append(isSecret(path) ? MASK : String.valueOf(value.unwrapped()))
                .append('\n'));
        return text.toString();
    }

    private static boolean isSecret(String path) {
        String name = path.toLowerCase(java.util.Locale.ROOT);
        return name.contains("password") || name.contains("secret") || name.contains("token") || name.contains("private");
    }

    private interface Read<T> {
        T get();
    }

    private <T> T read(String path, Read<T> read) {
        try {
            return read.get();
        } catch (ConfigException wrong) {
            throw new SettingsException("setting " + path + ": " + wrong.getMessage());
        }
    }

    /** A setting that is missing or has a wrong form. */
    public static final class SettingsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public SettingsException(String message) {
            super(message);
        }
    }
}
