package dev.quantdesk.execution.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The members of one engine cluster and which of them this is. All members have to be told the same list.
 *
 * @param memberId this member's place in {@code members}
 * @param members one, three or five: an even number tolerates no more failures than the odd one below it
 * @param ingressKeyFile the secret that clients show to whichever member leads; needed from two members on, where one
 *     member alone makes its own
 * @param leaderTimeout how long the followers wait for a silent leader before they elect another; 200 ms to 60 s. One
 *     member alone has nobody to wait for
 */
public record EngineMembers(int memberId, List<Member> members, Optional<Path> ingressKeyFile, Duration leaderTimeout) {
    public static final Duration DEFAULT_LEADER_TIMEOUT = Duration.ofSeconds(1);

    private static final String LOOPBACK = "127.0.0.1";
    private static final int MEMBERS_MAX = 5;

    /**
     * Where a member is.
     *
     * @param basePort first of {@link EngineNodeConfig#PORTS} UDP ports in a row: ingress, consensus, log, catch-up,
     *     archive
     */
    public record Member(String host, int basePort) {
        public Member {
            if (basePort < 1024 || basePort > 65535 - EngineNodeConfig.PORTS) {
                throw new IllegalArgumentException("the engine's base port is " + basePort + ", not in 1024..65530");
            }
        }

        String ingress() {
            return host + ":" + basePort;
        }

        String archive() {
            return host + ":" + (basePort + EngineNodeConfig.PORTS - 1);
        }

        private String endpoints() {
            StringBuilder endpoints = new StringBuilder();
            for (int port = basePort; port < basePort + EngineNodeConfig.PORTS; port++) {
                endpoints.append(',').append(host).append(':').append(port);
            }
            return endpoints.toString();
        }
    }

    public EngineMembers {
        members = List.copyOf(members);
        if (members.size() % 2 == 0 || members.size() > MEMBERS_MAX) {
            throw new IllegalArgumentException("an engine has 1, 3 or 5 members, not " + members.size());
        }
        if (memberId < 0 || memberId >= members.size()) {
            throw new IllegalArgumentException(
                    "the engine's member id is " + memberId + ", not in 0.." + (members.size() - 1));
        }
        if (members.size() > 1 && ingressKeyFile.isEmpty()) {
            throw new IllegalArgumentException("the members of an engine need a common ingress key file");
        }
        if (leaderTimeout.toMillis() < 200 || leaderTimeout.toMillis() > 60_000) {
            throw new IllegalArgumentException("the leader timeout is " + leaderTimeout + ", not 200 ms to 60 s");
        }
    }

    /** One member on this machine, which needs nobody else. */
    public static EngineMembers alone(int basePort) {
        return new EngineMembers(0, List.of(new Member(LOOPBACK, basePort)), Optional.empty(), DEFAULT_LEADER_TIMEOUT);
    }

    /**
     * @param list {@code HOST:BASE_PORT} of every member, in the order of their ids, separated by commas
     * @throws IllegalArgumentException when it has another form
     */
    public static List<Member> parse(String list) {
        List<Member> members = new ArrayList<>();
        for (String entry : list.split(",", -1)) {
            int colon = entry.lastIndexOf(':');
            if (colon < 1 || !entry.substring(colon + 1).matches("[0-9]{1,5}")) {
                throw new IllegalArgumentException("'" + entry + "' is not HOST:BASE_PORT of an engine member");
            }
            members.add(new Member(entry.substring(0, colon).strip(), Integer.parseInt(entry.substring(colon + 1))));
        }
        return members;
    }

    public boolean isAlone() {
        return members.size() == 1;
    }

    Member self() {
        return members.get(memberId);
    }

    /** All members' endpoints, as the consensus module reads them. */
    String endpoints() {
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < members.size(); id++) {
            text.append(id == 0 ? "" : "|").append(id).append(members.get(id).endpoints());
        }
        return text.toString();
    }

    /** Where clients find the members; they go on to the one that leads. */
    String ingressEndpoints() {
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < members.size(); id++) {
            text.append(id == 0 ? "" : ",")
                    .append(id)
                    .append('=')
                    .append(members.get(id).ingress());
        }
        return text.toString();
    }
}
