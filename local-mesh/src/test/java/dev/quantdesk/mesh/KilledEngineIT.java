package dev.quantdesk.mesh;

import dev.quantdesk.mesh.testing.KillRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The one member of a small mesh's order engine, killed during a stream of orders, again and again. */
class KilledEngineIT {
    private static final int PORT_OFFSET = 7_700;

    @Test
    @Timeout(KillRun.SECONDS_MAX)
    void shouldLoseAndDuplicateNothingWhenTheOnlyMemberIsKilledUnderLoad() throws Exception {
        KillRun.run("one-member", PORT_OFFSET, 1, (mesh, _) -> {
            KillRun.kill(mesh, 0);
            return () -> MeshService.EXECUTION.processName() + " killed";
        });
    }
}
