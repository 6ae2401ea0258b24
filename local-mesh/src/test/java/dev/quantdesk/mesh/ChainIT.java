package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.mesh.testing.Shell;
import dev.quantdesk.mesh.testing.TestMesh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The local chain's own tests, which are in Python as it is. */
@Timeout(300)
class ChainIT {

    @Test
    void shouldPassItsOwnTestsWhenRun() throws Exception {
        Path chain = TestMesh.root().resolve("local-mesh/chain");
        String python = TestMesh.root().resolve(".quantdesk/venv/bin/python").toString();
        Shell.Result result = Shell.run(
                chain, Map.of(), Duration.ofMinutes(4), List.of(python, "-m", "unittest", "discover", "-s", "tests"));
        System.out.println(result.output());
        assertEquals(0, result.exitCode(), result.output());
    }
}
