package dev.quantdesk.kit.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.config.Settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class SettingsTest {
    private static final String SERVICE = "kit-test";

    @TempDir
    Path directory;

    private Settings load(String file, Map<String, String> variables) throws IOException {
        Map<String, String> environment = new HashMap<>(variables);
        if (file != null) {
            Path path = Files.writeString(directory.resolve("settings.conf"), file);
            environment.put("QUANTDESK_CONFIG", path.toString());
        }
        return Settings.load(SERVICE, environment);
    }

    private static void assertNamed(String setting, Executable read) {
        String message = assertThrows(SettingsException.class, read).getMessage();
        assertTrue(message.contains(setting), message);
    }

    @Test
    void shouldUseTheDefaultWhenNothingElseIsSaid() throws IOException {
        Settings settings = load(null, Map.of());
        assertEquals(10, settings.integer("limit"));
        assertEquals(Duration.ofSeconds(2), settings.duration("wait"));
        assertTrue(settings.flag("enabled"));
        assertEquals(65_536, settings.integer("grpc.max_message_bytes"), "what every service has");
    }

    @Test
    void shouldPreferTheFileToTheDefault() throws IOException {
        Settings settings = load("limit = 20, grpc.port = 7001", Map.of());
        assertEquals(20, settings.integer("limit"));
        assertEquals(7_001, settings.port("grpc.port"));
        assertEquals(Duration.ofSeconds(2), settings.duration("wait"));
    }

    @Test
    void shouldPreferTheEnvironmentToFileAndDefault() throws IOException {
        assertEquals(30, load(null, Map.of("TEST_LIMIT", "30")).integer("limit"));
        Settings settings = load("limit = 20, wait = 1s", Map.of("TEST_LIMIT", "30", "GRPC_PORT", "7002"));
        assertEquals(30, settings.integer("limit"));
        assertEquals(7_002, settings.port("grpc.port"));
        assertEquals(Duration.ofSeconds(1), settings.duration("wait"));
    }

    @Test
    void shouldPreferTheEnvironmentWhenItRepeatsTheDefaultAgainstTheFile() throws IOException {
        assertEquals(10, load("limit = 20", Map.of("TEST_LIMIT", "10")).integer("limit"));
    }

    @Test
    void shouldSeeOnlyTheEnvironmentThatItIsGiven() throws IOException {
        assertEquals("default", load(null, Map.of()).text("from_process"));
        assertEquals("given", load(null, Map.of("PATH", "given")).text("from_process"));
    }

    @Test
    void shouldLoadWhenTheEnvironmentHoldsOddNames() throws IOException {
        Map<String, String> odd =
                Map.of("BASH_FUNC_x%%", "() { :; }", "A", "1", "A.B", "2", "..", "3", "", "4", "$", "5");
        assertEquals(10, load(null, odd).integer("limit"));
    }

    @Test
    void shouldTakeAnEmptyVariableAsAnEmptyText() throws IOException {
        assertEquals("", load("peer = \"a:1\"", Map.of("TEST_PEER", "")).text("peer"));
    }

    @Test
    void shouldNameTheSettingWhenItsValueHasAWrongForm() throws IOException {
        Settings settings = load(
                null,
                Map.of("TEST_LIMIT", "many", "TEST_WAIT", "soon", "TEST_ENABLED", "perhaps", "TEST_PEER", "nowhere"));
        assertNamed("limit", () -> settings.integer("limit"));
        assertNamed("limit", () -> settings.longValue("limit"));
        assertNamed("wait", () -> settings.duration("wait"));
        assertNamed("enabled", () -> settings.flag("enabled"));
        assertNamed("peer", () -> settings.address("peer"));
        assertNamed("limit", () -> settings.section("limit"));
    }

    @Test
    void shouldNameTheSettingWhenItIsMissing() throws IOException {
        Settings settings = load(null, Map.of());
        assertNamed("no.such", () -> settings.text("no.such"));
        assertNamed("no.such", () -> settings.section("no.such"));
        assertEquals("", settings.textOrEmpty("no.such"));
        assertNamed("identity.key_set_file", () -> settings.fileContent("identity.key_set_file"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "65536", "99999999999"})
    void shouldNameTheSettingWhenItIsNoPort(String port) throws IOException {
        Settings settings = load(null, Map.of("GRPC_PORT", port));
        assertNamed("grpc.port", () -> settings.port("grpc.port"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", ":7000", "localhost:", "localhost:0", "localhost:65536", "localhost:http"})
    void shouldNameTheSettingWhenItIsNoAddress(String address) throws IOException {
        Settings settings = load(null, Map.of("TEST_PEER", address));
        assertNamed("peer", () -> settings.address("peer"));
    }

    @Test
    void shouldReadAnAddress() throws IOException {
        assertEquals(new HostAndPort("localhost", 7_000), load(null, Map.of()).address("peer"));
        assertEquals(
                "10.0.0.1:80",
                load(null, Map.of("TEST_PEER", "10.0.0.1:80")).address("peer").toString());
    }

    @Test
    void shouldReadASectionWithWhatTheFileChanged() throws IOException {
        assertEquals(
                Map.of("FREE", "10", "PRO", "60"),
                load("tiers.PRO = 60", Map.of()).section("tiers"));
    }

    @Test
    void shouldSayWhichFileWhenItCannotBeRead() {
        String missing = directory.resolve("missing.conf").toString();
        assertNamed(missing, () -> Settings.load(SERVICE, Map.of("QUANTDESK_CONFIG", missing)));
        assertNamed("settings of kit-test", () -> load("limit = {", Map.of()));
    }

    @Test
    void shouldRefuseWhenTheServiceHasNoSettingsOfItsOwn() {
        assertNamed("no-such-service.conf", () -> Settings.load("no-such-service", Map.of()));
    }

    @Test
    void shouldMaskSecretsAndShowTheRestWhenPrinted() throws IOException {
        String text = load(null, Map.of("TEST_PASSWORD", "hush-hush", "TEST_LIMIT", "33"))
                .describe();
        for (String secret : List.of("hush-hush", "open sesame", "t-123")) {
            assertFalse(text.contains(secret), text);
        }
        assertTrue(text.contains("admin.password = ********\n"), text);
        assertTrue(text.contains("limit = 33\n"), text);
        assertTrue(text.contains("redis.password = ********\n"), text);
        assertTrue(text.contains("grpc.host = 127.0.0.1\n"), text);
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8899, http://127.0.0.1:8899",
        "https://rpc.example.org/, https://rpc.example.org/",
        "https://rpc.example.org/?api-key=t-123, https://rpc.example.org/********",
        "https://rpc.example.org/v2/t-123, https://rpc.example.org/********",
        "wss://user:t-123@rpc.example.org:443, wss://rpc.example.org:443",
    })
    void shouldLeaveOutKeysInAddressesWhenPrinted(String address, String shown) throws IOException {
        String text = load("venue_url = \"" + address + "\"", Map.of()).describe();
        assertTrue(text.contains("venue_url = " + shown + "\n"), text);
    }
}
