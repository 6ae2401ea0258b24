package dev.quantdesk.mesh;

import dev.quantdesk.mesh.process.Probe;
import java.util.LinkedHashMap;
import java.util.Map;

/** Asks the parts of a running mesh from outside whether they are healthy. */
public final class MeshHealth {
    private MeshHealth() {}

    /** Health by part; parts that can't be asked from outside are left out. */
    public static Map<String, Boolean> check(MeshOptions options) {
        Ports ports = options.ports();
        Map<String, Probe> probes = new LinkedHashMap<>();
        probes.put("redis", Probe.redis(ports.redis()));
        if (options.localChain()) {
            probes.put("solana-chain", Probe.solana(options.solanaRpcUrl()));
        }
        probes.put("zipkin", Probe.http("http://127.0.0.1:" + ports.trace() + "/health"));
        probes.put("envoy", Probe.http("http://127.0.0.1:" + ports.envoyAdmin() + "/ready"));
        for (MeshService service : MeshService.values()) {
            for (int instance = 0; instance < options.instances(service); instance++) {
                probes.put(
                        service.processName(instance),
                        Probe.http("http://127.0.0.1:" + ports.http(service, instance) + "/ready"));
            }
        }
        Map<String, Boolean> health = new LinkedHashMap<>();
        probes.forEach((part, probe) -> health.put(part, probe.isHealthy()));
        return health;
    }
}
