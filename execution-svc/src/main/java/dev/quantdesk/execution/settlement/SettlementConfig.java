package dev.quantdesk.execution.settlement;

/**
 * Bounds and times of settlement, all in milliseconds of the worker's clock.
 *
 * @param localGenesisHash names this machine's own chain; empty for every shared cluster. Where the node says that it is that
 *     one, the payer may ask it for lamports, and a chain that was begun anew is recognised
 * @param batchesInFlightMax transactions between submission and confirmation at a time, 1 to 128; default 8
 * @param gatherMillis how long the first waiting fill may wait for others to share its transaction; default 50
 * @param pollMillis time between looks at the statuses of what was sent; default 200
 * @param rebroadcastMillis time after which an unconfirmed transaction is sent again; default 1,000
 * @param expiryCheckMillis time between looks at the block height, by which a blockhash expires; default 2,000
 * @param retryMillisMin first pause after a node or the log failed; doubles each time; default 250
 * @param nodeRetryMillisMax longest pause between tries of a node or the log; default 10,000
 * @param quarantineRetryMillisMin pause after a fill was rejected alone; doubles each time; default 2,000
 * @param quarantineRetryMillisMax longest such pause; default 600,000
 * @param quarantineMax rejected fills at which no new fills are taken up, because the fault is hardly theirs; default
 *     1,024
 */
public record SettlementConfig(
        String localGenesisHash,
        int batchesInFlightMax,
        long gatherMillis,
        long pollMillis,
        long rebroadcastMillis,
        long expiryCheckMillis,
        long retryMillisMin,
        long nodeRetryMillisMax,
        long quarantineRetryMillisMin,
        long quarantineRetryMillisMax,
        int quarantineMax) {
    public static final int BATCHES_IN_FLIGHT_MAX = SolanaNode.STATUSES_MAX / 2;

    /** @throws IllegalArgumentException when a value is out of range */
    public SettlementConfig {
        check("batchesInFlightMax", batchesInFlightMax, 1, BATCHES_IN_FLIGHT_MAX);
        check("gatherMillis", gatherMillis, 0, 60_000);
        check("pollMillis", pollMillis, 1, 60_000);
        check("rebroadcastMillis", rebroadcastMillis, 1, 60_000);
        check("expiryCheckMillis", expiryCheckMillis, 1, 60_000);
        check("retryMillisMin", retryMillisMin, 1, 60_000);
        check("nodeRetryMillisMax", nodeRetryMillisMax, retryMillisMin, 600_000);
        check("quarantineRetryMillisMin", quarantineRetryMillisMin, 1, 60_000);
        check("quarantineRetryMillisMax", quarantineRetryMillisMax, quarantineRetryMillisMin, 86_400_000);
        check("quarantineMax", quarantineMax, 1, 65_536);
    }

    /** @param localGenesisHash see {@link SettlementConfig} */
    public static SettlementConfig defaults(String localGenesisHash) {
        return new SettlementConfig(localGenesisHash, 8, 50, 200, 1_000, 2_000, 250, 10_000, 2_000, 600_000, 1_024);
    }

    /** The same with another bound on transactions in flight. */
    public SettlementConfig withBatchesInFlightMax(int max) {
        return new SettlementConfig(
                localGenesisHash,
                max,
                gatherMillis,
                pollMillis,
                rebroadcastMillis,
                expiryCheckMillis,
                retryMillisMin,
                nodeRetryMillisMax,
                quarantineRetryMillisMin,
                quarantineRetryMillisMax,
                quarantineMax);
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", not in " + min + ".." + max);
        }
    }
}
