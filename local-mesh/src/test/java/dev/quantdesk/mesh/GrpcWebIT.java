package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.mesh.testing.Shell;
import dev.quantdesk.mesh.testing.TestMesh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client in JavaScript that speaks gRPC-Web: streams the book and places an order through Envoy. */
@Timeout(300)
class GrpcWebIT {

    @Test
    void shouldStreamTheBookAndPlaceAnOrderWhenSpokenToInGrpcWeb() throws Exception {
        int port = TestMesh.get().options().ports().gateway();
        Path client = TestMesh.root().resolve("local-mesh/src/test/node");
        Shell.Result installed = Shell.run(
                client,
                Map.of(),
                Duration.ofMinutes(3),
                List.of("npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent"));
        assertEquals(0, installed.exitCode(), installed.output());
        Shell.Result generated =
                Shell.run(client, Map.of(), Duration.ofMinutes(1), List.of("npm", "run", "--silent", "generate"));
        assertEquals(0, generated.exitCode(), generated.output());
        Shell.Result ran = Shell.run(
                client,
                Map.of("GATEWAY", "http://localhost:" + port),
                Duration.ofMinutes(1),
                List.of("node", "--test", "grpc-web.test.mjs"));
        System.out.println(ran.output());
        assertEquals(0, ran.exitCode(), ran.output());
    }
}
