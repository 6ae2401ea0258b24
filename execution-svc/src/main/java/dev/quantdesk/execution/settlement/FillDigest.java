package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The digest of a batch's fills that goes on chain in the memo, so that anyone who holds the fills can prove that these
 * and no others were settled. SHA-256 over, all numbers little endian:
 *
 * <pre>
 * "quantdesk:fills:1"  17 bytes ASCII
 * number of fills      u16
 * per fill, by ascending trade id, 169 bytes:
 *   trade id           u64
 *   market id          u32
 *   taker side         u8   0 buy, 1 sell
 *   price              u64  ticks
 *   quantity           u64  lots
 *   maker              32 bytes key that signed, 38 bytes intent
 *   taker              32 bytes key that signed, 38 bytes intent
 * </pre>
 */
final class FillDigest {
    private static final byte[] DOMAIN = "quantdesk:fills:1".getBytes(StandardCharsets.US_ASCII);
    private static final int SIGNED_BYTES = PublicKey.LENGTH + SignedIntent.LENGTH;
    private static final int FILL_BYTES = 8 + 4 + 1 + 8 + 8 + 2 * SIGNED_BYTES;

    private FillDigest() {}

    /** 64 lower-case hexadecimal characters. @throws IllegalArgumentException when trade ids do not ascend */
    static String hex(List<Fill> fills) {
        return HexFormat.of().formatHex(sha256(encode(fills)));
    }

    static byte[] encode(List<Fill> fills) {
        ByteBuffer bytes = ByteBuffer.allocate(DOMAIN.length + 2 + fills.size() * FILL_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(DOMAIN)
                .putShort((short) fills.size());
        long previous = 0;
        for (Fill fill : fills) {
            if (fill.tradeId() <= previous) {
                throw new IllegalArgumentException("trade " + fill.tradeId() + " after " + previous);
            }
            previous = fill.tradeId();
            put(bytes, fill);
        }
        return bytes.array();
    }

    private static void put(ByteBuffer bytes, Fill fill) {
        bytes.putLong(fill.tradeId())
                .putInt(fill.marketId())
                .put((byte) (fill.takerSide() == Side.BUY ? 0 : 1))
                .putLong(fill.priceTicks())
                .putLong(fill.lots());
        put(bytes, fill.maker().intent());
        put(bytes, fill.taker().intent());
    }

    private static void put(ByteBuffer bytes, SignedIntent intent) {
        bytes.put(intent.signer().toBytes()).put(intent.bytes());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
