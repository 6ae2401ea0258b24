package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/**
 * A process that places orders as fast as they are acknowledged, writing down every acknowledgement before it places
 * the next, until it is killed. Arguments: data directory, base port, file for the acknowledgements, round, expiry, orders
 * for each snapshot that it takes.
 */
final class DoomedNode {
    private static final int UNANSWERED_MAX = 200;

    private DoomedNode() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path dataDir = Path.of(args[0]);
        EngineNodeConfig config = EngineNodeConfig.of(dataDir, Integer.parseInt(args[1]), TestNode.MARKETS);
        int round = Integer.parseInt(args[3]);
        long expirySeconds = Long.parseLong(args[4]);
        int ordersPerSnapshot = Integer.parseInt(args[5]);
        Semaphore room = new Semaphore(UNANSWERED_MAX);
        try (FileChannel acks = FileChannel.open(
                        Path.of(args[2]),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND);
                EngineNode node = EngineNode.start(config, new WakeGroup(), List.of());
                EngineClient client = node.newClient()) {
            for (int number = 0; ; number++) {
                room.acquire();
                if (number % ordersPerSnapshot == ordersPerSnapshot - 1) {
                    node.takeSnapshot();
                }
                Command.PlaceOrder order = order(round, number, expirySeconds);
                client.submit(order, Duration.ofSeconds(20)).whenComplete((reply, failure) -> {
                    write(acks, line(order, reply, failure));
                    room.release();
                });
            }
        }
    }

    /** Orders around one price from twenty accounts, so that about half of them trade. */
    static Command.PlaceOrder order(int round, int number, long expirySeconds) {
        Orders order = Orders.by(Orders.account(number % 20))
                .nonce(round * 10_000_000L + number)
                .clientId(round + "-" + number)
                .reservation(new UUID(round, number + 1))
                .expiresAt(expirySeconds)
                .at(100 + number % 3);
        return (number % 2 == 0 ? order.buy(1 + number % 7) : order.sell(1 + number % 5)).build();
    }

    private static String line(Command.PlaceOrder order, Reply reply, Throwable failure) {
        return switch (reply) {
            case null -> "FAILED " + failure + "\n";
            case Reply.Accepted accepted ->
                order.clientOrderId() + " " + accepted.state().orderId() + "\n";
            default -> "UNEXPECTED " + reply + "\n";
        };
    }

    private static void write(FileChannel acks, String line) {
        try {
            acks.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            Runtime.getRuntime().halt(3);
        }
    }
}
