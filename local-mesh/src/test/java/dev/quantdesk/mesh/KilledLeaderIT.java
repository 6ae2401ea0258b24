package dev.quantdesk.mesh;

import dev.quantdesk.mesh.testing.EngineCluster;
import dev.quantdesk.mesh.testing.KillRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The order engine with three members, of which the leader is killed during a stream of orders, again and again. */
class KilledLeaderIT {
    private static final int PORT_OFFSET = 7_500;
    private static final int MEMBERS = 3;

    @Test
    @Timeout(KillRun.SECONDS_MAX)
    void shouldLoseAndDuplicateNothingWhenTheLeaderIsKilledUnderLoad() throws Exception {
        KillRun.run("three-members", PORT_OFFSET, MEMBERS, KilledLeaderIT::killLeader);
    }

    private static KillRun.Outcome killLeader(Mesh mesh, EngineCluster cluster) throws Exception {
        int leader = cluster.awaitLeader();
        KillRun.kill(mesh, leader);
        // Asked now: once the killed member is back, it may lawfully take the lead from one that gets no processor.
        int next = cluster.awaitLeaderWithout(leader);
        return () -> MeshService.EXECUTION.processName(leader) + " killed, member " + next + " led";
    }
}
