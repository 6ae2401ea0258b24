package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.intent.OrderIntent;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Checks that a signed intent is the trader's and bounds the order. Pure. The checks that cost least come first, the signature
 * last. Whether the intent is still alive is a check of its own, for a repeated order is answered after its intent's death too.
 */
final class IntentChecks {
    /** Longest time to an intent's expiry; the engine keeps a nonce until then. */
    static final Duration LIFE_MAX = Duration.ofDays(30);

    private final PublicKey program;

    IntentChecks(PublicKey program) {
        this.program = program;
    }

    /**
     * The intent of an order, with its price.
     *
     * @param boundTicks the limit price, or for a market order the worst price that the intent allows
     * @param maxNotionalMicros what the session key may sign for; empty where the wallet itself signed
     */
    record Checked(SignedIntent intent, long boundTicks, OptionalLong maxNotionalMicros) {}

    /**
     * @param limitTicks limit price; ignored for a market order
     * @param nowSeconds Unix seconds
     * @throws ApiException when anything does not hold; a past expiry is left to {@link #checkAlive}
     */
    Checked check(
            dev.quantdesk.proto.execution.v1.SignedIntent signed,
            Identity.Trader trader,
            Market market,
            Side side,
            OrderType type,
            long limitTicks,
            long lots,
            long nowSeconds) {
        SignedBytes alone = new SignedBytes(signed.getIntent().toByteArray());
        return check(signed, alone, trader, market, side, type, limitTicks, lots, nowSeconds);
    }

    /** What one signature is over: an intent, or several of which each order checks its own. Used by one thread. */
    static final class SignedBytes {
        private final byte[] bytes;
        private boolean verified;

        SignedBytes(byte[] bytes) {
            this.bytes = bytes;
        }

        /** Costs a verification until one has succeeded. */
        private void verify(PublicKey signer, byte[] signature) {
            if (!verified) {
                checkSignature(signer, bytes, signature);
                verified = true;
            }
        }
    }

    /** As above, for an intent whose signature is over {@code message}. All that share a message share signer and signature. */
    Checked check(
            dev.quantdesk.proto.execution.v1.SignedIntent signed,
            SignedBytes message,
            Identity.Trader trader,
            Market market,
            Side side,
            OrderType type,
            long limitTicks,
            long lots,
            long nowSeconds) {
        byte[] bytes = signed.getIntent().toByteArray();
        OrderIntent intent = decode(bytes);
        checkDomain(intent, market);
        checkLife(intent, nowSeconds);
        long bound = type == OrderType.MARKET ? marketBound(intent, market) : limitTicks;
        checkBounds(intent, market, side, bound, lots);
        PublicKey signer = signer(signed.getSigner());
        OptionalLong maxNotional = checkSigner(signer, trader, market, bound, lots, nowSeconds);
        byte[] signature = signed.getSignature().toByteArray();
        message.verify(signer, signature);
        return new Checked(
                new SignedIntent(bytes, signature, signer, intent.nonce(), intent.expirySeconds(), message.bytes),
                bound,
                maxNotional);
    }

    private static OrderIntent decode(byte[] bytes) {
        try {
            return OrderIntent.decode(bytes);
        } catch (IllegalArgumentException malformed) {
            throw ApiException.refuse(Reason.REQUEST_INVALID, "intent: " + malformed.getMessage())
                    .field("intent.intent", malformed.getMessage())
                    .build();
        }
    }

    private void checkDomain(OrderIntent intent, Market market) {
        if (!Arrays.equals(intent.domain(), OrderIntent.domain(program, market.symbol()))) {
            throw ApiException.refuse(
                            Reason.INTENT_DOMAIN_MISMATCH,
                            "The intent was not signed for " + market.symbol() + " under this settlement program.")
                    .field("intent.intent", "domain of another market or program")
                    .with("market", market.symbol())
                    .build();
        }
    }

    /** @throws ApiException with {@link Reason#INTENT_EXPIRED} from the second of the expiry on */
    static void checkAlive(SignedIntent intent, long nowSeconds) {
        if (intent.expirySeconds() <= nowSeconds) {
            throw ApiException.refuse(
                            Reason.INTENT_EXPIRED,
                            "The intent expired " + (nowSeconds - intent.expirySeconds()) + " s ago; sign a new one.")
                    .with("expiry_seconds", Long.toString(intent.expirySeconds()))
                    .with("now_seconds", Long.toString(nowSeconds))
                    .build();
        }
    }

    private static void checkLife(OrderIntent intent, long nowSeconds) {
        long latest = nowSeconds + LIFE_MAX.toSeconds();
        if (intent.expirySeconds() > latest) {
            throw ApiException.refuse(
                            Reason.INTENT_EXPIRY_TOO_FAR,
                            "The intent expires more than " + LIFE_MAX.toDays()
                                    + " days ahead; sign one that expires sooner.")
                    .field("intent.intent", "expiry too far ahead")
                    .with("expiry_seconds", Long.toString(intent.expirySeconds()))
                    .with("latest_expiry_seconds", Long.toString(latest))
                    .build();
        }
    }

    /** A market order works at its intent's price, which therefore has to be one that the market knows. */
    private static long marketBound(OrderIntent intent, Market market) {
        long ticks = intent.priceTicks();
        if (ticks >= 1 && ticks <= market.maxPriceTicks()) {
            return ticks;
        }
        String nearest = market.price(ticks < 1 ? 1 : market.maxPriceTicks());
        throw ApiException.refuse(
                        Reason.PRICE_OUT_OF_RANGE,
                        "The intent's price " + market.price(ticks) + ", which bounds the market order, is not within "
                                + market.price(1) + " to " + market.price(market.maxPriceTicks()) + ".")
                .field("intent.intent", "price out of the market's range")
                .with("limit", "price")
                .with("value", market.price(ticks))
                .with("bound", nearest)
                .with("suggested_price", nearest)
                .build();
    }

    private static void checkBounds(OrderIntent intent, Market market, Side side, long bound, long lots) {
        if (intent.sell() != (side == Side.SELL)) {
            throw exceeded("side", intent.sell() ? "SELL" : "BUY", side.name()).build();
        }
        boolean worse = side == Side.BUY ? bound > intent.priceTicks() : bound < intent.priceTicks();
        if (worse) {
            ApiException.Builder refusal = exceeded("price", market.price(intent.priceTicks()), market.price(bound));
            boolean passes = intent.priceTicks() >= 1 && intent.priceTicks() <= market.maxPriceTicks();
            throw (passes ? refusal.with("suggested_price", market.price(intent.priceTicks())) : refusal).build();
        }
        if (lots > intent.quantityLots()) {
            throw Refusals.suggestLots(
                            exceeded("quantity", market.quantity(intent.quantityLots()), market.quantity(lots)),
                            market,
                            intent.quantityLots())
                    .build();
        }
    }

    private static ApiException.Builder exceeded(String what, String signed, String ordered) {
        return ApiException.refuse(
                        Reason.INTENT_EXCEEDED,
                        "The order's " + what + " " + ordered + " is outside its intent, which was signed for " + signed
                                + ".")
                .field(what, "outside the signed intent")
                .with("limit", what)
                .with("value", ordered)
                .with("bound", signed);
    }

    private static PublicKey signer(String base58) {
        try {
            return PublicKey.parse(base58);
        } catch (IllegalArgumentException malformed) {
            throw ApiException.refuse(Reason.REQUEST_INVALID, "intent.signer: " + malformed.getMessage())
                    .field("intent.signer", malformed.getMessage())
                    .build();
        }
    }

    /** A sell is worth what the market pays, which only risk-svc knows: it checks the limit again at the mark price. */
    private static OptionalLong checkSigner(
            PublicKey signer, Identity.Trader trader, Market market, long bound, long lots, long nowSeconds) {
        if (signer.equals(trader.owner())) {
            return OptionalLong.empty();
        }
        Identity.Delegate delegate = trader.delegate(signer, nowSeconds)
                .orElseThrow(() -> ApiException.refuse(
                                Reason.ACCOUNT_MISMATCH,
                                "The intent was signed by " + signer
                                        + ", which is neither the account's owner nor a session key of it.")
                        .with("signer", signer.toString())
                        .with("account", trader.account().toString())
                        .with("owner", trader.owner().toString())
                        .build());
        BigInteger notional = BigInteger.valueOf(bound)
                .multiply(BigInteger.valueOf(lots))
                .multiply(BigInteger.valueOf(market.microsPerTickLot()));
        if (notional.compareTo(BigInteger.valueOf(delegate.maxOrderNotionalMicros())) > 0) {
            long largest = BigInteger.valueOf(delegate.maxOrderNotionalMicros())
                    .divide(BigInteger.valueOf(bound).multiply(BigInteger.valueOf(market.microsPerTickLot())))
                    .longValueExact();
            ApiException.Builder refusal = ApiException.refuse(
                            Reason.DELEGATE_LIMIT_EXCEEDED,
                            "The order's notional is above what the session key may sign.")
                    .with("limit", "max_order_notional")
                    .with("value", usdc(notional))
                    .with("bound", usdc(BigInteger.valueOf(delegate.maxOrderNotionalMicros())));
            throw Refusals.suggestLots(refusal, market, largest).build();
        }
        return OptionalLong.of(delegate.maxOrderNotionalMicros());
    }

    private static String usdc(BigInteger micros) {
        return Decimals.plain(new BigDecimal(micros, Decimals.USDC_SCALE));
    }

    private static void checkSignature(PublicKey signer, byte[] bytes, byte[] signature) {
        if (Ed25519.verify(signer, bytes, signature)) {
            return;
        }
        if (!Ed25519.isStrongKey(signer)) {
            throw ApiException.refuse(Reason.KEY_WEAK, "The signer's key " + signer + " is not a point of full order.")
                    .field("intent.signer", "weak key")
                    .build();
        }
        throw ApiException.refuse(
                        Reason.SIGNATURE_INVALID, "The signature is not " + signer + "'s over these intent bytes.")
                .field("intent.signature", "does not verify")
                .build();
    }
}
