package dev.quantdesk.mesh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The ports of one mesh: fixed numbers moved by one offset, so that several meshes fit on one machine. */
public record Ports(int offset) {
    public static final int OFFSET_MAX = 50_000;

    public Ports {
        if (offset < 0 || offset > OFFSET_MAX) {
            throw new IllegalArgumentException("the port offset is 0 to " + OFFSET_MAX + ", not " + offset);
        }
    }

    public int gateway() {
        return 3002 + offset;
    }

    public int internal() {
        return 3010 + offset;
    }

    public int envoyAdmin() {
        return 3009 + offset;
    }

    public int http(MeshService service) {
        return service.httpPort() + offset;
    }

    public int grpc(MeshService service) {
        return service.grpcPort() + offset;
    }

    public int trace() {
        return 9411 + offset;
    }

    public int solanaRpc() {
        return 8899 + offset;
    }

    public int solanaWebSocket() {
        return solanaRpc() + 1;
    }

    public int postgres() {
        return 5532 + offset;
    }

    public int redis() {
        return 6479 + offset;
    }

    /** First of the engine's ports; it uses the ten from here. */
    public int engineBase() {
        return 9100 + offset;
    }

    /** Every TCP port with the name of who wants it. */
    public Map<String, Integer> all() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("gateway", gateway());
        ports.put("internal listener", internal());
        ports.put("envoy admin", envoyAdmin());
        for (MeshService service : MeshService.values()) {
            ports.put(service.processName() + " gRPC", grpc(service));
            ports.put(service.processName() + " HTTP", http(service));
        }
        ports.put("trace page", trace());
        ports.put("Solana RPC", solanaRpc());
        ports.put("Solana WebSocket", solanaWebSocket());
        ports.put("Postgres", postgres());
        ports.put("Redis", redis());
        return ports;
    }

    /** A sentence about the first port that somebody else holds, or nothing. */
    public Optional<String> findTaken() {
        for (Map.Entry<String, Integer> port : all().entrySet()) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.getValue()));
            } catch (IOException taken) {
                return Optional.of("Port " + port.getValue() + " (" + port.getKey()
                        + ") is taken by another process. Stop that process, or move the mesh with --port-offset N.");
            }
        }
        return Optional.empty();
    }
}
