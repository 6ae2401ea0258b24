package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Optional;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The binary form of commands in the journal and of replies: a version byte, a kind byte, then the kind's fields in a
 * fixed order, little-endian. A journal outlives the program that wrote it: a kind's layout never changes, a new
 * layout is a new version. Stateless.
 */
public final class CommandCodec {
    /** No command or reply is longer; with the headers of the log it fits one packet. */
    public static final int LENGTH_MAX = 1_312;

    /**
     * Version 2 says more of an order: slide, self-trade prevention, a time of its own. Version 3: trigger and peg. Version 4
     * knows kill switches, sessions and batches. Version 5 says whose account an order's is.
     */
    private static final int VERSION = 5;

    private static final int OLDEST_VERSION = 1;

    private static final int PLACE_ORDER = 1;
    private static final int CANCEL_ORDER = 2;
    private static final int SETTLEMENT_SUBMITTED = 3;
    private static final int SETTLEMENT_CONFIRMED = 4;
    private static final int SETTLEMENT_REVERTED = 5;
    private static final int AMEND_ORDER = 6;
    private static final int SET_PRICES = 7;

    private static final int ARM_KILL_SWITCH = 20;
    private static final int CANCEL_ALL_ORDERS = 21;
    private static final int RENEW_SESSION = 22;
    private static final int PLACE_IN_SESSION = 23;
    private static final int PLACE_OF_BATCH = 24;

    private static final int PLACE_BRACKET = 30;

    private static final int PLACE_ALGO = 40;
    private static final int CANCEL_ALGO = 41;

    private static final int PLACE_IN_AUCTION = 50;
    private static final int SUBMIT_QUOTE = 51;

    private static final int ACCEPTED = 1;
    private static final int DUPLICATE = 2;
    private static final int CANCELLED = 3;
    private static final int RECORDED = 4;
    private static final int REFUSED = 5;
    private static final int AMENDED = 6;
    private static final int TIMER_SET = 20;
    private static final int CANCELLED_ALL = 21;
    private static final int BRACKET_PLACED = 30;
    private static final int BRACKET_REFUSED = 31;

    private static final Side[] SIDES = Side.values();
    private static final OrderType[] TYPES = OrderType.values();
    private static final TimeInForce[] TIMES_IN_FORCE = TimeInForce.values();
    private static final PostOnly[] POST_ONLYS = PostOnly.values();
    private static final SelfTradePrevention[] SELF_TRADES = SelfTradePrevention.values();
    private static final Trigger.Kind[] TRIGGERS = Trigger.Kind.values();
    private static final PriceSource[] PRICE_SOURCES = PriceSource.values();
    private static final OrderStatus[] STATUSES = OrderStatus.values();
    private static final RefusalReason[] REASONS = RefusalReason.values();

    private CommandCodec() {}

    /** Writes a command. @return its length, at most {@link #LENGTH_MAX} */
    public static int encode(Command command, MutableDirectBuffer buffer, int offset) {
        FieldWriter out = new FieldWriter(buffer, offset).uint8(VERSION);
        switch (command) {
            case Command.PlaceOrder place
            when place.intent().isOfBatch() -> write(place, writeBatch(place.intent(), out.uint8(PLACE_OF_BATCH)));
            case Command.PlaceOrder place -> write(place, out.uint8(PLACE_ORDER));
            case Command.CancelOrder cancel ->
                out.uint8(CANCEL_ORDER)
                        .key(cancel.account())
                        .int64(cancel.orderId())
                        .ascii(cancel.clientOrderId(), Command.CLIENT_ORDER_ID_LENGTH_MAX)
                        .trace(cancel.trace());
            case Command.SettlementSubmitted submitted ->
                out.uint8(SETTLEMENT_SUBMITTED)
                        .bytes(submitted.signature())
                        .int64(submitted.lastValidBlockHeight())
                        .longs(submitted.tradeIds());
            case Command.SettlementConfirmed confirmed ->
                out.uint8(SETTLEMENT_CONFIRMED)
                        .bytes(confirmed.signature())
                        .int64(confirmed.slot())
                        .longs(confirmed.tradeIds());
            case Command.SettlementReverted reverted ->
                out.uint8(SETTLEMENT_REVERTED)
                        .bytes(reverted.signature())
                        .ascii(reverted.reason(), Command.REVERT_REASON_LENGTH_MAX)
                        .longs(reverted.tradeIds());
            case Command.AmendOrder amend -> write(amend, out.uint8(AMEND_ORDER));
            case Command.SetPrices prices ->
                out.uint8(SET_PRICES)
                        .int32(prices.marketId())
                        .int64(prices.markTicks())
                        .int64(prices.indexTicks())
                        .int64(prices.priceMillis());
            case Command.ArmKillSwitch arm ->
                out.uint8(ARM_KILL_SWITCH).key(arm.account()).int64(arm.timeoutMillis());
            case Command.CancelAllOrders all ->
                out.uint8(CANCEL_ALL_ORDERS)
                        .key(all.account())
                        .int32(all.marketId())
                        .trace(all.trace());
            case Command.RenewSession renew ->
                out.uint8(RENEW_SESSION)
                        .key(renew.account())
                        .uuid(renew.sessionId())
                        .int64(renew.timeoutMillis());
            case Command.PlaceInSession in ->
                write(
                        in.order(),
                        writeBatch(
                                in.order().intent(), out.uint8(PLACE_IN_SESSION).uuid(in.sessionId())));
            case Command.PlaceBracket bracket -> BracketCodec.write(bracket, out.uint8(PLACE_BRACKET));
            case Command.PlaceInAuction in -> {
                out.uint8(PLACE_IN_AUCTION)
                        .int32(in.auctionMillis())
                        .uint8(in.sessionId().isPresent() ? 1 : 0);
                in.sessionId().ifPresent(out::uuid);
                write(in.order(), writeBatch(in.order().intent(), out));
            }
            case Command.SubmitQuote quote ->
                write(
                        quote.order(),
                        writeBatch(
                                quote.order().intent(), out.uint8(SUBMIT_QUOTE).int64(quote.auctionId())));
            case Command.PlaceAlgo algo ->
                write(
                        algo.order(),
                        writeBatch(algo.order().intent(), AlgoTermsCodec.write(algo.terms(), out.uint8(PLACE_ALGO))));
            case Command.CancelAlgo cancel ->
                out.uint8(CANCEL_ALGO)
                        .key(cancel.account())
                        .int64(cancel.orderId())
                        .ascii(cancel.clientOrderId(), Command.CLIENT_ORDER_ID_LENGTH_MAX)
                        .trace(cancel.trace());
        }
        return out.length();
    }

    private static void write(Command.AmendOrder amend, FieldWriter out) {
        out.key(amend.account())
                .int64(amend.orderId())
                .ascii(amend.clientOrderId(), Command.CLIENT_ORDER_ID_LENGTH_MAX)
                .int64(amend.priceTicks())
                .int64(amend.quantityLots())
                .int64(amend.triggerValue())
                .uint8(amend.intent().isPresent() ? 1 : 0);
        amend.intent().ifPresent(intent -> write(intent, out));
        out.uuid(amend.reservationId()).trace(amend.trace());
    }

    private static void write(SignedIntent intent, FieldWriter out) {
        out.bytes(intent.bytes())
                .bytes(intent.signature())
                .key(intent.signer())
                .int64(intent.nonce())
                .int64(intent.expirySeconds());
    }

    private static void write(Command.PlaceOrder place, FieldWriter out) {
        out.key(place.account())
                .ascii(place.clientOrderId(), Command.CLIENT_ORDER_ID_LENGTH_MAX)
                .int32(place.marketId())
                .uint8(place.side().ordinal())
                .uint8(place.type().ordinal())
                .uint8(place.timeInForce().ordinal())
                .uint8(place.postOnly().ordinal())
                .uint8(place.reduceOnly() ? 1 : 0)
                .int64(place.priceTicks())
                .int64(place.quantityLots());
        write(place.intent(), out);
        out.uuid(place.reservationId())
                .trace(place.trace())
                .uint8(place.selfTrade().ordinal())
                .int64(place.expireMillis())
                .uint8(place.trigger().kind().ordinal())
                .uint8(place.trigger().source().ordinal())
                .int64(place.trigger().value())
                .uint8(place.peg().follows() ? 1 : 0)
                .uint8(place.peg().source().ordinal())
                .int64(place.peg().offsetTicks())
                .key(place.owner());
    }

    /** @throws CodecException when the bytes are not exactly one valid command */
    public static Command decodeCommand(DirectBuffer buffer, int offset, int length) {
        return decode(buffer, offset, length, CommandCodec::readCommand);
    }

    private static Command readCommand(FieldReader in, int version) {
        int kind = in.uint8();
        return switch (kind) {
            case PLACE_ORDER -> readPlaceOrder(in, version, null);
            case PLACE_OF_BATCH -> readPlaceOrder(in, version, readBatch(in));
            case CANCEL_ORDER ->
                new Command.CancelOrder(in.key(), in.int64(), in.ascii(Command.CLIENT_ORDER_ID_LENGTH_MAX), in.trace());
            case SETTLEMENT_SUBMITTED ->
                new Command.SettlementSubmitted(
                        in.bytes(SignedIntent.SIGNATURE_LENGTH),
                        in.int64(),
                        in.longs(Command.TRADES_PER_SETTLEMENT_MAX));
            case SETTLEMENT_CONFIRMED ->
                new Command.SettlementConfirmed(
                        in.bytes(SignedIntent.SIGNATURE_LENGTH),
                        in.int64(),
                        in.longs(Command.TRADES_PER_SETTLEMENT_MAX));
            case SETTLEMENT_REVERTED ->
                new Command.SettlementReverted(
                        in.bytes(SignedIntent.SIGNATURE_LENGTH),
                        in.ascii(Command.REVERT_REASON_LENGTH_MAX),
                        in.longs(Command.TRADES_PER_SETTLEMENT_MAX));
            case AMEND_ORDER -> readAmendOrder(in);
            case SET_PRICES -> new Command.SetPrices(in.int32(), in.int64(), in.int64(), in.int64());
            case ARM_KILL_SWITCH -> new Command.ArmKillSwitch(in.key(), in.int64());
            case CANCEL_ALL_ORDERS -> new Command.CancelAllOrders(in.key(), in.int32(), in.trace());
            case RENEW_SESSION -> new Command.RenewSession(in.key(), in.uuid(), in.int64());
            case PLACE_IN_SESSION -> readPlaceInSession(in, version);
            case PLACE_BRACKET -> BracketCodec.read(in);
            case PLACE_IN_AUCTION -> readPlaceInAuction(in, version);
            case SUBMIT_QUOTE -> readSubmitQuote(in, version);
            case PLACE_ALGO -> readPlaceAlgo(in, version);
            case CANCEL_ALGO ->
                new Command.CancelAlgo(in.key(), in.int64(), in.ascii(Command.CLIENT_ORDER_ID_LENGTH_MAX), in.trace());
            default -> throw new CodecException(kind + " is no kind of command");
        };
    }

    private static Command.AmendOrder readAmendOrder(FieldReader in) {
        PublicKey account = in.key();
        return new Command.AmendOrder(
                account,
                in.int64(),
                in.ascii(Command.CLIENT_ORDER_ID_LENGTH_MAX),
                in.int64(),
                in.int64(),
                in.int64(),
                in.bool() ? Optional.of(readIntent(in, account, null)) : Optional.empty(),
                in.uuid(),
                in.trace());
    }

    private static Command readPlaceInSession(FieldReader in, int version) {
        UUID sessionId = in.uuid();
        return new Command.PlaceInSession(readPlaceOrder(in, version, readBatch(in)), sessionId);
    }

    private static Command readPlaceInAuction(FieldReader in, int version) {
        int auctionMillis = in.int32();
        Optional<UUID> sessionId = in.bool() ? Optional.of(in.uuid()) : Optional.empty();
        return new Command.PlaceInAuction(readPlaceOrder(in, version, readBatch(in)), sessionId, auctionMillis);
    }

    private static Command readSubmitQuote(FieldReader in, int version) {
        long auctionId = in.int64();
        return new Command.SubmitQuote(readPlaceOrder(in, version, readBatch(in)), auctionId);
    }

    private static Command.PlaceAlgo readPlaceAlgo(FieldReader in, int version) {
        AlgoTerms terms = AlgoTermsCodec.read(in);
        return new Command.PlaceAlgo(readPlaceOrder(in, version, readBatch(in)), terms);
    }

    /** How many intents were signed at once, then their bytes; 0 for an intent that was signed alone. */
    private static FieldWriter writeBatch(SignedIntent intent, FieldWriter out) {
        return intent.isOfBatch()
                ? out.uint8(intent.signedBytes().length / SignedIntent.LENGTH).bytes(intent.signedBytes())
                : out.uint8(0);
    }

    /** @return null for an intent that was signed alone */
    private static byte[] readBatch(FieldReader in) {
        int intents = in.uint8();
        if (intents == 1 || intents > SignedIntent.BATCH_MAX) {
            throw new CodecException(intents + " intents are no batch");
        }
        return intents == 0 ? null : in.bytes(intents * SignedIntent.LENGTH);
    }

    /** @param account whose intent it is, most often the signer too */
    private static SignedIntent readIntent(FieldReader in, PublicKey account, byte[] batch) {
        byte[] bytes = in.bytes(SignedIntent.LENGTH);
        byte[] signature = in.bytes(SignedIntent.SIGNATURE_LENGTH);
        PublicKey signer = shared(in.key(), account);
        return new SignedIntent(bytes, signature, signer, in.int64(), in.int64(), batch == null ? bytes : batch);
    }

    /** An order is kept for long, in memory that counts: what equals something that is kept anyway is not kept twice. */
    private static <T> T shared(T read, T kept) {
        return read.equals(kept) ? kept : read;
    }

    /** @param batch what was signed, or null for the intent alone */
    private static Command.PlaceOrder readPlaceOrder(FieldReader in, int version, byte[] batch) {
        PublicKey account = in.key();
        String clientOrderId = in.ascii(Command.CLIENT_ORDER_ID_LENGTH_MAX);
        int marketId = in.int32();
        Side side = in.constant(SIDES);
        OrderType type = in.constant(TYPES);
        TimeInForce timeInForce = in.constant(TIMES_IN_FORCE);
        PostOnly postOnly = in.constant(POST_ONLYS);
        boolean reduceOnly = in.bool();
        long priceTicks = in.int64();
        long quantityLots = in.int64();
        SignedIntent intent = readIntent(in, account, batch);
        UUID reservationId = in.uuid();
        TraceParent trace = shared(in.trace(), TraceParent.NONE);
        boolean saysMore = version >= 2;
        boolean dependsOnPrices = version >= 3;
        SelfTradePrevention selfTrade = saysMore ? in.constant(SELF_TRADES) : SelfTradePrevention.EXPIRE_TAKER;
        long expireMillis = saysMore ? in.int64() : 0;
        Trigger trigger = dependsOnPrices
                ? shared(new Trigger(in.constant(TRIGGERS), in.constant(PRICE_SOURCES), in.int64()), Trigger.NONE)
                : Trigger.NONE;
        Peg peg = dependsOnPrices
                ? shared(new Peg(in.bool(), in.constant(PRICE_SOURCES), in.int64()), Peg.NONE)
                : Peg.NONE;
        return new Command.PlaceOrder(
                account,
                version >= 5 ? shared(in.key(), account) : account,
                clientOrderId,
                marketId,
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
                intent,
                reservationId,
                trace);
    }

    /** Writes a reply. @return its length, at most {@link #LENGTH_MAX} */
    public static int encode(Reply reply, MutableDirectBuffer buffer, int offset) {
        FieldWriter out = new FieldWriter(buffer, offset).uint8(VERSION);
        switch (reply) {
            case Reply.Accepted accepted -> write(accepted.state(), out.uint8(ACCEPTED));
            case Reply.Duplicate duplicate -> write(duplicate.state(), out.uint8(DUPLICATE));
            case Reply.Amended amended -> write(amended.state(), out.uint8(AMENDED));
            case Reply.Cancelled cancelled -> write(cancelled.state(), out.uint8(CANCELLED));
            case Reply.Recorded recorded ->
                out.uint8(RECORDED).int32(recorded.changes()).int64(recorded.sequence());
            case Reply.TimerSet set ->
                out.uint8(TIMER_SET).int64(set.atMillis()).int64(set.sequence());
            case Reply.CancelledAll all ->
                out.uint8(CANCELLED_ALL).int32(all.orders()).int64(all.sequence());
            case Reply.BracketPlaced placed ->
                out.uint8(BRACKET_PLACED)
                        .int64(placed.firstOrderId())
                        .uint8(placed.legs())
                        .uint8(placed.repeated() ? 1 : 0)
                        .int64(placed.sequence());
            case Reply.BracketRefused refused ->
                write(refused.why(), out.uint8(BRACKET_REFUSED).uint8(refused.leg()));
            case Reply.Refused refused -> write(refused, out.uint8(REFUSED));
        }
        return out.length();
    }

    private static void write(Reply.Refused refused, FieldWriter out) {
        out.uint8(refused.reason().ordinal())
                .int64(refused.value())
                .int64(refused.bound())
                .int64(refused.sequence());
    }

    private static void write(OrderState state, FieldWriter out) {
        out.int64(state.orderId())
                .uint8(state.status().ordinal())
                .int64(state.filledLots())
                .int64(state.remainingLots())
                .int64(state.filledNotional())
                .int64(state.sequence());
    }

    /** @throws CodecException when the bytes are not exactly one valid reply */
    public static Reply decodeReply(DirectBuffer buffer, int offset, int length) {
        return decode(buffer, offset, length, (in, _) -> readReply(in));
    }

    private static Reply readReply(FieldReader in) {
        int kind = in.uint8();
        return switch (kind) {
            case ACCEPTED -> new Reply.Accepted(readState(in));
            case DUPLICATE -> new Reply.Duplicate(readState(in));
            case CANCELLED -> new Reply.Cancelled(readState(in));
            case AMENDED -> new Reply.Amended(readState(in));
            case RECORDED -> new Reply.Recorded(in.int32(), in.int64());
            case TIMER_SET -> new Reply.TimerSet(in.int64(), in.int64());
            case CANCELLED_ALL -> new Reply.CancelledAll(in.int32(), in.int64());
            case BRACKET_PLACED -> new Reply.BracketPlaced(in.int64(), in.uint8(), in.bool(), in.int64());
            case BRACKET_REFUSED -> new Reply.BracketRefused(in.uint8(), readRefused(in));
            case REFUSED -> readRefused(in);
            default -> throw new CodecException(kind + " is no kind of reply");
        };
    }

    private static Reply.Refused readRefused(FieldReader in) {
        return new Reply.Refused(in.constant(REASONS), in.int64(), in.int64(), in.int64());
    }

    private static OrderState readState(FieldReader in) {
        return new OrderState(in.int64(), in.constant(STATUSES), in.int64(), in.int64(), in.int64(), in.int64());
    }

    private interface Read<T> {
        T apply(FieldReader in, int version);
    }

    private static <T> T decode(DirectBuffer buffer, int offset, int length, Read<T> read) {
        FieldReader in = new FieldReader(buffer, offset, length);
        int version = in.uint8();
        if (version < OLDEST_VERSION || version > VERSION) {
            throw new CodecException("version " + version + " is not known, only " + OLDEST_VERSION + " to " + VERSION);
        }
        try {
            T message = read.apply(in, version);
            in.end();
            return message;
        } catch (IllegalArgumentException e) {
            throw new CodecException("a field is not valid: " + e.getMessage(), e);
        }
    }
}
