package dev.quantdesk.mesh;

import dev.quantdesk.database.OrderTables;
import java.nio.file.Path;
import java.util.Map;

/**
 * How a mesh is to be run.
 *
 * @param root checkout, where the built parts lie
 * @param dataDir everything that outlives the mesh: database, journal, ledger, keys, logs
 * @param solanaRpc RPC address of another cluster, or empty for the local chain
 * @param settings environment variables given to every service and to the house client, such as rate limits
 * @param houseLiquidity whether the house client quotes
 * @param engineMembers processes of execution-svc, each with a member of the order engine's cluster: 1 or 3
 */
public record MeshOptions(
        Path root,
        Path dataDir,
        Ports ports,
        String solanaRpc,
        Map<String, String> settings,
        boolean houseLiquidity,
        int engineMembers) {
    /** Most members of the order engine's cluster on one machine. */
    public static final int ENGINE_MEMBERS_MAX = 3;

    /** With one member of the order engine. */
    public MeshOptions(
            Path root,
            Path dataDir,
            Ports ports,
            String solanaRpc,
            Map<String, String> settings,
            boolean houseLiquidity) {
        this(root, dataDir, ports, solanaRpc, settings, houseLiquidity, 1);
    }

    public MeshOptions {
        root = root.toAbsolutePath().normalize();
        dataDir = dataDir.toAbsolutePath().normalize();
        settings = Map.copyOf(settings);
        if (engineMembers != 1 && engineMembers != ENGINE_MEMBERS_MAX) {
            throw new IllegalArgumentException(
                    "--engine-members is 1 or " + ENGINE_MEMBERS_MAX + ", not " + engineMembers);
        }
    }

    /** The same mesh with another number of engine members. */
    public MeshOptions withEngineMembers(int members) {
        return new MeshOptions(root, dataDir, ports, solanaRpc, settings, houseLiquidity, members);
    }

    /** Processes of a service: one, but for execution-svc, which has one for each member of the engine. */
    public int instances(MeshService service) {
        return service == MeshService.EXECUTION ? engineMembers : 1;
    }

    /** Where a member of the order engine keeps its log and its snapshots. @param member its number, from 0 */
    public Path engineDirectory(int member) {
        return dataDir.resolve(member == 0 ? "engine" : "engine-" + member);
    }

    public boolean localChain() {
        return solanaRpc.isEmpty();
    }

    /** RPC address that services use. */
    public String solanaRpcUrl() {
        return localChain() ? "http://127.0.0.1:" + ports.solanaRpc() : solanaRpc;
    }

    public String gatewayAddress() {
        return "localhost:" + ports.gateway();
    }

    public String tracePage() {
        return "http://localhost:" + ports.trace();
    }

    /** The order tables of the mesh's own Postgres. */
    public OrderTables orderTables() {
        return new OrderTables("127.0.0.1", ports.postgres(), PostgresPart.OWNER, PostgresPart.OWNER);
    }

    Path logs() {
        return dataDir.resolve("logs");
    }

    /** Held by whoever runs a mesh there. */
    Path lockFile() {
        return dataDir.resolve("LOCK");
    }

    Path keys() {
        return dataDir.resolve("keys");
    }

    /** Says what runs where; written by the supervisor, read by the other commands. */
    public Path stateFile() {
        return dataDir.resolve("mesh.json");
    }
}
