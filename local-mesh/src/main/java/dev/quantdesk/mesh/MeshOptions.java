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
 */
public record MeshOptions(
        Path root, Path dataDir, Ports ports, String solanaRpc, Map<String, String> settings, boolean houseLiquidity) {
    public MeshOptions {
        root = root.toAbsolutePath().normalize();
        dataDir = dataDir.toAbsolutePath().normalize();
        settings = Map.copyOf(settings);
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
