package dev.quantdesk.execution.settlement;

/** Whatever holds for a worker that has seen all events again holds for one that begins from a snapshot. */
class SettlementSnapshotTest extends SettlementRecoveryTest {
    @Override
    SettlementScenario scenario(SettlementScenario made) {
        return made.restartingFromSnapshots();
    }
}
