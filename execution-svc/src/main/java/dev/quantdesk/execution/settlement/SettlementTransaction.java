package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.kit.solana.Base58;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.p2p.solanaj.core.PublicKey;
import org.p2p.solanaj.core.Transaction;
import org.p2p.solanaj.core.TransactionInstruction;

/**
 * A signed legacy transaction that settles a batch: the chain verifies every distinct signed message of its fills, and a memo
 * holds their digest. Pure; the arrays must not be changed.
 *
 * @param signature the payer's, 64 bytes; names the transaction
 * @param wire the bytes to send, at most {@link #BYTES_MAX}
 */
record SettlementTransaction(byte[] signature, byte[] wire, List<Fill> fills, long lastValidBlockHeight) {
    /** What one network packet carries, and so the largest transaction a validator takes. */
    static final int BYTES_MAX = 1_232;

    static final String MEMO_PROGRAM = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";

    private static final int SIGNATURE_OFFSET = 1;

    /**
     * Builds and signs the transaction.
     *
     * @param fills a batch as {@link BatchPlanner} plans it
     * @throws IllegalArgumentException when the batch does not fit a transaction
     */
    static SettlementTransaction build(List<Fill> fills, SolanaNode.Blockhash blockhash, PayerKey payer) {
        Transaction transaction = new Transaction();
        transaction.addInstruction(instruction(Ed25519Instruction.PROGRAM, Ed25519Instruction.data(messages(fills))));
        transaction.addInstruction(instruction(MEMO_PROGRAM, memo(fills).getBytes(StandardCharsets.US_ASCII)));
        transaction.setRecentBlockHash(blockhash.hash());
        transaction.sign(payer.account());
        byte[] wire = transaction.serialize();
        if (wire.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a transaction of " + wire.length + " bytes for " + fills.size() + " fills; " + BYTES_MAX + " fit");
        }
        byte[] signature = Arrays.copyOfRange(wire, SIGNATURE_OFFSET, SIGNATURE_OFFSET + SignedIntent.SIGNATURE_LENGTH);
        return new SettlementTransaction(signature, wire, fills, blockhash.lastValidBlockHeight());
    }

    /** {@code quantdesk:1:FIRST-LAST:DIGEST}, with the first and last trade id; ids between them may be elsewhere. */
    static String memo(List<Fill> fills) {
        return "quantdesk:1:" + fills.getFirst().tradeId() + "-"
                + fills.getLast().tradeId() + ":" + FillDigest.hex(fills);
    }

    /** What was signed for the fills, each once, in order of appearance: intents of one batch are one message. */
    static Collection<SignedMessage> messages(List<Fill> fills) {
        Collection<SignedMessage> messages = new LinkedHashSet<>();
        for (Fill fill : fills) {
            messages.add(SignedMessage.of(fill.maker().intent()));
            messages.add(SignedMessage.of(fill.taker().intent()));
        }
        return messages;
    }

    String signatureText() {
        return Base58.encode(signature);
    }

    long[] tradeIds() {
        return fills.stream().mapToLong(Fill::tradeId).toArray();
    }

    private static TransactionInstruction instruction(String program, byte[] data) {
        return new TransactionInstruction(new PublicKey(program), List.of(), data);
    }
}
