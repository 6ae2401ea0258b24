package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.mesh.testing.Shell;
import dev.quantdesk.mesh.testing.TestMesh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contracts against buf: style, format, and no break against what was released. */
@Timeout(240)
class ContractsIT {
    private static final Path NODE = TestMesh.root().resolve("local-mesh/src/test/node");

    @BeforeAll
    static void install() throws Exception {
        Shell.Result installed = Shell.run(
                NODE,
                Map.of(),
                Duration.ofMinutes(3),
                List.of("npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent"));
        assertEquals(0, installed.exitCode(), installed.output());
    }

    private static void assertPasses(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(NODE.resolve("node_modules/.bin/buf").toString()));
        command.addAll(List.of(arguments));
        Shell.Result result = Shell.run(TestMesh.root().resolve("proto"), Map.of(), Duration.ofMinutes(1), command);
        assertEquals(0, result.exitCode(), result.output());
    }

    @Test
    void shouldPassLintWithoutExceptionsWhenChecked() throws Exception {
        assertPasses("lint");
    }

    @Test
    void shouldBeFormattedWhenChecked() throws Exception {
        assertPasses("format", "--diff", "--exit-code", "--path", "quantdesk");
    }

    @Test
    void shouldBreakNothingWhenHeldAgainstTheRelease() throws Exception {
        assertPasses("build", "--path", "quantdesk", "-o", "target/now.binpb");
        assertPasses("breaking", "target/now.binpb", "--exclude-imports", "--against", "released.binpb");
    }
}
