package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** The partners' clients: their own tests, and their examples against a real mesh. */
@Timeout(600)
class ClientsIT {
    private static final Duration MINUTES = Duration.ofMinutes(4);
    private static final Path TYPESCRIPT = TestMesh.root().resolve("clients/typescript");
    private static final Path PYTHON = TestMesh.root().resolve("clients/python");

    @BeforeAll
    static void startMesh() {
        TestMesh.get();
    }

    private static String run(Path client, List<String> command) throws Exception {
        Shell.Result result = Shell.run(client, Map.of(), MINUTES, command);
        assertEquals(0, result.exitCode(), result.output());
        return result.output();
    }

    private static String gateway() {
        return "http://localhost:" + TestMesh.get().options().ports().gateway();
    }

    private static void assertFollowedToTheChain(String said) {
        System.out.println(said);
        assertTrue(said.contains("confirmed in slot"), said);
        assertTrue(said.contains("trace "), said);
        assertTrue(said.contains("whole flow: "), said);
    }

    @Test
    void shouldPassTheTestsOfTheTypeScriptClient() throws Exception {
        run(TYPESCRIPT, List.of("npm", "test"));
    }

    @Test
    void shouldFollowAnOrderToTheChainInTypeScript() throws Exception {
        TestMesh.awaitHealthy();
        assertFollowedToTheChain(run(TYPESCRIPT, List.of("npm", "run", "--silent", "example", "--", gateway())));
    }

    @Test
    void shouldMakeAnNpmPackage() throws Exception {
        assertTrue(run(TYPESCRIPT, List.of("npm", "pack", "--dry-run")).contains("dist/index.js"));
    }

    @Test
    void shouldPassTheTestsOfThePythonClientAndFollowAnOrderToTheChainFromItsWheel() throws Exception {
        run(PYTHON, List.of("./generate"));
        String python = PYTHON.resolve(".venv/bin/python").toString();
        run(PYTHON, List.of(python, "-m", "pytest", "-q"));

        Path target = PYTHON.resolve("target");
        run(PYTHON, List.of("rm", "-rf", target.toString(), "build"));
        run(PYTHON, pip(python, "wheel", "--no-build-isolation", "--wheel-dir", target.toString(), "."));
        Path site = target.resolve("site");
        Path wheel = target.resolve("quantdesk-0.1.0-py3-none-any.whl");
        run(PYTHON, pip(python, "install", "--target", site.toString(), wheel.toString()));

        TestMesh.awaitHealthy();
        Shell.Result example = Shell.run(
                target,
                Map.of("PYTHONPATH", site.toString()),
                MINUTES,
                List.of(python, PYTHON.resolve("examples/place_order.py").toString(), gateway()));
        assertEquals(0, example.exitCode(), example.output());
        assertFollowedToTheChain(example.output());
    }

    private static List<String> pip(String python, String command, String... arguments) {
        List<String> line = new ArrayList<>(
                List.of(python, "-m", "pip", command, "--quiet", "--disable-pip-version-check", "--no-deps"));
        line.addAll(List.of(arguments));
        return line;
    }
}
