package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quantdesk.mesh.testing.Shell;
import dev.quantdesk.mesh.testing.TestMesh;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The terminal as the gateway serves it. */
@Timeout(400)
class TerminalIT {
    private static final Path TERMINAL = TestMesh.root().resolve("terminal");
    private static final Pattern ASSET = Pattern.compile("src=\"(/assets/[^\"]+)\"");

    @BeforeAll
    static void startMesh() {
        TestMesh.get();
    }

    private static String gateway() {
        return "http://localhost:" + TestMesh.get().options().ports().gateway();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(gateway() + path)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    /** The mesh starts again whatever ends by itself. */
    private static String kill(String part) {
        return "kill -9 " + TestMesh.get().part(part).pid();
    }

    @Test
    void shouldPassItsOwnTests() throws Exception {
        Shell.Result tests = Shell.run(TERMINAL, Map.of(), Duration.ofMinutes(2), List.of("npm", "test"));
        assertEquals(0, tests.exitCode(), tests.output());
    }

    @Test
    void shouldComeFromTheGatewayWithAPolicyAndHashedFilesThatMayBeKept() throws Exception {
        HttpResponse<String> page = get("/");
        assertEquals(200, page.statusCode());
        assertEquals("no-cache", page.headers().firstValue("cache-control").orElse(""));
        String policy = page.headers().firstValue("content-security-policy").orElse("");
        assertTrue(policy.contains("default-src 'self'") && !policy.contains("script-src"), policy);
        Matcher asset = ASSET.matcher(page.body());
        assertTrue(asset.find(), page.body());
        HttpResponse<String> script = get(asset.group(1));
        assertEquals(200, script.statusCode());
        assertTrue(script.headers().firstValue("cache-control").orElse("").contains("immutable"));
        HttpResponse<String> missing = get("/assets/none.js");
        assertEquals(404, missing.statusCode());
        assertEquals("no-store", missing.headers().firstValue("cache-control").orElse(""));
    }

    @Test
    void shouldCarryATraderThroughADayInARealBrowser() throws Exception {
        String chromium = System.getenv("CHROMIUM");
        assumeTrue(chromium != null, "there is no Chromium: ./quantdesk test says so in its last lines");
        TestMesh.awaitHealthy();
        Shell.Result day = Shell.run(
                TERMINAL,
                Map.of(
                        "GATEWAY",
                        gateway(),
                        "CHROMIUM",
                        chromium,
                        "SCREENSHOTS",
                        TERMINAL.resolve("target/screenshots").toString(),
                        "RESTART_GATEWAY",
                        kill("envoy"),
                        "RESTART_MARKET_DATA",
                        kill("market-data-svc")),
                Duration.ofMinutes(5),
                List.of("node", "e2e/journey.mjs"));
        System.out.println(day.output());
        TestMesh.awaitHealthy();
        assertEquals(0, day.exitCode(), day.output());
    }
}
