package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshStateTest {
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    private Path write(MeshState state) throws IOException {
        return Files.writeString(directory.resolve("mesh.json"), state.json().encodePrettily());
    }

    @Test
    void shouldBeReadAsItWasWritten() throws Exception {
        MeshState.RunningPart self = MeshState.RunningPart.of("supervisor", ProcessHandle.current());
        MeshState state = new MeshState(self, 7, "http://localhost:1", 3, List.of(self));

        assertEquals(Optional.of(state), MeshState.read(write(state)));
        assertTrue(state.isRunning());
    }

    @Test
    void shouldLeaveAProcessAloneWhenItHasOnlyTheNumberOfAPart() throws Exception {
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            MeshState.RunningPart gone = new MeshState.RunningPart("envoy", other.pid(), LONG_AGO);
            MeshState state = new MeshState(gone, 0, "", 1, List.of(gone));

            assertFalse(state.isRunning());
            assertEquals(Optional.empty(), MeshState.endLeftovers(write(state)));
            assertTrue(other.isAlive());
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void shouldEndAPartWhenItsSupervisorIsGone() throws Exception {
        Process left = new ProcessBuilder("sleep", "60").start();
        try {
            MeshState.RunningPart part = MeshState.RunningPart.of("envoy", left.toHandle());
            MeshState.RunningPart gone = new MeshState.RunningPart("supervisor", left.pid(), LONG_AGO);

            assertTrue(MeshState.endLeftovers(write(new MeshState(gone, 0, "", 1, List.of(part))))
                    .orElseThrow()
                    .contains("1 process"));
            assertFalse(left.isAlive());
        } finally {
            left.destroyForcibly();
        }
    }

    @Test
    void shouldBeNoStateWhenTheFileIsBroken() throws Exception {
        for (String broken : List.of("", "{", "{}", "[]", "{\"supervisor\":{\"name\":\"s\"}}")) {
            assertEquals(
                    Optional.empty(),
                    MeshState.read(Files.writeString(directory.resolve("mesh.json"), broken)),
                    broken);
        }
    }
}
