package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Three members in this process, each with a client and everything its listener saw. */
final class TestCluster implements AutoCloseable {
    static final int SIZE = 3;
    private static final int PORTS_APART = 10;

    private final Path directory;
    private final List<EngineMembers.Member> addresses;
    private final Member[] members = new Member[SIZE];

    /** A member that runs. */
    static final class Member implements AutoCloseable {
        final List<EngineEvent> events = Collections.synchronizedList(new ArrayList<>());
        final EngineNode node;
        final EngineClient client;
        volatile boolean live;

        Member(EngineNodeConfig config) {
            node = EngineNode.start(config, new WakeGroup(), List.of(new EngineListener() {
                @Override
                public void onEvent(EngineEvent event, boolean replaying) {
                    events.add(event);
                }

                @Override
                public void onLive(long sequence) {
                    live = true;
                }
            }));
            client = node.newClient();
        }

        CompletableFuture<Reply> submit(Command command) {
            return client.submit(command, TestNode.PATIENCE);
        }

        @Override
        public void close() {
            client.close();
            node.close();
        }
    }

    private TestCluster(Path directory) throws IOException {
        this.directory = directory;
        Files.writeString(keyFile(), "0123456789abcdef0123456789abcdef");
        int base = TestNode.freePorts(SIZE * PORTS_APART);
        addresses = EngineMembers.parse(
                "127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d".formatted(base, base + PORTS_APART, base + 2 * PORTS_APART));
    }

    static TestCluster start(Path directory) throws IOException {
        TestCluster cluster = new TestCluster(directory);
        try {
            for (int id = 0; id < SIZE; id++) {
                cluster.start(id);
            }
            TestNode.await(
                    "all members are live", () -> Arrays.stream(cluster.members).allMatch(each -> each.live));
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    EngineNodeConfig config(int id) {
        return new EngineNodeConfig(
                dataDir(id),
                dataDir(id).resolve("aeron"),
                new EngineMembers(id, addresses, Optional.of(keyFile()), Duration.ofMillis(500)),
                TestNode.MARKETS,
                EngineLimits.DEFAULTS,
                0,
                Duration.ofMillis(20));
    }

    Path dataDir(int id) {
        return directory.resolve("member-" + id);
    }

    private Path keyFile() {
        return directory.resolve("ingress.secret");
    }

    void start(int id) {
        members[id] = new Member(config(id));
    }

    void stop(int id) {
        Member member = members[id];
        members[id] = null;
        member.close();
    }

    Member member(int id) {
        return members[id];
    }

    /** The member that leads; waits for it. */
    int leader() {
        int[] leader = {-1};
        TestNode.await("a member leads", () -> {
            for (int id = 0; id < SIZE; id++) {
                if (members[id] != null && members[id].node.isLeader()) {
                    leader[0] = id;
                }
            }
            return leader[0] >= 0;
        });
        return leader[0];
    }

    int follower() {
        int leader = leader();
        return leader == 0 ? 1 : 0;
    }

    @Override
    public void close() {
        for (Member member : members) {
            if (member != null) {
                member.close();
            }
        }
    }
}
