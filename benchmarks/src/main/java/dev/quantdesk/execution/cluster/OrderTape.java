package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.SelfTradePrevention;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Messages as they go over the wire, made before anything is measured: pairs of an order that rests and one that fills it, over
 * many accounts and prices, and after every sixteen trades their settlement, so that the engine keeps no more than it would. Or
 * orders that all rest.
 */
public final class OrderTape {
    private static final int ACCOUNTS = 1_000;
    private static final int PRICES = 512;
    private static final int RESTING_PRICES = 2_000;
    private static final long MIDDLE = 10_000;
    private static final long LIFE_SECONDS = 3_600;
    private static final int TRADES_PER_SETTLEMENT = Command.TRADES_PER_SETTLEMENT_MAX;
    private static final int ORDERS_PER_SETTLEMENT = 2 * TRADES_PER_SETTLEMENT;
    private static final int GROUP = ORDERS_PER_SETTLEMENT + 1;

    private final byte[] bytes;
    private final int[] offsets;
    private final UnsafeBuffer message = new UnsafeBuffer(0, 0);

    private OrderTape(byte[] bytes, int[] offsets) {
        this.bytes = bytes;
        this.offsets = offsets;
    }

    /** @param market where all of them trade */
    public static OrderTape of(int messages, int market) {
        byte[] scratch = new byte[EngineReplica.MESSAGE_LENGTH_MAX];
        UnsafeBuffer buffer = new UnsafeBuffer(scratch);
        long expiry = System.currentTimeMillis() / 1000 + LIFE_SECONDS;
        // All client order ids are of one length, so all orders are.
        int length = Math.max(
                EngineReplica.encode(0, order(0, market, expiry), buffer),
                EngineReplica.encode(0, settlement(0), buffer));
        byte[] bytes = new byte[Math.multiplyExact(length, messages)];
        int[] offsets = new int[messages + 1];
        for (int number = 0; number < messages; number++) {
            int group = number / GROUP;
            int slot = number % GROUP;
            Command command = slot < ORDERS_PER_SETTLEMENT
                    ? order(group * ORDERS_PER_SETTLEMENT + slot, market, expiry)
                    : settlement(group);
            int own = EngineReplica.encode(number, command, buffer);
            System.arraycopy(scratch, 0, bytes, offsets[number], own);
            offsets[number + 1] = offsets[number] + own;
        }
        return new OrderTape(Arrays.copyOf(bytes, offsets[messages]), offsets);
    }

    /** Orders that all rest, half of them on each side. */
    public static OrderTape resting(int messages, int market) {
        byte[] scratch = new byte[EngineReplica.MESSAGE_LENGTH_MAX];
        UnsafeBuffer buffer = new UnsafeBuffer(scratch);
        long expiry = System.currentTimeMillis() / 1000 + LIFE_SECONDS;
        int length = EngineReplica.encode(0, resting(0, market, expiry), buffer);
        byte[] bytes = new byte[Math.multiplyExact(length, messages)];
        int[] offsets = new int[messages + 1];
        for (int number = 0; number < messages; number++) {
            int own = EngineReplica.encode(number, resting(number, market, expiry), buffer);
            System.arraycopy(scratch, 0, bytes, offsets[number], own);
            offsets[number + 1] = offsets[number] + own;
        }
        return new OrderTape(bytes, offsets);
    }

    private static Command.PlaceOrder resting(int number, int market, long expirySeconds) {
        boolean buy = number % 2 == 0;
        long away = 1 + number / 2 % RESTING_PRICES;
        return order(number, market, expirySeconds, buy, buy ? MIDDLE - away : MIDDLE + away, TimeInForce.GTC, 10);
    }

    /** Orders among so many messages from the tape's start. */
    public static int orders(int messages) {
        return messages / GROUP * ORDERS_PER_SETTLEMENT + Math.min(messages % GROUP, ORDERS_PER_SETTLEMENT);
    }

    /** Each pair of orders makes one trade, and the engine numbers trades from 1. */
    private static Command.SettlementConfirmed settlement(int group) {
        byte[] signature = new byte[SignedIntent.SIGNATURE_LENGTH];
        new UnsafeBuffer(signature).putInt(0, group + 1);
        long first = (long) group * TRADES_PER_SETTLEMENT + 1;
        return new Command.SettlementConfirmed(
                signature,
                group + 1L,
                LongStream.range(first, first + TRADES_PER_SETTLEMENT).toArray());
    }

    private static Command.PlaceOrder order(int number, int market, long expirySeconds) {
        boolean resting = number % 2 == 0;
        int pair = number / 2;
        boolean buy = (pair % 2 == 0) == resting;
        // Each pair meets at a price of its own turn, so nothing else can be in the way.
        long price = MIDDLE + pair % PRICES;
        return order(
                number, market, expirySeconds, buy, price, resting ? TimeInForce.GTC : TimeInForce.IOC, 1 + pair % 7);
    }

    private static Command.PlaceOrder order(
            int number, int market, long expirySeconds, boolean buy, long price, TimeInForce timeInForce, long lots) {
        int accountNumber = number % ACCOUNTS;
        PublicKey account = new PublicKey(accountNumber + 1, 0, 0, accountNumber + 1);
        byte[] intent = new byte[SignedIntent.LENGTH];
        new UnsafeBuffer(intent).putInt(0, number);
        return new Command.PlaceOrder(
                account,
                "order-%09d".formatted(number),
                market,
                buy ? Side.BUY : Side.SELL,
                OrderType.LIMIT,
                timeInForce,
                PostOnly.NO,
                false,
                SelfTradePrevention.EXPIRE_TAKER,
                price,
                lots,
                0,
                Trigger.NONE,
                Peg.NONE,
                new SignedIntent(intent, new byte[SignedIntent.SIGNATURE_LENGTH], account, number, expirySeconds),
                new UUID(1, number + 1L),
                TraceParent.NONE);
    }

    /** A message; valid until the next call. */
    DirectBuffer message(int number) {
        message.wrap(bytes, offsets[number], length(number));
        return message;
    }

    int length(int number) {
        return offsets[number + 1] - offsets[number];
    }

    public int size() {
        return offsets.length - 1;
    }
}
