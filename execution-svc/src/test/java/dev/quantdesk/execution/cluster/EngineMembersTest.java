package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class EngineMembersTest {
    private static final List<EngineMembers.Member> THREE =
            EngineMembers.parse("10.0.0.1:9100, 10.0.0.2:9100,10.0.0.3:9200");

    @TempDir
    Path directory;

    private static EngineMembers members(int id, List<EngineMembers.Member> members, Optional<Path> key) {
        return new EngineMembers(id, members, key, Duration.ofSeconds(1));
    }

    @Test
    void shouldGiveEveryMemberFivePortsInARow() {
        EngineMembers members = members(1, THREE, Optional.of(directory));
        assertEquals(
                "0,10.0.0.1:9100,10.0.0.1:9101,10.0.0.1:9102,10.0.0.1:9103,10.0.0.1:9104"
                        + "|1,10.0.0.2:9100,10.0.0.2:9101,10.0.0.2:9102,10.0.0.2:9103,10.0.0.2:9104"
                        + "|2,10.0.0.3:9200,10.0.0.3:9201,10.0.0.3:9202,10.0.0.3:9203,10.0.0.3:9204",
                members.endpoints());
        assertEquals("0=10.0.0.1:9100,1=10.0.0.2:9100,2=10.0.0.3:9200", members.ingressEndpoints());
        assertEquals("10.0.0.2:9104", members.self().archive());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0.1", "10.0.0.1:", ":9100", "10.0.0.1:x", "10.0.0.1:80", "10.0.0.1:9100,"})
    void shouldRefuseAListThatIsNotHostsAndPorts(String list) {
        assertThrows(IllegalArgumentException.class, () -> EngineMembers.parse(list));
    }

    @Test
    void shouldRefuseMembersThatCanNotWork() {
        Optional<Path> key = Optional.of(directory);
        assertThrows(IllegalArgumentException.class, () -> members(0, THREE.subList(0, 2), key), "an even number");
        assertThrows(IllegalArgumentException.class, () -> members(3, THREE, key), "no such member");
        assertThrows(IllegalArgumentException.class, () -> members(0, THREE, Optional.empty()), "no common key");
    }

    @Test
    void shouldRefuseAKeyThatCouldBeGuessed() throws IOException {
        Path file = Files.writeString(directory.resolve("key"), "0123456789abcdef0123456789abcde\n");
        EngineStartException refused = assertThrows(EngineStartException.class, () -> IngressKey.shared(file));
        assertTrue(refused.getMessage().contains("shorter than 32"), refused.getMessage());
        assertThrows(EngineStartException.class, () -> IngressKey.shared(directory.resolve("none")));
    }
}
