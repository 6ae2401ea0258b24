package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;

/**
 * The data of an instruction to Solana's Ed25519 program that makes the chain verify signed messages. Layout (Solana
 * documentation, "Ed25519 program"): count u8, padding u8; per signature seven u16, little endian: signature offset and
 * instruction, key offset and instruction, message offset, size and instruction; then the bytes the offsets point to,
 * here key, signature and bytes of each message in turn.
 */
final class Ed25519Instruction {
    static final String PROGRAM = "Ed25519SigVerify111111111111111111111111111";

    private static final int HEADER_BYTES = 2;
    private static final int OFFSETS_BYTES = 14;

    /** Instruction index that stands for the Ed25519 instruction itself. */
    private static final short THIS_INSTRUCTION = (short) 0xFFFF;

    private Ed25519Instruction() {}

    /** Bytes that one message adds to the instruction. */
    static int bytesOf(SignedMessage message) {
        return OFFSETS_BYTES + PublicKey.LENGTH + SignedIntent.SIGNATURE_LENGTH + message.bytes().length;
    }

    /** @param messages as many as {@link BatchPlanner} lets into one transaction, verified in iteration order */
    static byte[] data(Collection<SignedMessage> messages) {
        int length = HEADER_BYTES
                + messages.stream().mapToInt(Ed25519Instruction::bytesOf).sum();
        ByteBuffer data = ByteBuffer.allocate(length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) messages.size())
                .put((byte) 0);
        int key = HEADER_BYTES + messages.size() * OFFSETS_BYTES;
        for (SignedMessage each : messages) {
            int signature = key + PublicKey.LENGTH;
            int message = signature + SignedIntent.SIGNATURE_LENGTH;
            data.putShort((short) signature).putShort(THIS_INSTRUCTION);
            data.putShort((short) key).putShort(THIS_INSTRUCTION);
            data.putShort((short) message).putShort((short) each.bytes().length).putShort(THIS_INSTRUCTION);
            key = message + each.bytes().length;
        }
        messages.forEach(
                each -> data.put(each.signer().toBytes()).put(each.signature()).put(each.bytes()));
        return data.array();
    }
}
