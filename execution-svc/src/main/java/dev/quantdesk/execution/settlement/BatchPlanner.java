package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.Command;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Decides which waiting fills go into one transaction: the longest run from the front that fits. Pure. */
final class BatchPlanner {
    static final int TRADES_MAX = Command.TRADES_PER_SETTLEMENT_MAX;

    /**
     * Bytes of signed messages that fit a transaction, whatever the memo's trade ids: six intents that were signed alone, or the two
     * largest batches.
     */
    static final int MESSAGE_BYTES_MAX = 888;

    private BatchPlanner() {}

    /** @param full whether waiting for more fills could not make the batch larger */
    record Plan(List<Fill> fills, boolean full) {}

    /** Plans from fills in settlement order; looks at no more than the first {@link #TRADES_MAX}. */
    static Plan plan(Iterable<Fill> waiting) {
        List<Fill> fills = new ArrayList<>();
        Set<SignedMessage> messages = new HashSet<>();
        int bytes = 0;
        for (Fill fill : waiting) {
            Set<SignedMessage> added =
                    new HashSet<>(List.of(SignedMessage.of(fill.maker().intent())));
            added.add(SignedMessage.of(fill.taker().intent()));
            added.removeAll(messages);
            bytes += added.stream().mapToInt(Ed25519Instruction::bytesOf).sum();
            if (bytes > MESSAGE_BYTES_MAX) {
                return new Plan(List.copyOf(fills), true);
            }
            messages.addAll(added);
            fills.add(fill);
            if (fills.size() == TRADES_MAX) {
                return new Plan(List.copyOf(fills), true);
            }
        }
        return new Plan(List.copyOf(fills), false);
    }
}
