package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.intent.OrderIntent;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.UUID;

/** Makes orders that read as a sentence: {@code Orders.by(ALICE).buy(10).at(100).ioc().build()}. */
public final class Orders {
    public static final int MARKET = 1;
    public static final int OTHER_MARKET = 2;
    public static final long START_MILLIS = 1_750_000_000_000L;
    public static final long EXPIRY_SECONDS = START_MILLIS / 1000 + 3600;

    public static final PublicKey ALICE = account(1);
    public static final PublicKey BOB = account(2);
    public static final PublicKey CAROL = account(3);

    private static long lastNonce;

    private final PublicKey account;
    private PublicKey owner;
    private String clientOrderId;
    private int marketId = MARKET;
    private Side side = Side.BUY;
    private OrderType type = OrderType.LIMIT;
    private TimeInForce timeInForce = TimeInForce.GTC;
    private PostOnly postOnly = PostOnly.NO;
    private SelfTradePrevention selfTrade = SelfTradePrevention.EXPIRE_TAKER;
    private long expireMillis;
    private Trigger trigger = Trigger.NONE;
    private Peg peg = Peg.NONE;
    private long signedTicks;
    private long signedLots;
    private byte[] intentBytes;
    private boolean reduceOnly;
    private long priceTicks = 100;
    private long quantityLots = 1;
    private PublicKey signer;
    private long nonce;
    private long expirySeconds = EXPIRY_SECONDS;
    private byte signatureByte;
    private int batch = 1;
    private UUID reservationId;

    private Orders(PublicKey account) {
        this.account = account;
        this.owner = ownerOf(account);
        this.signer = owner;
        nonce = nextNonce();
        clientOrderId = "order-" + nonce;
        reservationId = new UUID(7, nonce);
    }

    private static synchronized long nextNonce() {
        return ++lastNonce;
    }

    public static PublicKey account(long number) {
        return new PublicKey(number, 0, 0, number);
    }

    /** A sub-account, whose orders {@link #by} places with their owner. @param number from 1 */
    public static PublicKey subAccount(PublicKey owner, int number) {
        return new PublicKey(owner.w0(), number, 0, owner.w3());
    }

    /** Any key but those of {@link #subAccount} is its own owner. */
    private static PublicKey ownerOf(PublicKey account) {
        boolean sub = account.w1() != 0 && account.w2() == 0;
        return sub ? new PublicKey(account.w0(), 0, 0, account.w3()) : account;
    }

    public static Orders by(PublicKey account) {
        return new Orders(account);
    }

    public Orders buy(long lots) {
        side = Side.BUY;
        quantityLots = lots;
        return this;
    }

    public Orders sell(long lots) {
        side = Side.SELL;
        quantityLots = lots;
        return this;
    }

    public Orders side(Side value, long lots) {
        return value == Side.BUY ? buy(lots) : sell(lots);
    }

    public Orders at(long ticks) {
        priceTicks = ticks;
        return this;
    }

    public Orders in(int market) {
        marketId = market;
        return this;
    }

    public Orders market() {
        type = OrderType.MARKET;
        timeInForce = TimeInForce.IOC;
        return this;
    }

    public Orders timeInForce(TimeInForce value) {
        timeInForce = value;
        return this;
    }

    public Orders ioc() {
        return timeInForce(TimeInForce.IOC);
    }

    public Orders fok() {
        return timeInForce(TimeInForce.FOK);
    }

    public Orders postOnly() {
        postOnly = PostOnly.REFUSE;
        return this;
    }

    public Orders slide() {
        postOnly = PostOnly.SLIDE;
        return this;
    }

    public Orders selfTrade(SelfTradePrevention value) {
        selfTrade = value;
        return this;
    }

    /** Signs for more than the order asks, so that it can be amended within its intent. */
    public Orders signedFor(long ticks, long lots) {
        signedTicks = ticks;
        signedLots = lots;
        return this;
    }

    /** Carries these bytes as its intent, whatever they say. */
    public Orders intentBytes(byte[] bytes) {
        intentBytes = bytes;
        return this;
    }

    /** Waits for a price before it works. */
    public Orders when(Trigger.Kind kind, PriceSource source, long value) {
        trigger = new Trigger(kind, source, value);
        return this;
    }

    /** Follows a price, no further than {@link #at}. */
    public Orders pegged(PriceSource source, long offsetTicks) {
        peg = new Peg(true, source, offsetTicks);
        return this;
    }

    public Orders until(long millis) {
        expireMillis = millis;
        return timeInForce(TimeInForce.GTT);
    }

    public Orders reduceOnly() {
        reduceOnly = true;
        return this;
    }

    public Orders clientId(String id) {
        clientOrderId = id;
        return this;
    }

    public Orders signer(PublicKey key) {
        signer = key;
        return this;
    }

    public Orders ownedBy(PublicKey value) {
        owner = value;
        return this;
    }

    public Orders nonce(long value) {
        nonce = value;
        return this;
    }

    public Orders expiresAt(long seconds) {
        expirySeconds = seconds;
        return this;
    }

    public Orders signedAgain() {
        signatureByte++;
        return this;
    }

    /** Signed together with others, as the last of so many. */
    public Orders batch(int size) {
        batch = size;
        return this;
    }

    public Orders reservation(UUID id) {
        reservationId = id;
        return this;
    }

    public Command.PlaceOrder build() {
        byte[] bytes = new OrderIntent(
                        nonce,
                        expirySeconds,
                        side == Side.SELL,
                        signedTicks == 0 ? Math.max(0, priceTicks) : signedTicks,
                        signedLots == 0 ? Math.max(0, quantityLots) : signedLots,
                        new byte[OrderIntent.DOMAIN_LENGTH])
                .encode();
        byte[] carried = intentBytes == null ? bytes : intentBytes;
        byte[] signed = new byte[batch * SignedIntent.LENGTH];
        System.arraycopy(carried, 0, signed, signed.length - carried.length, carried.length);
        byte[] signature = new byte[SignedIntent.SIGNATURE_LENGTH];
        signature[0] = signatureByte;
        signature[1] = (byte) nonce;
        return new Command.PlaceOrder(
                account,
                owner,
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
                new SignedIntent(carried, signature, signer, nonce, expirySeconds, signed),
                reservationId,
                new TraceParent(0x1111, nonce, 0x2222, (byte) 1));
    }
}
