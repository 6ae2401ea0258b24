package dev.quantdesk.mesh.testing;

import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.MeshService;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The order engine of a mesh seen from outside: which member leads, and what has come to the tables and to the chain. */
public final class EngineCluster {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String MEMO_PROGRAM = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";
    private static final int PAGE = 1_000;

    private final MeshOptions options;

    public EngineCluster(MeshOptions options) {
        this.options = options;
    }

    /**
     * What the order tables hold.
     *
     * @param settlementSignatures transactions that the fills were settled in
     */
    public record Projection(
            long cursor,
            long orders,
            long fills,
            long unsettledFills,
            long filledLotsOfOrders,
            long filledLotsOfFills,
            Set<String> settlementSignatures) {}

    /** The member that leads; waits until exactly one says so. */
    public int awaitLeader() throws Exception {
        return Await.until("one member leads", PATIENCE, this::leaders, leaders -> leaders.size() == 1)
                .getFirst();
    }

    /** The member that leads while {@code away} is killed; waits until one says so. */
    public int awaitLeaderWithout(int away) throws Exception {
        return Await.until(
                        "a member leads without member " + away,
                        PATIENCE,
                        () -> leaders().stream()
                                .filter(member -> member != away)
                                .toList(),
                        leaders -> !leaders.isEmpty())
                .getFirst();
    }

    private List<Integer> leaders() {
        return IntStream.range(0, options.engineMembers())
                .filter(member -> metric(member, "engine_leader") == 1)
                .boxed()
                .toList();
    }

    /** The sequence of all members; waits until it is the same. */
    public long awaitOneSequence() throws Exception {
        return Await.until(
                        "all members are at one sequence",
                        PATIENCE,
                        () -> IntStream.range(0, options.engineMembers())
                                .mapToLong(member -> metric(member, "engine_sequence"))
                                .distinct()
                                .boxed()
                                .toList(),
                        sequences -> sequences.size() == 1 && sequences.getFirst() >= 0)
                .getFirst();
    }

    /** A gauge of a member, -1 while it does not answer. */
    private long metric(int member, String name) {
        try {
            return get(options.ports().http(MeshService.EXECUTION, member))
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .map(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElse(-1L);
        } catch (IOException away) {
            return -1;
        }
    }

    private static String get(int port) throws IOException {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")));
    }

    private static String send(HttpRequest.Builder request) throws IOException {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(request.timeout(Duration.ofSeconds(5)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException(stopped);
        }
    }

    public Projection projection() throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + options.ports().postgres() + "/quantdesk";
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres")) {
            return new Projection(
                    number(connection, "SELECT sequence FROM execution.projection_cursor WHERE name = 'orders'"),
                    number(connection, "SELECT count(*) FROM execution.orders"),
                    number(connection, "SELECT count(*) FROM execution.fills"),
                    number(
                            connection,
                            "SELECT count(*) FROM execution.fills WHERE settlement <> 'FILL_SETTLEMENT_CONFIRMED'"),
                    number(connection, "SELECT coalesce(sum(filled_lots), 0) FROM execution.orders"),
                    number(connection, "SELECT coalesce(sum(lots), 0) FROM execution.fills"),
                    signatures(connection));
        }
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static Set<String> signatures(Connection connection) throws SQLException {
        Set<String> signatures = new HashSet<>();
        try (var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT DISTINCT settlement_signature FROM execution.fills")) {
            while (rows.next()) {
                signatures.add(rows.getString(1));
            }
        }
        return signatures;
    }

    /** Signatures of the settlement transactions that the chain has carried out. */
    public Set<String> settlementsOnChain() throws IOException {
        Set<String> found = new HashSet<>();
        String before = "";
        while (true) {
            JsonArray page = page(before);
            for (Object entry : page) {
                JsonObject transaction = (JsonObject) entry;
                before = transaction.getString("signature");
                if (transaction.getValue("err") == null) {
                    found.add(before);
                }
            }
            if (page.size() < PAGE) {
                return found;
            }
        }
    }

    private JsonArray page(String before) throws IOException {
        JsonObject window = new JsonObject().put("limit", PAGE).put("commitment", "confirmed");
        if (!before.isEmpty()) {
            window.put("before", before);
        }
        JsonObject call = new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", "getSignaturesForAddress")
                .put("params", new JsonArray(List.of(MEMO_PROGRAM, window)));
        String answer = send(HttpRequest.newBuilder(URI.create(options.solanaRpcUrl()))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(call.encode())));
        return new JsonObject(answer).getJsonArray("result");
    }
}
