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
    private static final int INSTANCES_APART = 10;

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
        return http(service, 0);
    }

    /** @param instance number of the service's process, from 0 */
    public int http(MeshService service, int instance) {
        return service.httpPort() + instance * INSTANCES_APART + offset;
    }

    public int grpc(MeshService service) {
        return grpc(service, 0);
    }

    /** @param instance number of the service's process, from 0 */
    public int grpc(MeshService service, int instance) {
        return service.grpcPort() + instance * INSTANCES_APART + offset;
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

    /** First of the ports of an engine member, which uses the ten from here. @param member its number, from 0 */
    public int engineBase(int member) {
        return 9100 + member * INSTANCES_APART + offset;
    }

    /** Every TCP port of a mesh with the name of who wants it. */
    public Map<String, Integer> all(MeshOptions options) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("gateway", gateway());
        ports.put("internal listener", internal());
        ports.put("envoy admin", envoyAdmin());
        for (MeshService service : MeshService.values()) {
            for (int instance = 0; instance < options.instances(service); instance++) {
                ports.put(service.processName(instance) + " gRPC", grpc(service, instance));
                ports.put(service.processName(instance) + " HTTP", http(service, instance));
            }
        }
        ports.put("trace page", trace());
        ports.put("Solana RPC", solanaRpc());
        ports.put("Solana WebSocket", solanaWebSocket());
        ports.put("Postgres", postgres());
        ports.put("Redis", redis());
        return ports;
    }

    /** A sentence about the first port that somebody else holds, or nothing. */
    public Optional<String> findTaken(MeshOptions options) {
        for (Map.Entry<String, Integer> port : all(options).entrySet()) {
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
