package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.mesh.process.PartFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Envoy counts by itself has the limits that auth-svc counts with. */
@Timeout(30)
class FallbackLimitsTest {
    private static final Path ROOT = Path.of(System.getProperty("quantdesk.root"));

    @TempDir
    private Path directory;

    private String rendered(Map<String, String> settings) throws Exception {
        MeshOptions options = new MeshOptions(ROOT, directory, new Ports(0), "", settings, false);
        String template = Files.readString(ROOT.resolve("envoy-config/envoy.yaml.tmpl"));
        return EnvoyConfig.render(template, new MeshParts(options, new MeshKeys(options.keys())).envoyValues())
                .replaceAll("\\s+", " ");
    }

    private static void assertLimit(String config, String entries, int calls, String window) {
        String bucket = "%s] token_bucket: {max_tokens: %d, tokens_per_fill: %d, fill_interval: %s}"
                .formatted(entries, calls, calls, window);
        assertTrue(config.contains(bucket), bucket);
    }

    @Test
    void shouldBeThoseOfAuthSvcWhenTheyAreSet() throws Exception {
        String config = rendered(Map.of(
                "RATE_LIMIT_PUBLIC_PER_MINUTE", "11",
                "RATE_LIMIT_AUTH_PER_15_MINUTES", "22",
                "RATE_LIMIT_TRADING_FREE_PER_MINUTE", "33",
                "RATE_LIMIT_TRADING_PRO_PER_MINUTE", "44",
                "RATE_LIMIT_TRADING_MARKET_MAKER_PER_MINUTE", "55"));
        assertLimit(config, "value: public}, {key: masked_remote_address}", 11, "60s");
        assertLimit(config, "value: sign_in}, {key: masked_remote_address}", 22, "900s");
        assertLimit(config, "{key: tier, value: FREE}", 33, "60s");
        assertLimit(config, "{key: tier, value: PRO}", 44, "60s");
        assertLimit(config, "{key: tier, value: MARKET_MAKER}", 55, "60s");
    }

    @Test
    void shouldBeThoseThatTheMeshStartsAuthSvcWithWhenNoneIsSet() throws Exception {
        assertLimit(rendered(Map.of()), "value: sign_in}, {key: masked_remote_address}", 300, "900s");
    }

    @Test
    void shouldBeTheDefaultsOfAuthSvcWhenItsEnvironmentSetsNone() throws Exception {
        assertEquals(
                Map.of(
                        "RATE_LIMIT_PUBLIC_PER_MINUTE", "100",
                        "RATE_LIMIT_AUTH_PER_15_MINUTES", "5",
                        "RATE_LIMIT_TRADING_FREE_PER_MINUTE", "10",
                        "RATE_LIMIT_TRADING_PRO_PER_MINUTE", "30",
                        "RATE_LIMIT_TRADING_MARKET_MAKER_PER_MINUTE", "6000"),
                FallbackLimits.values(Map.of()));
    }

    @Test
    void shouldSayWhatIsWrongWhenAuthSvcWouldNotStart() {
        for (String wrong : new String[] {"0", "many"}) {
            PartFailedException failed = assertThrows(
                    PartFailedException.class,
                    () -> FallbackLimits.values(Map.of("RATE_LIMIT_PUBLIC_PER_MINUTE", wrong)));
            assertTrue(failed.getMessage().contains("public"), failed.getMessage());
        }
    }
}
