package dev.quantdesk.execution.settlement;

import dev.quantdesk.kit.solana.Base58;
import java.util.List;

/**
 * A transaction between its submission and its end. The final fields may be read by any thread; the progress belongs to
 * the worker's thread.
 */
final class Submission {
    /** Where a submission stands; it moves down this list only. */
    enum Phase {
        /** The submission is being written to the log; nothing was sent. */
        RECORDING,
        /** It may be on its way: sent, sent again, and looked up. */
        IN_FLIGHT,
        /** The chain has it; that is being written to the log. */
        CONFIRMING,
        /** It will never land; that is being written to the log. */
        REVERTING
    }

    final byte[] signature;
    final String signatureText;
    final long lastValidBlockHeight;
    final List<Fill> fills;
    final long submittedMillis;

    /** Whether it was taken from the log: it cannot be sent again then, since its bytes are gone. */
    final boolean recovered;

    /** Whether it carries a fill that is settled alone, after the batch it was in had been rejected. */
    boolean alone;

    Phase phase;
    RecordedStep step;
    BatchTrace trace;

    /** What to send, or null when it must not be sent any more. */
    byte[] wire;

    long nextSendMillis;

    /** A node has taken it. */
    boolean accepted;

    /** A node may have taken it without our being told. */
    boolean sendOutcomeUnknown;

    /** Why a node refused it for good, or empty. */
    String rejection = "";

    /** A slot from before it was sent, for its time in slots; 0 when unknown. */
    long startSlot;

    /** The slot it is in, once confirmed. */
    long landedSlot;

    /** The slot the node had come to when it said so. */
    long seenSlot;

    String endReason = "";

    private Submission(
            byte[] signature,
            String signatureText,
            long lastValidBlockHeight,
            List<Fill> fills,
            long submittedMillis,
            boolean recovered) {
        this.signature = signature;
        this.signatureText = signatureText;
        this.lastValidBlockHeight = lastValidBlockHeight;
        this.fills = fills;
        this.submittedMillis = submittedMillis;
        this.recovered = recovered;
        phase = recovered ? Phase.IN_FLIGHT : Phase.RECORDING;
    }

    /** One that is about to be recorded and sent. */
    static Submission of(SettlementTransaction transaction, long nowMillis, long slot) {
        Submission submission = new Submission(
                transaction.signature(),
                transaction.signatureText(),
                transaction.lastValidBlockHeight(),
                transaction.fills(),
                nowMillis,
                false);
        submission.wire = transaction.wire();
        submission.startSlot = slot;
        return submission;
    }

    /** One that the log tells of. */
    static Submission recovered(byte[] signature, long lastValidBlockHeight, List<Fill> fills, long submittedMillis) {
        return new Submission(signature, Base58.encode(signature), lastValidBlockHeight, fills, submittedMillis, true);
    }

    long[] tradeIds() {
        return fills.stream().mapToLong(Fill::tradeId).toArray();
    }

    /** Whether it may have reached the chain, so that only its expiry proves that it will never land. */
    boolean mayLand() {
        return recovered || accepted || sendOutcomeUnknown;
    }
}
