package dev.quantdesk.execution.entry;

import com.google.protobuf.ByteString;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.kit.intent.OrderIntent;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.SignedIntent;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Fills in and signs an order: {@code OrderForm.buy(ALICE, "0.01").at("65000.5").build()}. The intent bounds exactly the order
 * unless the test says otherwise. Market BTC-PERP: ticks of 0.1, lots of 0.0001.
 */
final class OrderForm {
    static final Markets MARKETS = Markets.load();
    static final PublicKey PROGRAM = keys(200).publicKey();
    static final KeyPair ALICE = keys(1);
    static final KeyPair BOB = keys(2);
    static final KeyPair SESSION_KEY = keys(3);
    static final long NOW_SECONDS = Orders.START_MILLIS / 1000;

    private static final AtomicLong NONCES = new AtomicLong();

    private final PlaceOrderRequest.Builder request = PlaceOrderRequest.newBuilder()
            .setMarket("BTC-PERP")
            .setType(OrderType.ORDER_TYPE_LIMIT)
            .setTimeInForce(TimeInForce.TIME_IN_FORCE_GTC);
    private final KeyPair signer;
    private long nonce = NONCES.incrementAndGet();
    private long expirySeconds = NOW_SECONDS + 3_600;
    private Long intentTicks;
    private Long intentLots;
    private Boolean intentSells;
    private String intentMarket;
    private PublicKey intentProgram = PROGRAM;
    private String signerText;
    private UnaryOperator<byte[]> intentBytes = bytes -> bytes;
    private UnaryOperator<byte[]> signatureBytes = bytes -> bytes;

    private OrderForm(KeyPair signer, Side side, String quantity) {
        this.signer = signer;
        this.signerText = signer.publicKey().toString();
        request.setSide(side).setQuantity(quantity).setClientOrderId("order-" + nonce);
    }

    static KeyPair keys(int number) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) number);
        return KeyPair.ofSeed(seed);
    }

    static OrderForm buy(KeyPair signer, String quantity) {
        return new OrderForm(signer, Side.SIDE_BUY, quantity);
    }

    static OrderForm sell(KeyPair signer, String quantity) {
        return new OrderForm(signer, Side.SIDE_SELL, quantity);
    }

    OrderForm at(String price) {
        request.setPrice(price);
        return this;
    }

    OrderForm in(String market) {
        request.setMarket(market);
        return this;
    }

    /** A stop that becomes a market order, bounded by the intent's price. */
    OrderForm stopMarket(String triggerPrice, long worstTicks) {
        request.setType(OrderType.ORDER_TYPE_STOP_MARKET).setTriggerPrice(triggerPrice);
        return ioc().intentTicks(worstTicks);
    }

    OrderForm type(OrderType type) {
        request.setType(type);
        return this;
    }

    /** What else a request may say. */
    OrderForm with(Consumer<PlaceOrderRequest.Builder> change) {
        change.accept(request);
        return this;
    }

    OrderForm clientId(String id) {
        request.setClientOrderId(id);
        return this;
    }

    OrderForm timeInForce(TimeInForce value) {
        request.setTimeInForce(value);
        return this;
    }

    OrderForm fok() {
        return timeInForce(TimeInForce.TIME_IN_FORCE_FOK);
    }

    OrderForm ioc() {
        return timeInForce(TimeInForce.TIME_IN_FORCE_IOC);
    }

    /** A market order, bounded by the intent's price. */
    OrderForm market(long worstTicks) {
        request.setType(OrderType.ORDER_TYPE_MARKET);
        return ioc().intentTicks(worstTicks);
    }

    OrderForm postOnly() {
        request.setPostOnly(true);
        return this;
    }

    OrderForm reduceOnly() {
        request.setReduceOnly(true);
        return this;
    }

    OrderForm nonce(long value) {
        nonce = value;
        return this;
    }

    OrderForm expiresAt(long seconds) {
        expirySeconds = seconds;
        return this;
    }

    OrderForm intentTicks(long ticks) {
        intentTicks = ticks;
        return this;
    }

    OrderForm intentLots(long lots) {
        intentLots = lots;
        return this;
    }

    OrderForm intentSells(boolean sells) {
        intentSells = sells;
        return this;
    }

    OrderForm intentFor(String market) {
        intentMarket = market;
        return this;
    }

    OrderForm intentUnder(PublicKey program) {
        intentProgram = program;
        return this;
    }

    OrderForm signer(String base58) {
        signerText = base58;
        return this;
    }

    /** Changes the intent's bytes after they were signed. */
    OrderForm tampered(UnaryOperator<byte[]> change) {
        intentBytes = change;
        return this;
    }

    OrderForm signature(UnaryOperator<byte[]> change) {
        signatureBytes = change;
        return this;
    }

    PlaceOrderRequest build() {
        Market market = MARKETS.bySymbol(request.getMarket()).orElseThrow();
        OrderIntent intent = new OrderIntent(
                nonce,
                expirySeconds,
                intentSells != null ? intentSells : request.getSide() == Side.SIDE_SELL,
                intentTicks != null ? intentTicks : market.ticks(request.getPrice()),
                intentLots != null ? intentLots : market.lots(request.getQuantity()),
                OrderIntent.domain(intentProgram, intentMarket != null ? intentMarket : market.symbol()));
        byte[] signed = intent.encode();
        return request.clone()
                .setIntent(SignedIntent.newBuilder()
                        .setIntent(ByteString.copyFrom(intentBytes.apply(signed.clone())))
                        .setSignature(ByteString.copyFrom(signatureBytes.apply(signer.sign(signed))))
                        .setSigner(signerText))
                .build();
    }
}
