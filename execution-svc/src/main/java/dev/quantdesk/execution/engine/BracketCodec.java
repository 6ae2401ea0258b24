package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.intent.OrderIntent;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The binary form of a bracket: what its legs have in common once, then the legs. With eight of them it still fits one packet of the
 * journal. Nonce and expiry are read from each leg's intent. Stateless.
 */
final class BracketCodec {
    private static final LegRole[] ROLES = LegRole.values();
    private static final Side[] SIDES = Side.values();
    private static final OrderType[] TYPES = OrderType.values();
    private static final TimeInForce[] TIMES_IN_FORCE = TimeInForce.values();
    private static final PostOnly[] POST_ONLYS = PostOnly.values();
    private static final SelfTradePrevention[] SELF_TRADES = SelfTradePrevention.values();
    private static final Trigger.Kind[] TRIGGERS = Trigger.Kind.values();
    private static final PriceSource[] PRICE_SOURCES = PriceSource.values();

    private BracketCodec() {}

    /** What is the same for all legs. */
    private record Common(
            PublicKey account,
            PublicKey owner,
            int marketId,
            TraceParent trace,
            PublicKey signer,
            byte[] signature,
            byte[] signedBytes) {}

    static void write(Command.PlaceBracket bracket, FieldWriter out) {
        Command.PlaceOrder first = bracket.legs().getFirst().order();
        out.key(first.account())
                .key(first.owner())
                .int32(first.marketId())
                .trace(first.trace())
                .key(first.intent().signer())
                .bytes(first.intent().signature())
                .int64(bracket.exitAtMillis())
                .int64(bracket.exitAfterMillis())
                .uint8(bracket.legs().size())
                .bytes(first.intent().signedBytes());
        bracket.legs().forEach(leg -> write(leg, out));
    }

    private static void write(BracketOrder leg, FieldWriter out) {
        Command.PlaceOrder order = leg.order();
        out.uint8(leg.role().ordinal())
                .ascii(order.clientOrderId(), Command.CLIENT_ORDER_ID_LENGTH_MAX)
                .uint8(order.side().ordinal())
                .uint8(order.type().ordinal())
                .uint8(order.timeInForce().ordinal())
                .uint8(order.postOnly().ordinal())
                .uint8(order.reduceOnly() ? 1 : 0)
                .uint8(order.selfTrade().ordinal())
                .int64(order.priceTicks())
                .int64(order.quantityLots())
                .int64(order.expireMillis())
                .uint8(order.trigger().waits() ? 1 : 0)
                .uint8(order.peg().follows() ? 1 : 0);
        if (order.trigger().waits()) {
            out.uint8(order.trigger().kind().ordinal())
                    .uint8(order.trigger().source().ordinal())
                    .int64(order.trigger().value());
        }
        if (order.peg().follows()) {
            out.uint8(order.peg().source().ordinal()).int64(order.peg().offsetTicks());
        }
        out.uuid(order.reservationId());
    }

    static Command.PlaceBracket read(FieldReader in) {
        PublicKey account = in.key();
        PublicKey owner = in.key();
        int marketId = in.int32();
        TraceParent trace = in.trace();
        PublicKey signer = in.key();
        byte[] signature = in.bytes(SignedIntent.SIGNATURE_LENGTH);
        long exitAtMillis = in.int64();
        long exitAfterMillis = in.int64();
        int count = in.uint8();
        if (count < BracketShape.LEGS_MIN || count > BracketShape.LEGS_MAX) {
            throw new CodecException(count + " orders make no bracket");
        }
        byte[] signed = in.bytes(count * SignedIntent.LENGTH);
        Common common = new Common(account, owner, marketId, trace, signer, signature, signed);
        List<BracketOrder> legs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            legs.add(read(in, common, i));
        }
        return new Command.PlaceBracket(legs, exitAtMillis, exitAfterMillis);
    }

    private static BracketOrder read(FieldReader in, Common common, int index) {
        return new BracketOrder(in.constant(ROLES), order(in, common, index));
    }

    private static Command.PlaceOrder order(FieldReader in, Common common, int index) {
        String clientOrderId = in.ascii(Command.CLIENT_ORDER_ID_LENGTH_MAX);
        Side side = in.constant(SIDES);
        OrderType type = in.constant(TYPES);
        TimeInForce timeInForce = in.constant(TIMES_IN_FORCE);
        PostOnly postOnly = in.constant(POST_ONLYS);
        boolean reduceOnly = in.bool();
        SelfTradePrevention selfTrade = in.constant(SELF_TRADES);
        long priceTicks = in.int64();
        long quantityLots = in.int64();
        long expireMillis = in.int64();
        boolean waits = in.bool();
        boolean follows = in.bool();
        Trigger trigger =
                waits ? new Trigger(in.constant(TRIGGERS), in.constant(PRICE_SOURCES), in.int64()) : Trigger.NONE;
        Peg peg = follows ? new Peg(true, in.constant(PRICE_SOURCES), in.int64()) : Peg.NONE;
        return new Command.PlaceOrder(
                common.account(),
                common.owner(),
                clientOrderId,
                common.marketId(),
                side,
                type,
                timeInForce,
                postOnly,
                reduceOnly,
                selfTrade,
                priceTicks,
                quantityLots,
                expireMillis,
                trigger,
                peg,
                intent(common, index),
                in.uuid(),
                common.trace());
    }

    private static SignedIntent intent(Common common, int index) {
        byte[] bytes = new byte[SignedIntent.LENGTH];
        System.arraycopy(common.signedBytes(), index * SignedIntent.LENGTH, bytes, 0, SignedIntent.LENGTH);
        OrderIntent intent = OrderIntent.decode(bytes);
        return new SignedIntent(
                bytes,
                common.signature(),
                common.signer(),
                intent.nonce(),
                intent.expirySeconds(),
                common.signedBytes());
    }
}
