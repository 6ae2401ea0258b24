package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How one embedded member of the engine's cluster runs.
 *
 * @param dataDir the log lives here and survives restarts; one node at a time
 * @param aeronDir shared memory between the threads of this process, deleted at start and stop: a directory of its own
 *     under {@code dataDir}, or under /dev/shm (21 MB)
 * @param members this member's address, and those of the others if it is not alone
 * @param markets what can be traded; part of the log's identity, as are the limits
 * @param fileSyncLevel 0: an acknowledged order survives the death of the process; 1 or 2: of the machine too
 * @param idlePark longest time an idle thread sleeps: more saves processor time, and delays timers by as much
 * @param snapshots when snapshots are taken
 */
public record EngineNodeConfig(
        Path dataDir,
        Path aeronDir,
        EngineMembers members,
        List<MarketRules> markets,
        EngineLimits limits,
        int fileSyncLevel,
        Duration idlePark,
        SnapshotPolicy snapshots) {
    /** Ports the node binds: ingress, consensus, log, catch-up and archive. */
    public static final int PORTS = 5;

    public static final Duration DEFAULT_IDLE_PARK = Duration.ofMillis(40);

    public EngineNodeConfig {
        markets = List.copyOf(markets);
        if (markets.isEmpty()) {
            throw new IllegalArgumentException("the engine needs a market");
        }
        if (fileSyncLevel < 0 || fileSyncLevel > 2) {
            throw new IllegalArgumentException("the file sync level is " + fileSyncLevel + ", not 0, 1 or 2");
        }
        if (idlePark.toMillis() < 1 || idlePark.toMillis() > 1000) {
            throw new IllegalArgumentException("the idle park is " + idlePark + ", not 1 ms to 1 s");
        }
    }

    /** With snapshots as {@link SnapshotPolicy#DEFAULT} says. */
    public EngineNodeConfig(
            Path dataDir,
            Path aeronDir,
            EngineMembers members,
            List<MarketRules> markets,
            EngineLimits limits,
            int fileSyncLevel,
            Duration idlePark) {
        this(dataDir, aeronDir, members, markets, limits, fileSyncLevel, idlePark, SnapshotPolicy.DEFAULT);
    }

    /** A member that is alone, on this machine. @param basePort first of {@link #PORTS} UDP ports in a row */
    public EngineNodeConfig(
            Path dataDir,
            Path aeronDir,
            int basePort,
            List<MarketRules> markets,
            EngineLimits limits,
            int fileSyncLevel,
            Duration idlePark) {
        this(dataDir, aeronDir, EngineMembers.alone(basePort), markets, limits, fileSyncLevel, idlePark);
    }

    public int basePort() {
        return members.self().basePort();
    }

    /** Defaults for a machine of one's own: shared memory under the data directory, no fsync. */
    public static EngineNodeConfig of(Path dataDir, int basePort, List<MarketRules> markets) {
        return new EngineNodeConfig(
                dataDir, dataDir.resolve("aeron"), basePort, markets, EngineLimits.DEFAULTS, 0, DEFAULT_IDLE_PARK);
    }
}
