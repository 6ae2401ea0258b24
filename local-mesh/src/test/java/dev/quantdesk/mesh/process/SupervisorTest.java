package dev.quantdesk.mesh.process;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A part that is slow may take its time to start; one that has ended is not waited for. */
@Timeout(30)
class SupervisorTest {
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private Part part(String name, String script, Probe probe, Duration startTimeout) {
        return new ProcessPart(
                name,
                List.of("/bin/sh", "-c", script),
                Map.of(),
                directory,
                directory.resolve(name + ".log"),
                probe,
                startTimeout);
    }

    private static void start(Part... parts) throws Exception {
        try (Supervisor supervisor = new Supervisor(_ -> {})) {
            supervisor.start(List.of(parts));
            supervisor.awaitHealthy(List.of(parts));
        }
    }

    @Test
    void shouldFailAtOnceWithItsReasonWhenAPartEndsWhileOthersStart() {
        Part ended = part("ended", "echo no such database; exit 1", () -> false, LONG);
        Part slow = part("slow", "exec sleep 60", () -> false, LONG);
        PartFailedException failed = assertThrows(PartFailedException.class, () -> start(slow, ended));
        assertTrue(failed.getMessage().startsWith("ended ended while starting"), failed.getMessage());
        assertTrue(failed.getMessage().contains("no such database"), failed.getMessage());
    }

    @Test
    void shouldWaitWhenAPartRunsAndIsNotReadyYet() throws Exception {
        Path ready = directory.resolve("ready");
        start(part("slow", "sleep 1; touch ready; exec sleep 60", () -> Files.exists(ready), LONG));
    }

    @Test
    void shouldGiveUpWhenAPartRunsForLongerThanItMayTake() {
        Part stuck = part("stuck", "exec sleep 60", () -> false, Duration.ofMillis(300));
        PartFailedException failed = assertThrows(PartFailedException.class, () -> start(stuck));
        assertTrue(failed.getMessage().startsWith("stuck is not healthy"), failed.getMessage());
    }
}
