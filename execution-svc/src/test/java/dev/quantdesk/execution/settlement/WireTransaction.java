package dev.quantdesk.execution.settlement;

import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Reads Solana's legacy wire format from its documentation, independently of the library that writes it. */
record WireTransaction(
        List<byte[]> signatures,
        byte[] message,
        int requiredSignatures,
        int readOnlySigned,
        int readOnlyUnsigned,
        List<PublicKey> accounts,
        byte[] blockhash,
        List<Instruction> instructions) {
    record Instruction(PublicKey program, List<Integer> accounts, byte[] data) {}

    static WireTransaction parse(byte[] wire) {
        ByteBuffer in = ByteBuffer.wrap(wire).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> signatures = new ArrayList<>();
        for (int i = compactLength(in); i > 0; i--) {
            signatures.add(bytes(in, 64));
        }
        byte[] message = bytes(in.duplicate(), in.remaining());
        int required = in.get();
        int readOnlySigned = in.get();
        int readOnlyUnsigned = in.get();
        List<PublicKey> accounts = new ArrayList<>();
        for (int i = compactLength(in); i > 0; i--) {
            accounts.add(PublicKey.of(bytes(in, PublicKey.LENGTH)));
        }
        byte[] blockhash = bytes(in, 32);
        List<Instruction> instructions = new ArrayList<>();
        for (int i = compactLength(in); i > 0; i--) {
            PublicKey program = accounts.get(in.get());
            List<Integer> used = new ArrayList<>();
            for (int j = compactLength(in); j > 0; j--) {
                used.add((int) in.get());
            }
            instructions.add(new Instruction(program, used, bytes(in, compactLength(in))));
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes too many");
        }
        return new WireTransaction(
                signatures, message, required, readOnlySigned, readOnlyUnsigned, accounts, blockhash, instructions);
    }

    /** Seven bits a byte, least significant first, the top bit set on all but the last. */
    private static int compactLength(ByteBuffer in) {
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            length |= (next & 0x7F) << shift;
            if (next >= 0) {
                return length;
            }
        }
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
