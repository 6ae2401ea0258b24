package dev.quantdesk.kit.rpc;

import io.vertx.grpc.common.GrpcStatus;

/**
 * Every reason the mesh gives for a refusal, with its gRPC code. The name is the {@code reason} of the answer's
 * {@code ErrorInfo} (domain {@value ApiException#DOMAIN}). {@code proto/README.md} holds the same table for readers, and
 * {@code proto/reasons.json} for the generators of clients.
 */
public enum Reason {
    ACCOUNT_MISMATCH(
            GrpcStatus.PERMISSION_DENIED,
            "The intent's signer is neither the account's owner nor one of its delegates."),
    ALGO_ORDER_NOT_FOUND(GrpcStatus.NOT_FOUND, "The caller has no such algo order."),
    ALGO_SCHEDULE_INVALID(
            GrpcStatus.INVALID_ARGUMENT,
            "Duration, interval, visible quantity or randomisation of the algo order do not fit each other, its quantity or its intent."),
    AMEND_BELOW_FILLED(GrpcStatus.FAILED_PRECONDITION, "More of the order has filled than the amendment leaves it."),
    AUCTION_ENDED(GrpcStatus.FAILED_PRECONDITION, "The auction is over."),
    AUCTION_NOT_FOUND(GrpcStatus.NOT_FOUND, "There has been no such auction."),
    BOOK_FULL(GrpcStatus.RESOURCE_EXHAUSTED, "The market's book holds as many orders as it may."),
    BOOK_NOT_READY(GrpcStatus.UNAVAILABLE, "The market's feed has not delivered a snapshot yet."),
    BRACKET_INVALID(
            GrpcStatus.INVALID_ARGUMENT,
            "The orders do not make a bracket: roles, sides, quantities or intents do not go together."),
    CHALLENGE_UNKNOWN(
            GrpcStatus.UNAUTHENTICATED, "The sign-in challenge was never issued, has expired or was used before."),
    CLIENT_ORDER_ID_REUSED(GrpcStatus.ALREADY_EXISTS, "The client order id names an order with other content."),
    DELEGATE_LIMIT_EXCEEDED(
            GrpcStatus.PERMISSION_DENIED, "The order's notional is above what the session key may sign."),
    DELEGATION_EXPIRED(GrpcStatus.FAILED_PRECONDITION, "The delegation's expiry is past, or more than 30 days ahead."),
    DELEGATION_REVOKED(GrpcStatus.FAILED_PRECONDITION, "The delegation was revoked; the wallet has to sign a new one."),
    ENGINE_BUSY(GrpcStatus.UNAVAILABLE, "The engine's queue is full; nothing was stored."),
    EXPIRE_TIME_INVALID(GrpcStatus.INVALID_ARGUMENT, "The order's expire time is past, or after its intent's expiry."),
    FAUCET_LOCAL_ONLY(GrpcStatus.FAILED_PRECONDITION, "Test funds exist on the local chain only."),
    FOK_NOT_FILLABLE(GrpcStatus.FAILED_PRECONDITION, "The fill-or-kill order can't fill wholly within its price."),
    HEARTBEAT_MISSED(GrpcStatus.DEADLINE_EXCEEDED, "The stream carried no message for as long as its settings allow."),
    IDENTITY_INVALID(
            GrpcStatus.UNAUTHENTICATED, "The identity token is missing, forged, expired or of another issuer."),
    INSUFFICIENT_MARGIN(GrpcStatus.FAILED_PRECONDITION, "The order needs more margin than the account has free."),
    INTENT_DOMAIN_MISMATCH(GrpcStatus.INVALID_ARGUMENT, "The intent was signed for another market or program."),
    INTENT_EXPIRED(GrpcStatus.FAILED_PRECONDITION, "The intent's expiry is past."),
    INTENT_EXPIRY_TOO_FAR(GrpcStatus.INVALID_ARGUMENT, "The intent's expiry is further ahead than intents may live."),
    INTENT_EXCEEDED(GrpcStatus.INVALID_ARGUMENT, "The order does not lie within its intent (side, price or quantity)."),
    INTERNAL(GrpcStatus.INTERNAL, "The service failed; the trace id leads to the cause."),
    KEY_WEAK(GrpcStatus.INVALID_ARGUMENT, "The public key is not a point of full order."),
    MARK_PRICE_STALE(GrpcStatus.UNAVAILABLE, "The market has no mark price recent enough to compute margin with."),
    MESSAGE_TOO_LARGE(GrpcStatus.RESOURCE_EXHAUSTED, "The message is larger than the service accepts."),
    METHOD_NOT_FOUND(GrpcStatus.UNIMPLEMENTED, "No such method."),
    NO_COLLATERAL(GrpcStatus.FAILED_PRECONDITION, "The account has no collateral."),
    NONCE_REPLAYED(GrpcStatus.ALREADY_EXISTS, "The signer has used the intent's nonce before."),
    ORDER_NOT_AMENDABLE(
            GrpcStatus.FAILED_PRECONDITION, "The order is closed, or has nothing of what is to be amended."),
    ORDER_NOT_FOUND(GrpcStatus.NOT_FOUND, "The caller has no such order."),
    OUTCOME_UNKNOWN(
            GrpcStatus.DEADLINE_EXCEEDED, "No acknowledgement came in time; repeat with the same client order id."),
    POST_ONLY_WOULD_CROSS(GrpcStatus.FAILED_PRECONDITION, "The post-only order would trade at once."),
    PRICE_OFF_TICK(GrpcStatus.INVALID_ARGUMENT, "The price is not a multiple of the market's tick size."),
    PRICE_OUT_OF_RANGE(GrpcStatus.INVALID_ARGUMENT, "The price is zero or beyond the market's range."),
    QUANTITY_OFF_LOT(GrpcStatus.INVALID_ARGUMENT, "The quantity is not a multiple of the market's lot size."),
    QUANTITY_OUT_OF_RANGE(GrpcStatus.INVALID_ARGUMENT, "The quantity is zero or beyond the market's range."),
    QUOTE_NOT_FOR_AUCTION(
            GrpcStatus.INVALID_ARGUMENT,
            "The quote is for another market than the auction, or of the taker's own side."),
    QUOTE_NOT_IMPROVING(GrpcStatus.FAILED_PRECONDITION, "The quote does not improve on what the book would give."),
    RATE_LIMITED(GrpcStatus.RESOURCE_EXHAUSTED, "More calls than the limit allows; RetryInfo says when to go on."),
    REDUCE_ONLY_WOULD_INCREASE(GrpcStatus.FAILED_PRECONDITION, "There is no position that the order could reduce."),
    REFERENCE_PRICE_UNKNOWN(
            GrpcStatus.UNAVAILABLE, "The price that the order waits for or follows is not known, or is too old."),
    REQUEST_INVALID(GrpcStatus.INVALID_ARGUMENT, "A field breaks its rule; BadRequest names field and rule."),
    REQUEST_MALFORMED(GrpcStatus.INVALID_ARGUMENT, "The request is not a valid message of its type."),
    RESUME_EXPIRED(GrpcStatus.OUT_OF_RANGE, "The sequence to resume from is no longer kept; start anew without it."),
    RISK_UNAVAILABLE(
            GrpcStatus.UNAVAILABLE, "Risk checks can't be made; orders that add risk are refused, cancels work."),
    SERVER_OVERLOADED(GrpcStatus.RESOURCE_EXHAUSTED, "The service has as many calls under way as it may."),
    SERVICE_STOPPING(GrpcStatus.UNAVAILABLE, "The service is stopping; connect again and resume."),
    SESSION_INVALID(GrpcStatus.UNAUTHENTICATED, "The session is unknown, expired or revoked."),
    SESSION_REQUIRED(GrpcStatus.UNAUTHENTICATED, "The method needs a session."),
    SIGNATURE_INVALID(GrpcStatus.UNAUTHENTICATED, "The signature does not verify."),
    SLOW_CONSUMER(GrpcStatus.RESOURCE_EXHAUSTED, "The client reads more slowly than the stream moves; resume."),
    SUB_ACCOUNT_UNKNOWN(GrpcStatus.PERMISSION_DENIED, "The x-sub-account header names no sub-account of the caller."),
    TEST_FUNDS_EXHAUSTED(GrpcStatus.RESOURCE_EXHAUSTED, "The faucet has given out all it may."),
    POSITION_TOO_LARGE(GrpcStatus.FAILED_PRECONDITION, "The position could grow beyond what the engine carries."),
    TOO_MANY_ACCOUNTS(GrpcStatus.RESOURCE_EXHAUSTED, "The engine serves as many accounts as it may."),
    TOO_MANY_ALGO_ORDERS(GrpcStatus.RESOURCE_EXHAUSTED, "As many algo orders are at work as there may be."),
    TOO_MANY_DELEGATES(GrpcStatus.RESOURCE_EXHAUSTED, "The account has as many session keys as it may."),
    TOO_MANY_LIVE_INTENTS(GrpcStatus.RESOURCE_EXHAUSTED, "The signer has as many unexpired intents as it may."),
    TOO_MANY_OPEN_ORDERS(GrpcStatus.RESOURCE_EXHAUSTED, "The account has as many open orders as it may."),
    TOO_MANY_QUOTES(GrpcStatus.RESOURCE_EXHAUSTED, "The auction, or the account in it, has as many quotes as it may."),
    TOO_MANY_STREAMS(GrpcStatus.RESOURCE_EXHAUSTED, "As many streams are open as there may be."),
    TOO_MANY_SUB_ACCOUNTS(GrpcStatus.RESOURCE_EXHAUSTED, "The wallet has as many sub-accounts as it may."),
    TOO_MANY_UNSETTLED_TRADES(
            GrpcStatus.RESOURCE_EXHAUSTED, "Settlement is behind; new orders wait until it has caught up."),
    TRADING_SESSION_ENDED(
            GrpcStatus.FAILED_PRECONDITION,
            "The stream's session has ended, and its orders with it; open another stream."),
    TRIGGER_INVALID(
            GrpcStatus.INVALID_ARGUMENT, "The trigger, trail or peg offset is out of range or off the tick size."),
    TRIGGER_REACHED(
            GrpcStatus.FAILED_PRECONDITION, "The price is beyond the trigger already: the order would fire at once."),
    UNKNOWN_MARKET(GrpcStatus.NOT_FOUND, "No such market."),
    UNSUPPORTED_COMBINATION(GrpcStatus.INVALID_ARGUMENT, "Type, time in force and flags do not go together."),
    UPSTREAM_UNAVAILABLE(GrpcStatus.UNAVAILABLE, "A service that this one depends on did not answer.");

    private final GrpcStatus status;
    private final String meaning;

    Reason(GrpcStatus status, String meaning) {
        this.status = status;
        this.meaning = meaning;
    }

    public GrpcStatus status() {
        return status;
    }

    public String meaning() {
        return meaning;
    }

    /** What a client's code branches on, where the reason itself says more than it needs. */
    public String category() {
        return switch (status) {
            case INVALID_ARGUMENT, UNIMPLEMENTED -> "invalid_request";
            case UNAUTHENTICATED -> "unauthenticated";
            case PERMISSION_DENIED -> "permission_denied";
            case NOT_FOUND -> "not_found";
            case ALREADY_EXISTS -> "conflict";
            case FAILED_PRECONDITION, OUT_OF_RANGE -> "precondition";
            case RESOURCE_EXHAUSTED -> "limit";
            case UNAVAILABLE -> "unavailable";
            case DEADLINE_EXCEEDED -> "outcome_unknown";
            case INTERNAL -> "internal";
            default -> throw new IllegalStateException(this + " has a code of no category: " + status);
        };
    }

    /** Whether the same call may pass later, with nothing changed. */
    public boolean retryable() {
        return switch (this) {
            case BOOK_FULL,
                    OUTCOME_UNKNOWN,
                    RATE_LIMITED,
                    SERVER_OVERLOADED,
                    SLOW_CONSUMER,
                    TOO_MANY_STREAMS,
                    TOO_MANY_UNSETTLED_TRADES -> true;
            default -> status == GrpcStatus.UNAVAILABLE;
        };
    }
}
