package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.kit.intent.OrderIntent;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Traders with real keys, who sign real intents; the same each time. */
final class Traders {
    static final int MARKET = 1;

    private static final PublicKey PROGRAM = new PublicKey(1, 2, 3, 4);
    private static final List<Ed25519.KeyPair> KEYS = new ArrayList<>();

    private Traders() {}

    static PayerKey payer() {
        Ed25519.KeyPair pair = key(1_000);
        byte[] bytes = ByteBuffer.allocate(64)
                .put(pair.seed())
                .put(pair.publicKey().toBytes())
                .array();
        return PayerKey.parse(Base58.encode(bytes));
    }

    static synchronized Ed25519.KeyPair trader(int index) {
        while (KEYS.size() <= index) {
            KEYS.add(key(KEYS.size()));
        }
        return KEYS.get(index);
    }

    static SignedIntent intent(int trader, long nonce, Side side, long priceTicks, long lots, long expirySeconds) {
        byte[] domain = OrderIntent.domain(PROGRAM, "BTC-PERP");
        byte[] bytes = new OrderIntent(nonce, expirySeconds, side == Side.SELL, priceTicks, lots, domain).encode();
        Ed25519.KeyPair key = trader(trader);
        return new SignedIntent(bytes, key.sign(bytes), key.publicKey(), nonce, expirySeconds);
    }

    /** A fill of two orders, each of which is named by its trader and nonce. */
    static Fill fill(long tradeId, SignedOrder maker, SignedOrder taker) {
        return new Fill(tradeId, MARKET, Side.SELL, 650_000, 3, 1_000, maker, taker);
    }

    static SignedOrder order(int trader, long nonce) {
        Side side = nonce % 2 == 0 ? Side.BUY : Side.SELL;
        return new SignedOrder(
                trader * 1_000_000L + nonce + 1,
                intent(trader, nonce, side, 650_000, 10, 2_000_000_000),
                TraceParent.NONE);
    }

    /** Orders of one trader under one signature. */
    static List<SignedOrder> batch(int trader, int size) {
        List<SignedOrder> alone = new ArrayList<>();
        ByteBuffer signed = ByteBuffer.allocate(size * SignedIntent.LENGTH);
        for (int i = 0; i < size; i++) {
            alone.add(order(trader, 100L + i));
            signed.put(alone.get(i).intent().bytes());
        }
        byte[] signature = trader(trader).sign(signed.array());
        return alone.stream()
                .map(order -> new SignedOrder(
                        order.orderId(), ofBatch(order.intent(), signature, signed.array()), TraceParent.NONE))
                .toList();
    }

    static SignedIntent ofBatch(SignedIntent alone, byte[] signature, byte[] signedBytes) {
        return new SignedIntent(
                alone.bytes(), signature, alone.signer(), alone.nonce(), alone.expirySeconds(), signedBytes);
    }

    private static Ed25519.KeyPair key(int number) {
        byte[] seed = new byte[Ed25519.SEED_LENGTH];
        ByteBuffer.wrap(seed).putInt(number + 1);
        return Ed25519.KeyPair.ofSeed(seed);
    }
}
