package dev.quantdesk.kit.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service's settings: its {@code application.conf} holds every setting with default, comment and the environment
 * variable that overrides it; the file named by {@code QUANTDESK_CONFIG} overrides the defaults, the environment both.
 */
public final class Settings {
    private static final String FILE_VARIABLE = "QUANTDESK_CONFIG";
    private static final Pattern ADDRESS =
            Pattern.compile("(?<scheme>[a-z+]+://)([^@/?#]*@)?(?<host>[^/?#]*)(?<rest>.*)");
    private static final String MASK = "********";
    private static final String MARKER = "\u0001";
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final ConfigResolveOptions NO_SYSTEM = ConfigResolveOptions.noSystem();

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

    /** Loads the settings that a service has when it is started with {@code environment}. */
    public static Settings load(String service, Map<String, String> environment) {
        try {
            Config own = ConfigFactory.parseResources(service + ".conf");
            if (own.isEmpty()) {
                throw new SettingsException("no " + service + ".conf on the class path");
            }
            Config written = own.withFallback(ConfigFactory.parseResources("service-kit.conf"));
            String file = environment.get(FILE_VARIABLE);
            Config byFile = file == null
                    ? ConfigFactory.empty()
                    : ConfigFactory.parseFile(existing(file)).resolve(NO_SYSTEM);
            return new Settings(
                    byVariable(written, environment).withFallback(byFile).withFallback(written.resolve(NO_SYSTEM)));
        } catch (ConfigException wrong) {
            throw new SettingsException("settings of " + service + ": " + wrong.getMessage());
        }
    }

    /**
     * The settings that the environment sets. Each variable is put in as a marker first, so that a setting is recognised as
     * set by a variable whatever its value is.
     */
    private static Config byVariable(Config written, Map<String, String> environment) {
        Map<String, String> markers = new TreeMap<>();
        environment.keySet().stream()
                .filter(name -> VARIABLE.matcher(name).matches())
                .forEach(name -> markers.put(name, MARKER + name));
        Config set = ConfigFactory.empty();
        for (Map.Entry<String, ConfigValue> entry : written.withFallback(ConfigFactory.parseMap(markers))
                .resolve(NO_SYSTEM)
                .entrySet()) {
            boolean setting = !markers.containsKey(entry.getKey());
            if (setting && entry.getValue().unwrapped() instanceof String text && text.startsWith(MARKER)) {
                String value = environment.get(text.substring(MARKER.length()));
                set = set.withValue(entry.getKey(), ConfigValueFactory.fromAnyRef(value));
            }
        }
        return set;
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
            throw new SettingsException(path + " names a file that can't be read: " + file);
        }
    }

    /** The settings below a path, such as the tiers of the rate limits. */
    public Map<String, String> section(String path) {
        Map<String, String> section = new TreeMap<>();
        for (Map.Entry<String, ConfigValue> entry :
                read(path, () -> config.getConfig(path)).entrySet()) {
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
                .append(isSecret(path) ? MASK : withoutKeys(String.valueOf(value.unwrapped())))
                .append('\n'));
        return text.toString();
    }

    /** Providers put their customers' keys into an address, before the host or after it: both are left out. */
    private static String withoutKeys(String value) {
        Matcher address = ADDRESS.matcher(value);
        if (!address.matches()) {
            return value;
        }
        String rest = address.group("rest");
        return address.group("scheme") + address.group("host") + (rest.length() > 1 ? "/" + MASK : rest);
    }

    private static boolean isSecret(String path) {
        String name = path.toLowerCase(java.util.Locale.ROOT);
        return name.contains("password")
                || name.contains("secret")
                || name.contains("token")
                || name.contains("private");
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
