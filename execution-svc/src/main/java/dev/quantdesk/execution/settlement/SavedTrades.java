package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The form of trades and of the orders they settle in a snapshot. An order or a submission is written once; where it comes
 * again, its number stands for it. For one reading or writing.
 */
final class SavedTrades {
    private static final Side[] SIDES = Side.values();

    private final Map<Object, Integer> numbers = new IdentityHashMap<>();
    private final List<SignedOrder> orders = new ArrayList<>();
    private final List<Logged> submissions = new ArrayList<>();
    private int orderCount;
    private int submissionCount;

    /** A submission as the log tells of it. The same object for all its trades. */
    static final class Logged {
        private final byte[] signature;
        private final long lastValidBlockHeight;
        private final long timeMillis;

        Logged(byte[] signature, long lastValidBlockHeight, long timeMillis) {
            this.signature = signature;
            this.lastValidBlockHeight = lastValidBlockHeight;
            this.timeMillis = timeMillis;
        }

        byte[] signature() {
            return signature;
        }

        long lastValidBlockHeight() {
            return lastValidBlockHeight;
        }

        long timeMillis() {
            return timeMillis;
        }
    }

    void write(SignedOrder order, SnapshotWriter out) {
        Integer known = numbers.get(order);
        if (known != null) {
            out.int32(known);
            return;
        }
        out.int32(orderCount);
        numbers.put(order, orderCount++);
        SignedIntent intent = order.intent();
        out.int64(order.orderId())
                .bytes(intent.bytes())
                .bytes(intent.signature())
                .key(intent.signer())
                .int64(intent.nonce())
                .int64(intent.expirySeconds())
                .bool(intent.isOfBatch());
        if (intent.isOfBatch()) {
            out.bytes(intent.signedBytes());
        }
        TraceParent trace = order.trace();
        out.int64(trace.traceIdHigh())
                .int64(trace.traceIdLow())
                .int64(trace.spanId())
                .int8(trace.flags());
    }

    SignedOrder readOrder(SnapshotReader in) {
        int number = in.count(orders.size());
        if (number < orders.size()) {
            return orders.get(number);
        }
        long orderId = in.int64();
        byte[] bytes = in.bytes(SignedIntent.LENGTH);
        SignedIntent alone =
                new SignedIntent(bytes, in.bytes(SignedIntent.SIGNATURE_LENGTH), in.key(), in.int64(), in.int64());
        SignedIntent intent = in.bool()
                ? new SignedIntent(
                        bytes,
                        alone.signature(),
                        alone.signer(),
                        alone.nonce(),
                        alone.expirySeconds(),
                        in.bytes(SignedIntent.BATCH_MAX * SignedIntent.LENGTH))
                : alone;
        SignedOrder order =
                new SignedOrder(orderId, intent, new TraceParent(in.int64(), in.int64(), in.int64(), (byte) in.int8()));
        orders.add(order);
        return order;
    }

    /** @param logged its submission, or null */
    void write(Fill fill, Logged logged, SnapshotWriter out) {
        out.int64(fill.tradeId())
                .int32(fill.marketId())
                .int8(fill.takerSide().ordinal())
                .int64(fill.priceTicks())
                .int64(fill.lots())
                .int64(fill.timeMillis());
        write(fill.maker(), out);
        write(fill.taker(), out);
        out.bool(logged != null);
        if (logged == null) {
            return;
        }
        Integer known = numbers.get(logged);
        if (known != null) {
            out.int32(known);
            return;
        }
        out.int32(submissionCount);
        numbers.put(logged, submissionCount++);
        out.bytes(logged.signature()).int64(logged.lastValidBlockHeight()).int64(logged.timeMillis());
    }

    Fill readFill(SnapshotReader in) {
        return new Fill(
                in.int64(),
                in.int32(),
                in.constant(SIDES),
                in.int64(),
                in.int64(),
                in.int64(),
                readOrder(in),
                readOrder(in));
    }

    /** Follows the fill. @return its submission, or null */
    Logged readLogged(SnapshotReader in) {
        if (!in.bool()) {
            return null;
        }
        int number = in.count(submissions.size());
        if (number == submissions.size()) {
            submissions.add(new Logged(in.bytes(SignedIntent.SIGNATURE_LENGTH), in.int64(), in.int64()));
        }
        return submissions.get(number);
    }
}
