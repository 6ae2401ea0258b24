package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;

/**
 * The data of an instruction to Solana's Ed25519 program that makes the chain verify signed intents. Layout (Solana
 * documentation, "Ed25519 program"): count u8, padding u8; per signature seven u16, little endian: signature offset and
 * instruction, key offset and instruction, message offset, size and instruction; then the bytes the offsets point to,
 * here key, signature and message of each intent in turn.
 */
final class Ed25519Instruction {
    static final String PROGRAM = "Ed25519SigVerify111111111111111111111111111";

    private static final int HEADER_BYTES = 2;
    private static final int OFFSETS_BYTES = 14;
    private static final int PAYLOAD_BYTES = PublicKey.LENGTH + SignedIntent.SIGNATURE_LENGTH + SignedIntent.LENGTH;

    /** Instruction index that stands for the Ed25519 instruction itself. */
    private static final short THIS_INSTRUCTION = (short) 0xFFFF;

    private Ed25519Instruction() {}

    /** @param intents 1 to {@link BatchPlanner#INTENTS_MAX}, verified in iteration order */
    static byte[] data(Collection<SignedIntent> intents) {
        int payload = HEADER_BYTES + intents.size() * OFFSETS_BYTES;
        ByteBuffer data = ByteBuffer.allocate(payload + intents.size() * PAYLOAD_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) intents.size())
                .put((byte) 0);
        for (int i = 0; i < intents.size(); i++) {
            int key = payload + i * PAYLOAD_BYTES;
            int signature = key + PublicKey.LENGTH;
            int message = signature + SignedIntent.SIGNATURE_LENGTH;
            data.putShort((short) signature).putShort(THIS_INSTRUCTION);
            data.putShort((short) key).putShort(THIS_INSTRUCTION);
            data.putShort((short) message).putShort((short) SignedIntent.LENGTH).putShort(THIS_INSTRUCTION);
        }
        intents.forEach(intent ->
                data.put(intent.signer().toBytes()).put(intent.signature()).put(intent.bytes()));
        return data.array();
    }
}
