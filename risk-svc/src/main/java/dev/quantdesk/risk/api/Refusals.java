package dev.quantdesk.risk.api;

import com.google.rpc.PreconditionFailure;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.account.Decision;
import dev.quantdesk.risk.account.OrderDraft;
import dev.quantdesk.risk.account.ReservationException;
import dev.quantdesk.risk.ledger.Faucet;
import dev.quantdesk.risk.ledger.Ledger;
import dev.quantdesk.risk.margin.Marks;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;

/** Every refusal of this service in its wording: limit, value, bound and the smallest change that would pass. */
final class Refusals {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private Refusals() {}

    static ApiException insufficientMargin(PublicKey account, OrderDraft draft, Decision.Insufficient decision) {
        String needed = Decimals.usdc(decision.neededMicros());
        String free = Decimals.usdc(decision.freeMicros());
        String change = decision.passingLots() > 0
                ? "at most " + draft.market().quantity(decision.passingLots()) + " passes at this price"
                : "it passes with " + Decimals.usdc(decision.missingMicros()) + " USDC more collateral";
        String text =
                "The order needs " + needed + " USDC of initial margin and " + free + " USDC is free: " + change + ".";
        ApiException.Builder refusal = ApiException.refuse(Reason.INSUFFICIENT_MARGIN, text)
                .with("limit", "initial_margin")
                .with("value", needed)
                .with("bound", free);
        if (decision.passingLots() > 0) {
            refusal.with("suggested_quantity", draft.market().quantity(decision.passingLots()));
        } else {
            refusal.with("suggested_deposit", Decimals.usdc(decision.missingMicros()));
        }
        return refusal.detail(precondition(Reason.INSUFFICIENT_MARGIN, "account/" + account, text))
                .build();
    }

    static ApiException delegateLimit(OrderDraft draft, BigInteger notionalMicros, long maxMicros, long passingLots) {
        ApiException.Builder refusal = ApiException.refuse(
                        Reason.DELEGATE_LIMIT_EXCEEDED, Reason.DELEGATE_LIMIT_EXCEEDED.meaning())
                .with("limit", "max_order_notional")
                .with("value", Decimals.plain(new BigDecimal(notionalMicros, Decimals.USDC_SCALE)))
                .with("bound", Decimals.usdc(maxMicros));
        if (passingLots >= draft.market().minLots()) {
            refusal.with("suggested_quantity", draft.market().quantity(passingLots));
        }
        return refusal.build();
    }

    static ApiException noCollateral(PublicKey account) {
        String text = "The account has no collateral: deposit USDC first.";
        return ApiException.refuse(Reason.NO_COLLATERAL, text)
                .with("limit", "collateral")
                .with("value", "0")
                .detail(precondition(Reason.NO_COLLATERAL, "account/" + account, text))
                .build();
    }

    static ApiException staleMark(Marks.StaleMarkException stale, long nowMillis, Duration maxAge) {
        ApiException.Builder refusal = ApiException.refuse(
                        Reason.MARK_PRICE_STALE, stale.market().symbol() + " has no mark price recent enough.")
                .with("limit", "mark_age_seconds")
                .with("market", stale.market().symbol())
                .with("bound", Long.toString(maxAge.toSeconds()))
                .retryAfter(RETRY_AFTER);
        if (stale.last() != null) {
            refusal.with("value", Long.toString((nowMillis - stale.last().takenMillis()) / 1_000));
        }
        return refusal.build();
    }

    static ApiException unknownMarket(String symbol) {
        return ApiException.refuse(Reason.UNKNOWN_MARKET, "There is no market " + symbol + ".")
                .with("market", symbol)
                .field("market", "is not a market of this mesh")
                .build();
    }

    static ApiException offTick(Market market, String price) {
        String tick = Decimals.plain(market.tickSize());
        return ApiException.refuse(
                        Reason.PRICE_OFF_TICK,
                        "The price " + price + " is not a multiple of the tick size " + tick + ".")
                .with("limit", "tick_size")
                .with("value", price)
                .with("bound", tick)
                .field("price", "is not a multiple of " + tick)
                .build();
    }

    static ApiException priceOutOfRange(Market market, String price) {
        String most = market.price(market.maxPriceTicks());
        return ApiException.refuse(
                        Reason.PRICE_OUT_OF_RANGE, "The price " + price + " is not above 0 and at most " + most + ".")
                .with("limit", "max_price")
                .with("value", price)
                .with("bound", most)
                .field("price", "is not above 0 and at most " + most)
                .build();
    }

    static ApiException offLot(Market market, String quantity) {
        String lot = Decimals.plain(market.lotSize());
        return ApiException.refuse(
                        Reason.QUANTITY_OFF_LOT,
                        "The quantity " + quantity + " is not a multiple of the lot size " + lot + ".")
                .with("limit", "lot_size")
                .with("value", quantity)
                .with("bound", lot)
                .field("quantity", "is not a multiple of " + lot)
                .build();
    }

    static ApiException quantityOutOfRange(Market market, String quantity, long lots) {
        boolean tooSmall = lots < market.minLots();
        String bound = market.quantity(tooSmall ? market.minLots() : market.maxLots());
        return ApiException.refuse(
                        Reason.QUANTITY_OUT_OF_RANGE,
                        "The quantity " + quantity + " is " + (tooSmall ? "below" : "above") + " " + bound + ".")
                .with("limit", tooSmall ? "min_quantity" : "max_quantity")
                .with("value", quantity)
                .with("bound", bound)
                .field("quantity", "is " + (tooSmall ? "below " : "above ") + bound)
                .build();
    }

    static ApiException accountsNotTrusted() {
        return ApiException.refuse(
                        Reason.RISK_UNAVAILABLE,
                        "Positions are not complete yet: orders that add risk wait, reduce-only orders pass.")
                .retryAfter(RETRY_AFTER)
                .build();
    }

    static ApiException beyondRange() {
        return ApiException.refuse(
                        Reason.RISK_UNAVAILABLE, "The account's figures are larger than margin can be computed with.")
                .build();
    }

    static ApiException of(ReservationException refused) {
        return switch (refused) {
            case ReservationException.Reused _ ->
                ApiException.refuse(Reason.REQUEST_INVALID, "The reservation id names another order.")
                        .field("reservation_id", "was used for another order")
                        .build();
            case ReservationException.TooMany tooMany ->
                ApiException.refuse(Reason.TOO_MANY_OPEN_ORDERS, "Too many orders are on their way to the engine.")
                        .with("limit", "orders_on_their_way")
                        .with("bound", Integer.toString(tooMany.bound()))
                        .retryAfter(RETRY_AFTER)
                        .build();
        };
    }

    static ApiException notLocal(Faucet.NotLocalException refused) {
        String text = "Test funds exist on the local chain only: " + refused.getMessage() + ".";
        return ApiException.refuse(Reason.FAUCET_LOCAL_ONLY, text)
                .detail(precondition(Reason.FAUCET_LOCAL_ONLY, "faucet", text))
                .build();
    }

    static ApiException chainUnavailable() {
        return ApiException.refuse(
                        Reason.UPSTREAM_UNAVAILABLE, "The Solana cluster does not say which one it is; try again.")
                .with("peer", "solana")
                .retryAfter(RETRY_AFTER)
                .build();
    }

    static ApiException faucetEmpty(Ledger.FaucetEmptyException refused) {
        return ApiException.refuse(Reason.TEST_FUNDS_EXHAUSTED, "The faucet has given out all it may.")
                .with("limit", "faucet_total_usdc")
                .with("bound", Decimals.usdc(refused.totalMicros()))
                .build();
    }

    private static PreconditionFailure precondition(Reason reason, String subject, String description) {
        return PreconditionFailure.newBuilder()
                .addViolations(PreconditionFailure.Violation.newBuilder()
                        .setType(reason.name())
                        .setSubject(subject)
                        .setDescription(description))
                .build();
    }
}
