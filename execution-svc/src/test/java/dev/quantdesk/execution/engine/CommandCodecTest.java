package dev.quantdesk.execution.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class CommandCodecTest {
    private static final int OFFSET = 5;
    private static final int OWNER_LENGTH = 32;

    private final long seed = Long.getLong("engine.seed", System.nanoTime() & 0xFFFF_FFFFL);

    private static List<Command> commands() {
        byte[] signature = new byte[64];
        Arrays.fill(signature, (byte) 0xA5);
        String id = "x".repeat(Command.CLIENT_ORDER_ID_LENGTH_MAX);
        long[] most =
                LongStream.rangeClosed(1, Command.TRADES_PER_SETTLEMENT_MAX).toArray();
        return List.of(
                Orders.by(Orders.ALICE)
                        .sell(Long.MAX_VALUE)
                        .at(Long.MIN_VALUE)
                        .clientId(id)
                        .build(),
                Orders.by(Orders.BOB)
                        .nonce(SignedIntent.UINT32_MAX)
                        .expiresAt(SignedIntent.UINT32_MAX)
                        .fok()
                        .reduceOnly()
                        .build(),
                Orders.by(Orders.BOB)
                        .postOnly()
                        .clientId("~")
                        .signer(Orders.CAROL)
                        .build(),
                Orders.by(Orders.BOB).market().in(Integer.MAX_VALUE).build(),
                Orders.by(Orders.BOB)
                        .slide()
                        .until(Long.MAX_VALUE)
                        .selfTrade(SelfTradePrevention.NONE)
                        .build(),
                Orders.by(Orders.BOB)
                        .market()
                        .when(Trigger.Kind.TRAIL_BPS, PriceSource.LAST, Long.MAX_VALUE)
                        .build(),
                Orders.by(Orders.BOB)
                        .pegged(PriceSource.INDEX, -Peg.OFFSET_TICKS_MAX)
                        .build(),
                new Command.AmendOrder(
                        Orders.ALICE,
                        Long.MAX_VALUE,
                        "",
                        Long.MAX_VALUE,
                        0,
                        1,
                        Optional.of(Orders.by(Orders.ALICE).build().intent()),
                        new UUID(5, 6),
                        new TraceParent(1, 2, 3, (byte) 1)),
                new Command.AmendOrder(
                        Orders.ALICE, 0, id, 0, 0, 0, Optional.empty(), new UUID(5, 7), TraceParent.NONE),
                new Command.SetPrices(3, 0, Long.MAX_VALUE, 77),
                new Command.CancelOrder(Orders.ALICE, 7, "", new TraceParent(-1, -2, -3, (byte) -1)),
                new Command.CancelOrder(Orders.ALICE, 0, id, TraceParent.NONE),
                new Command.SettlementSubmitted(signature, Long.MAX_VALUE, most),
                new Command.SettlementConfirmed(signature, 0, new long[] {Long.MAX_VALUE}),
                new Command.SettlementReverted(signature, "r".repeat(Command.REVERT_REASON_LENGTH_MAX), most),
                new Command.SettlementReverted(signature, "", new long[] {1}),
                Algos.twap(
                        Orders.by(Orders.ALICE).buy(5).clientId("x".repeat(AlgoTerms.CLIENT_ORDER_ID_LENGTH_MAX)),
                        new AlgoTerms.Twap(86_400_000, 30_000, 5_000, 9_000, Long.MIN_VALUE)),
                new Command.PlaceAlgo(
                        Orders.by(Orders.BOB)
                                .sell(MarketRules.LOTS_MAX)
                                .batch(8)
                                .until(7)
                                .build(),
                        new AlgoTerms.Iceberg(MarketRules.LOTS_MAX, 1, -1)),
                new Command.CancelAlgo(Orders.BOB, 9, "", new TraceParent(1, 2, 3, (byte) 1)),
                new Command.CancelAlgo(Orders.BOB, 0, id, TraceParent.NONE),
                new Command.ArmKillSwitch(Orders.ALICE, Command.KILL_SWITCH_MILLIS_MAX),
                new Command.ArmKillSwitch(Orders.ALICE, 0),
                new Command.CancelAllOrders(Orders.BOB, Integer.MAX_VALUE, new TraceParent(1, 2, 3, (byte) 1)),
                new Command.RenewSession(Orders.BOB, new UUID(-1, 7), Command.SESSION_MILLIS_MAX),
                new Command.PlaceInSession(Orders.by(Orders.ALICE).clientId(id).build(), new UUID(5, -6)),
                Orders.by(Orders.CAROL)
                        .clientId(id)
                        .batch(SignedIntent.BATCH_MAX)
                        .build(),
                new Command.PlaceInSession(Orders.by(Orders.CAROL).batch(2).build(), new UUID(5, -6)),
                Orders.by(Orders.subAccount(Orders.CAROL, 7)).build(),
                new Command.PlaceInSession(
                        Orders.by(Orders.subAccount(Orders.CAROL, 7))
                                .batch(SignedIntent.BATCH_MAX)
                                .build(),
                        new UUID(5, -6)),
                largestBracket(),
                BracketForm.alternatives(
                                Orders.by(Orders.BOB).buy(3).at(7),
                                Orders.by(Orders.BOB).sell(4).at(9).until(99))
                        .build(),
                new Command.PlaceInAuction(
                        Orders.by(Orders.CAROL).market().build(), Optional.empty(), Command.AUCTION_MILLIS_MIN),
                new Command.PlaceInAuction(
                        Orders.by(Orders.CAROL)
                                .clientId(id)
                                .batch(SignedIntent.BATCH_MAX)
                                .build(),
                        Optional.of(new UUID(-5, 6)),
                        Command.AUCTION_MILLIS_MAX),
                new Command.SubmitQuote(
                        Orders.by(Orders.BOB)
                                .ioc()
                                .clientId(id)
                                .batch(SignedIntent.BATCH_MAX)
                                .build(),
                        Long.MAX_VALUE));
    }

    private static Command largestBracket() {
        BracketForm form = BracketForm.of(Orders.by(Orders.ALICE)
                .buy(6)
                .at(100)
                .pegged(PriceSource.INDEX, -3)
                .clientId(longId(0)));
        for (int i = 1; i < 7; i++) {
            form.target(Orders.by(Orders.ALICE).sell(1).at(110).clientId(longId(i)));
        }
        return form.exitAfter(
                        BracketShape.EXIT_AFTER_MILLIS_MAX,
                        Orders.by(Orders.ALICE).sell(6).at(1).clientId(longId(7)))
                .signer(Orders.CAROL)
                .build();
    }

    private static String longId(int number) {
        return number + "x".repeat(Command.CLIENT_ORDER_ID_LENGTH_MAX - 1);
    }

    private static List<Reply> replies() {
        List<Reply> replies = new ArrayList<>();
        for (OrderStatus status : OrderStatus.values()) {
            OrderState state = new OrderState(Long.MAX_VALUE, status, 1, 2, Long.MAX_VALUE, 4);
            replies.addAll(List.of(
                    new Reply.Accepted(state),
                    new Reply.Duplicate(state),
                    new Reply.Cancelled(state),
                    new Reply.Amended(state)));
        }
        for (RefusalReason reason : RefusalReason.values()) {
            replies.add(new Reply.Refused(reason, Long.MIN_VALUE, Long.MAX_VALUE, 9));
        }
        replies.add(new Reply.Recorded(16, 3));
        replies.add(new Reply.TimerSet(Long.MAX_VALUE, 3));
        replies.add(new Reply.CancelledAll(1_000, 3));
        replies.add(new Reply.BracketPlaced(Long.MAX_VALUE, 8, true, 3));
        replies.add(new Reply.BracketRefused(7, new Reply.Refused(RefusalReason.BAD_EXIT_TIME, 1, 2, 9)));
        return replies;
    }

    private static byte[] encode(Command command) {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        int length = CommandCodec.encode(command, buffer, OFFSET);
        byte[] bytes = new byte[length];
        buffer.getBytes(OFFSET, bytes);
        return bytes;
    }

    @Test
    void shouldReadBackEveryCommand() {
        for (Command command : commands()) {
            ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
            int length = CommandCodec.encode(command, buffer, OFFSET);
            assertTrue(length <= CommandCodec.LENGTH_MAX, () -> length + " bytes: " + command);
            assertEquals(command, CommandCodec.decodeCommand(buffer, OFFSET, length));
        }
    }

    @Test
    void shouldKeepOneKeyWhenTheAccountIsItsOwnOwnerAndSigner() {
        Command.PlaceOrder read = readBack(Orders.by(Orders.BOB).build());
        assertSame(read.account(), read.owner());
        assertSame(read.account(), read.intent().signer());
        assertSame(Trigger.NONE, read.trigger());
        assertSame(Peg.NONE, read.peg());
    }

    @Test
    void shouldKeepTheSignerWhenTheAccountDelegated() {
        Command.PlaceOrder read =
                readBack(Orders.by(Orders.BOB).signer(Orders.CAROL).build());
        assertEquals(Orders.BOB, read.owner());
        assertEquals(Orders.CAROL, read.intent().signer());
    }

    private static Command.PlaceOrder readBack(Command order) {
        byte[] bytes = encode(order);
        return (Command.PlaceOrder) CommandCodec.decodeCommand(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    @Test
    void shouldReadBackEveryReply() {
        for (Reply reply : replies()) {
            ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
            int length = CommandCodec.encode(reply, buffer, OFFSET);
            assertTrue(length <= CommandCodec.LENGTH_MAX);
            assertEquals(reply, CommandCodec.decodeReply(buffer, OFFSET, length));
        }
    }

    /** A journal written by an earlier program must stay readable: this layout may never change. */
    @Test
    void shouldKeepTheLayout() {
        Command cancel =
                new Command.CancelOrder(Orders.account(0x0102), 0x0304, "ab", new TraceParent(5, 6, 7, (byte) 1));
        assertEquals(
                "0502" + "0201000000000000" + "0000000000000000".repeat(2) + "0201000000000000"
                        + "0403000000000000" + "02" + "6162" + "00".repeat(34) + "0500000000000000"
                        + "0600000000000000" + "0700000000000000" + "01",
                HexFormat.of().formatHex(encode(cancel)));
    }

    @Test
    void shouldReadAnOrderThatVersionOneWrote() throws IOException {
        String hex;
        try (InputStream file = getClass().getResourceAsStream("/engine/place-order-v1.hex")) {
            hex = new String(file.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("#.*|\\s", "");
        }
        byte[] bytes = HexFormat.of().parseHex(hex);
        Command order = Orders.by(Orders.account(0x0A0B))
                .sell(12)
                .at(345)
                .fok()
                .reduceOnly()
                .in(7)
                .clientId("golden")
                .nonce(0xFFFF_FFFEL)
                .signer(Orders.CAROL)
                .reservation(new UUID(1, 2))
                .intentBytes(ByteBuffer.allocate(SignedIntent.LENGTH)
                        .putInt(0xFFFF_FFFE)
                        .putInt((int) Orders.EXPIRY_SECONDS)
                        .putLong(345)
                        .putLong(12)
                        .array())
                .build();
        assertEquals(order, CommandCodec.decodeCommand(new UnsafeBuffer(bytes), 0, bytes.length));
    }

    @Test
    void shouldReadAnOrderThatVersionTwoWrote() {
        Command order = Orders.by(Orders.BOB).slide().until(77).build();
        byte[] now = encode(order);
        // Version 3 only added trigger and peg, behind all else, and version 5 the owner.
        byte[] before = Arrays.copyOf(now, now.length - OWNER_LENGTH - 20);
        before[0] = 2;
        assertEquals(order, CommandCodec.decodeCommand(new UnsafeBuffer(before), 0, before.length));
    }

    @Test
    void shouldReadThatAnAccountIsItsOwnOwnerWhereVersionFourWroteNone() {
        for (Command order : List.of(
                Orders.by(Orders.BOB).build(),
                Orders.by(Orders.BOB).batch(3).build(),
                new Command.PlaceInSession(Orders.by(Orders.BOB).build(), new UUID(5, 6)))) {
            byte[] now = encode(order);
            byte[] before = Arrays.copyOf(now, now.length - OWNER_LENGTH);
            before[0] = 4;
            assertEquals(order, CommandCodec.decodeCommand(new UnsafeBuffer(before), 0, before.length));
        }
    }

    @Test
    void shouldNotReadAnOwnerIntoAnOrderThatVersionFourWrote() {
        byte[] order = encode(Orders.by(Orders.BOB).build());
        assertRefused(order, 0, 4);
    }

    @Test
    void shouldRefuseMessagesThatAreCutOffOrTooLong() {
        for (Command command : commands()) {
            byte[] bytes = encode(command);
            for (int length = 0; length < bytes.length; length++) {
                UnsafeBuffer cut = new UnsafeBuffer(Arrays.copyOf(bytes, length));
                assertThrows(CodecException.class, () -> CommandCodec.decodeCommand(cut, 0, cut.capacity()));
            }
            UnsafeBuffer longer = new UnsafeBuffer(Arrays.copyOf(bytes, bytes.length + 1));
            assertThrows(CodecException.class, () -> CommandCodec.decodeCommand(longer, 0, longer.capacity()));
        }
    }

    @Test
    void shouldRefuseALengthBeyondTheBuffer() {
        UnsafeBuffer buffer = new UnsafeBuffer(encode(commands().getFirst()));
        assertThrows(CodecException.class, () -> CommandCodec.decodeCommand(buffer, 0, buffer.capacity() + 1));
        assertThrows(CodecException.class, () -> CommandCodec.decodeCommand(buffer, -1, 10));
        assertThrows(CodecException.class, () -> CommandCodec.decodeCommand(buffer, 0, -1));
        assertThrows(CodecException.class, () -> CommandCodec.decodeCommand(buffer, Integer.MAX_VALUE, 10));
    }

    @Test
    void shouldRefuseAnUnknownVersionKindOrConstant() {
        byte[] order = encode(Orders.by(Orders.ALICE).build());
        assertRefused(order, 0, 0);
        assertRefused(order, 0, 6);
        assertRefused(order, 1, 8);
        assertRefused(order, 1, 0);
        int side = 2 + 32 + 37 + 4;
        assertRefused(order, side, 2);
        assertRefused(order, side + 1, 2);
        assertRefused(order, side + 2, 4);
        assertRefused(order, side + 3, 3);
        assertRefused(order, 2 + 32, 0);
        assertRefused(order, 2 + 32, 37);
        assertRefused(order, 2 + 32 + 1, 0x7F);
        assertRefused(order, 2 + 32 + 36, 1);
    }

    private static void assertRefused(byte[] valid, int at, int value) {
        byte[] bytes = valid.clone();
        bytes[at] = (byte) value;
        assertThrows(
                CodecException.class,
                () -> CommandCodec.decodeCommand(new UnsafeBuffer(bytes), 0, bytes.length),
                () -> value + " at " + at);
    }

    @Test
    void shouldNeverFailOtherwiseThanTypedOnRandomBytes() {
        Random random = new Random(seed);
        List<Command> commands = commands();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = encode(commands.get(random.nextInt(commands.size())));
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Command read = CommandCodec.decodeCommand(new UnsafeBuffer(bytes), 0, bytes.length);
                assertEquals(read, CommandCodec.decodeCommand(new UnsafeBuffer(encode(read)), 0, encode(read).length));
            } catch (CodecException e) {
                assertTrue(e.getMessage() != null && !e.getMessage().isEmpty());
            } catch (RuntimeException e) {
                throw new AssertionError("fails with -Dengine.seed=" + seed, e);
            }
        }
    }
}
