package dev.quantdesk.execution.entry;

import com.google.protobuf.util.Timestamps;
import dev.quantdesk.execution.cluster.EngineBusyException;
import dev.quantdesk.execution.cluster.EngineException;
import dev.quantdesk.execution.cluster.EngineUnavailableException;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.price.PriceFeed;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStage;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of an order from request to acknowledgement: check, reserve margin, submit to the engine. Blocks. Thread-safe. */
public final class OrderEntry {
    private static final Logger LOG = LoggerFactory.getLogger(OrderEntry.class);

    /** Longest wait for the engine; after it the outcome is unknown. */
    private static final Duration ENGINE_TIMEOUT = Duration.ofSeconds(5);

    private final Markets markets;
    private final IntentChecks intents;
    private final RiskGate risk;
    private final Engine engine;
    private final PriceFeed prices;
    private final AuctionSettings auctions;
    private final OrderHub hub;
    private final OrderReader reader;
    private final Telemetry telemetry;
    private final Clock clock;

    /** The order engine as order entry sees it. */
    @FunctionalInterface
    public interface Engine {
        CompletableFuture<Reply> submit(Command command, Duration deadline);
    }

    public OrderEntry(
            Markets markets,
            PublicKey settlementProgram,
            RiskGate risk,
            Engine engine,
            PriceFeed prices,
            AuctionSettings auctions,
            OrderHub hub,
            OrderReader reader,
            Telemetry telemetry,
            Clock clock) {
        this.markets = markets;
        this.intents = new IntentChecks(settlementProgram);
        this.risk = risk;
        this.engine = engine;
        this.prices = prices;
        this.auctions = auctions;
        this.hub = hub;
        this.reader = reader;
        this.telemetry = telemetry;
        this.clock = clock;
    }

    /** Makes of an order what the engine is asked. */
    @FunctionalInterface
    interface Placement {
        Command of(Command.PlaceOrder order);
    }

    /**
     * What became of a placement.
     *
     * @param repeated whether an earlier call had placed the order
     * @param stages what this call passed on its way
     */
    public record Placed(Order order, boolean repeated, List<OrderStage> stages) {}

    /**
     * A request that has passed every check that needs no other part of the mesh.
     *
     * @param auctionMillis how long the auction runs that it is to open, 0 for none
     */
    record Wanted(
            PlaceOrderRequest request,
            PublicKey account,
            PublicKey owner,
            OrderTicket ticket,
            int auctionMillis,
            IntentChecks.Checked checked,
            StageClock stages) {
        /** How the order goes to the engine. @param sessionId the session that it ends with, or null */
        Command placement(Command.PlaceOrder order, UUID sessionId) {
            if (auctionMillis > 0) {
                return new Command.PlaceInAuction(order, Optional.ofNullable(sessionId), auctionMillis);
            }
            return sessionId == null ? order : new Command.PlaceInSession(order, sessionId);
        }

        private boolean isSame(Order stored) {
            Market market = ticket.market();
            Order.Builder ofPrices = Order.newBuilder();
            Wire.prices(ticket.trigger(), ticket.peg(), checked.boundTicks(), market, ofPrices);
            return stored.getMarket().equals(market.symbol())
                    && stored.getSide() == request.getSide()
                    && stored.getType() == request.getType()
                    && stored.getTimeInForce() == request.getTimeInForce()
                    && (ticket.postOnly() == PostOnly.SLIDE
                            || ticket.peg().follows()
                            || stored.getPrice().equals(market.price(checked.boundTicks())))
                    && stored.getQuantity().equals(market.quantity(ticket.lots()))
                    && stored.getPostOnly() == request.getPostOnly()
                    && stored.getPostOnlySlide() == request.getPostOnlySlide()
                    && stored.getReduceOnly() == request.getReduceOnly()
                    && stored.getSelfTradePrevention() == Wire.selfTrade(ticket.selfTrade())
                    && Timestamps.toMillis(stored.getExpireTime()) == ticket.expireMillis()
                    && stored.getTriggerPrice().equals(ofPrices.getTriggerPrice())
                    && stored.getTrailAmount().equals(ofPrices.getTrailAmount())
                    && stored.getTrailBps() == ofPrices.getTrailBps()
                    && stored.getPriceSource() == ofPrices.getPriceSource()
                    && stored.getPegOffset().equals(ofPrices.getPegOffset());
        }

        private Placed placed(Order order, boolean repeated) {
            return new Placed(order, repeated, stages.passed());
        }
    }

    /** @throws ApiException for every refusal; nothing is stored then */
    public Placed place(PlaceOrderRequest request, Call call) throws Exception {
        Wanted wanted = check(request, call.trader(), new StageClock(clock, call.headers()));
        return place(wanted, order -> wanted.placement(order, null), call);
    }

    /** @param placement how the order goes to the engine */
    Placed place(Wanted wanted, Placement placement, Call call) throws Exception {
        if (isKnown(wanted)) {
            return submit(wanted, placement, Command.NO_RESERVATION, call);
        }
        UUID reservation = UUID.randomUUID();
        try {
            checkAlive(wanted);
            wanted.stages().end(StageClock.CHECKS);
            risk.reserve(reservation, wanted.ticket(), wanted.checked(), RiskGate.NEW_ORDER, call);
            wanted.stages().end(StageClock.RISK);
        } catch (ApiException refusal) {
            return repeatedOr(wanted, refusal);
        }
        return submit(wanted, placement, reservation, call);
    }

    /** @throws ApiException when the order breaks a rule of its market, or its intent is not the trader's or does not bound it */
    Wanted check(PlaceOrderRequest request, Identity.Trader trader, StageClock stages) {
        return check(
                request,
                new IntentChecks.SignedBytes(request.getIntent().getIntent().toByteArray()),
                trader,
                stages);
    }

    /** As above, where the signature is over {@code signed}, of which the order's intent is a part. */
    Wanted check(
            PlaceOrderRequest request, IntentChecks.SignedBytes signed, Identity.Trader trader, StageClock stages) {
        Market market = markets.bySymbol(request.getMarket())
                .orElseThrow(() -> Refusals.unknownMarket(request.getMarket(), markets.all()));
        OrderTicket ticket = OrderTicket.of(request, market);
        long nowSeconds = clock.instant().getEpochSecond();
        IntentChecks.Checked checked = intents.check(
                request.getIntent(),
                signed,
                trader,
                market,
                ticket.side(),
                ticket.type(),
                ticket.limitTicks(),
                ticket.lots(),
                nowSeconds);
        int auctionMillis = auctions.millis(request, ticket);
        if (auctionMillis > 0 || PriceFeed.needsPrices(ticket.trigger(), ticket.peg())) {
            prices.tell(market);
        }
        return new Wanted(request, trader.account(), trader.owner(), ticket, auctionMillis, checked, stages);
    }

    /** Whether the name is taken: the engine tells whether it is the same order, which needs neither margin nor a live intent. */
    boolean isKnown(Wanted wanted) {
        return hub.knows(wanted.account(), wanted.request().getClientOrderId());
    }

    /** @throws ApiException when the intent has expired */
    void checkAlive(Wanted wanted) {
        IntentChecks.checkAlive(wanted.checked().intent(), clock.instant().getEpochSecond());
    }

    /** What an earlier call placed, also one that was still under way when this one was refused, or else the refusal. */
    Placed repeatedOr(Wanted wanted, ApiException refusal) throws Exception {
        if (isKnown(wanted)) {
            Command.PlaceOrder order = command(wanted, Command.NO_RESERVATION, currentTrace());
            return placed(wanted, await(submit(wanted.placement(order, null))));
        }
        return repeated(wanted).orElseThrow(() -> refusal);
    }

    private Placed submit(Wanted wanted, Placement placement, UUID reservation, Call call) throws Exception {
        Command command = placement.of(command(wanted, reservation, currentTrace()));
        Reply reply = telemetry.inSpan(
                "engine PlaceOrder",
                SpanKind.INTERNAL,
                Map.of("quantdesk.market", wanted.ticket().market().symbol()),
                () -> await(command, call));
        wanted.stages().end(StageClock.ENGINE);
        return placed(wanted, reply);
    }

    static Command.PlaceOrder command(Wanted wanted, UUID reservation, TraceParent trace) {
        OrderTicket ticket = wanted.ticket();
        return new Command.PlaceOrder(
                wanted.account(),
                wanted.owner(),
                wanted.request().getClientOrderId(),
                ticket.market().id(),
                ticket.side(),
                ticket.type(),
                ticket.timeInForce(),
                ticket.postOnly(),
                ticket.reduceOnly(),
                ticket.selfTrade(),
                wanted.checked().boundTicks(),
                ticket.lots(),
                ticket.expireMillis(),
                ticket.trigger(),
                ticket.peg(),
                wanted.checked().intent(),
                reservation,
                trace);
    }

    /** What the engine's answer to an order means. @throws ApiException where it is a refusal */
    Placed placed(Wanted wanted, Reply reply) throws Exception {
        return switch (reply) {
            case Reply.Accepted accepted ->
                wanted.placed(acknowledged(wanted.account(), accepted.state().orderId(), reply), false);
            case Reply.Duplicate duplicate ->
                wanted.placed(acknowledged(wanted.account(), duplicate.state().orderId(), reply), true);
            case Reply.Refused refused -> refusedOrRepeated(refused, wanted);
            case Reply.Amended _,
                    Reply.Cancelled _,
                    Reply.Recorded _,
                    Reply.TimerSet _,
                    Reply.CancelledAll _,
                    Reply.BracketPlaced _,
                    Reply.BracketRefused _ ->
                throw new IllegalStateException("the engine answered an order with " + reply);
        };
    }

    /** A repeat that comes after the engine has forgotten the client order id meets its own nonce, or its intent has expired. */
    private Placed refusedOrRepeated(Reply.Refused refused, Wanted wanted) throws Exception {
        boolean mayBeRepeat =
                refused.reason() == RefusalReason.NONCE_REPLAYED || refused.reason() == RefusalReason.INTENT_EXPIRED;
        Optional<Placed> repeated = mayBeRepeat ? repeated(wanted) : Optional.empty();
        return repeated.orElseThrow(() -> Refusals.of(refused, wanted.ticket()));
    }

    /** The order that an earlier call with the same content placed, where only the database remembers it. */
    private Optional<Placed> repeated(Wanted wanted) throws Exception {
        return earlier(wanted).map(order -> wanted.placed(order, true));
    }

    /** The order with the same content that an earlier call placed, as the database has it. */
    Optional<Order> earlier(Wanted wanted) throws Exception {
        return reader.findByIntent(
                        wanted.account(),
                        wanted.request().getClientOrderId(),
                        wanted.checked().intent())
                .filter(wanted::isSame);
    }

    /** An amendment that has passed every check that needs no other part of the mesh. */
    record Amending(OrderHub.Live order, Amendment amendment, IntentChecks.Checked checked, boolean hasNewIntent) {}

    /** Changes an open order of the caller. @throws ApiException for every refusal; the order is as it was then */
    public Order amend(AmendOrderRequest request, Call call) throws Exception {
        Amending amending = check(request, call.trader());
        UUID reservation = UUID.randomUUID();
        if (amending.amendment().needsMargin()) {
            risk.reserve(
                    reservation,
                    amending.amendment().ticket(),
                    amending.checked(),
                    amending.order().orderId(),
                    call);
        }
        Command.AmendOrder command = command(amending, reservation, currentTrace());
        Reply reply = telemetry.inSpan("engine AmendOrder", SpanKind.INTERNAL, Map.of(), () -> await(command, call));
        return amended(amending, reply);
    }

    /** @throws ApiException when there is no such open order, or it can't be changed so */
    Amending check(AmendOrderRequest request, Identity.Trader trader) throws Exception {
        OrderHub.Live order = live(request, trader.account());
        Amendment amendment = Amendment.of(request, order);
        long nowSeconds = clock.instant().getEpochSecond();
        dev.quantdesk.proto.execution.v1.SignedIntent signed =
                request.hasIntent() ? request.getIntent() : Amendment.intent(order);
        IntentChecks.SignedBytes message = new IntentChecks.SignedBytes(
                request.hasIntent()
                        ? signed.getIntent().toByteArray()
                        : order.order().intent().signedBytes());
        IntentChecks.Checked checked = intents.check(
                signed,
                message,
                trader,
                order.market(),
                amendment.ticket().side(),
                amendment.ticket().type(),
                amendment.ticket().limitTicks(),
                amendment.totalLots(),
                nowSeconds);
        IntentChecks.checkAlive(checked.intent(), nowSeconds);
        if (amendment.movesTrigger()) {
            prices.tell(order.market());
        }
        return new Amending(order, amendment, checked, request.hasIntent());
    }

    static Command.AmendOrder command(Amending amending, UUID reservation, TraceParent trace) {
        Amendment amendment = amending.amendment();
        return new Command.AmendOrder(
                amending.order().order().account(),
                amending.order().orderId(),
                "",
                amendment.newPriceTicks(),
                amendment.newLots(),
                amendment.newTriggerValue(),
                amending.hasNewIntent() ? Optional.of(amending.checked().intent()) : Optional.empty(),
                reservation,
                trace);
    }

    /** What the engine's answer to an amendment means. @throws ApiException where it is a refusal */
    Order amended(Amending amending, Reply reply) throws Exception {
        return switch (reply) {
            case Reply.Amended amended ->
                acknowledged(amending.order().order().account(), amended.state().orderId(), reply);
            case Reply.Refused refused ->
                throw Refusals.of(refused, amending.amendment().ticket());
            default -> throw new IllegalStateException("the engine answered an amendment with " + reply);
        };
    }

    private OrderHub.Live live(AmendOrderRequest request, PublicKey account) throws Exception {
        Optional<OrderHub.Live> open = request.hasOrderId()
                ? hub.live(account, OrderReader.parseId(request.getOrderId()).orElseThrow(Refusals::orderNotFound))
                : hub.live(account, request.getClientOrderId());
        if (open.isPresent()) {
            return open.get();
        }
        Optional<Order> closed = request.hasOrderId()
                ? reader.find(account, Long.parseLong(request.getOrderId()))
                : reader.findByClientOrderId(account, request.getClientOrderId());
        throw Refusals.notAmendable(closed.orElseThrow(Refusals::orderNotFound));
    }

    /** Cancels what is left of an order of the caller. */
    public Order cancel(CancelOrderRequest request, Call call) throws Exception {
        Command.CancelOrder command = command(request, call.trader().account(), currentTrace());
        Reply reply = telemetry.inSpan("engine CancelOrder", SpanKind.INTERNAL, Map.of(), () -> await(command, call));
        return cancelled(command, reply);
    }

    /** @throws ApiException when the name can't be an order's */
    static Command.CancelOrder command(CancelOrderRequest request, PublicKey account, TraceParent trace) {
        boolean byId = request.hasOrderId();
        long orderId = byId ? OrderReader.parseId(request.getOrderId()).orElseThrow(Refusals::orderNotFound) : 0;
        return new Command.CancelOrder(account, orderId, byId ? "" : request.getClientOrderId(), trace);
    }

    /** What the engine's answer to a cancel means. @throws ApiException when there is no such order */
    Order cancelled(Command.CancelOrder command, Reply reply) throws Exception {
        PublicKey account = command.account();
        return switch (reply) {
            case Reply.Cancelled cancelled ->
                acknowledged(account, cancelled.state().orderId(), reply);
            case Reply.Refused refused
            when refused.reason() == RefusalReason.ORDER_FILLED
                    || refused.reason() == RefusalReason.ORDER_NOT_FOUND -> {
                awaitView(reply);
                yield (command.orderId() != 0
                                ? reader.find(account, command.orderId())
                                : reader.findByClientOrderId(account, command.clientOrderId()))
                        .orElseThrow(Refusals::orderNotFound);
            }
            default -> throw new IllegalStateException("the engine answered a cancel with " + reply);
        };
    }

    /** Cancels the caller's open orders in one market, or in all where {@code market} is empty. @return how many */
    public int cancelAll(String market, Call call) throws Exception {
        int marketId = market.isEmpty()
                ? Command.ALL_MARKETS
                : markets.bySymbol(market)
                        .orElseThrow(() -> Refusals.unknownMarket(market, markets.all()))
                        .id();
        Command command = new Command.CancelAllOrders(call.trader().account(), marketId, currentTrace());
        Reply reply =
                telemetry.inSpan("engine CancelAllOrders", SpanKind.INTERNAL, Map.of(), () -> await(command, call));
        awaitView(reply);
        return switch (reply) {
            case Reply.CancelledAll all -> all.orders();
            default -> throw new IllegalStateException("the engine answered a cancel of all with " + reply);
        };
    }

    /** Arms the caller's kill switch. @return when it fires, Unix milliseconds; 0 once disarmed */
    public long armKillSwitch(long timeoutMillis, Call call) throws Exception {
        Command command = new Command.ArmKillSwitch(call.trader().account(), timeoutMillis);
        Reply reply = telemetry.inSpan("engine ArmKillSwitch", SpanKind.INTERNAL, Map.of(), () -> await(command, call));
        return switch (reply) {
            case Reply.TimerSet set -> set.atMillis();
            case Reply.Refused refused
            when refused.reason() == RefusalReason.TOO_MANY_ACCOUNTS ->
                throw Refusals.bounded(Reason.TOO_MANY_ACCOUNTS, "accounts", refused.value(), refused.bound());
            default -> throw new IllegalStateException("the engine answered the kill switch with " + reply);
        };
    }

    /**
     * The order as the engine acknowledged it: later messages may have changed it before the answer to this one is made. As it is
     * now where so much has happened since that it is no longer known.
     */
    Order acknowledged(PublicKey account, long orderId, Reply reply) throws Exception {
        Span.current().setAttribute("quantdesk.order_id", Long.toString(orderId));
        awaitView(reply);
        Optional<Order> then = hub.findAt(reply.sequence(), account, orderId);
        return then.isPresent()
                ? then.get()
                : reader.find(account, orderId)
                        .orElseThrow(() ->
                                new IllegalStateException("order " + orderId + " was acknowledged and is not known"));
    }

    /** Waits until what the engine has answered here is seen by this node's view; what it has not answered is another's to tell. */
    void awaitSeen(CompletableFuture<Reply> answer) throws Exception {
        try {
            awaitView(await(answer));
        } catch (ApiException unanswered) {
            LOG.debug("an answer that was waited for did not come: {}", unanswered.getMessage());
        }
    }

    /** The engine has done it, but the order can't be shown as it now is before this node's view has seen it too. */
    void awaitView(Reply reply) throws InterruptedException {
        if (!hub.awaitSequence(reply.sequence())) {
            throw ApiException.refuse(
                            Reason.OUTCOME_UNKNOWN,
                            "The engine has answered, but the order's state can't be shown yet; repeat.")
                    .build();
        }
    }

    /** Hands a command to the engine, in the order of the calls. Does not block. */
    CompletableFuture<Reply> submit(Command command) {
        return engine.submit(command, ENGINE_TIMEOUT);
    }

    /** Hands a command to the engine in a span of its own, and waits for the answer within the call's time. */
    Reply carryOut(String span, Command command, Call call) throws Exception {
        return telemetry.inSpan(span, SpanKind.INTERNAL, Map.of(), () -> await(command, call));
    }

    private Reply await(Command command, Call call) throws Exception {
        try {
            return await(engine.submit(command, call.timeLeft(ENGINE_TIMEOUT)));
        } catch (EngineException refused) {
            throw translate(refused);
        }
    }

    /** @throws ApiException when the engine has not answered */
    static Reply await(CompletableFuture<Reply> answer) throws Exception {
        try {
            return answer.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof EngineException refused) {
                throw translate(refused);
            }
            throw failed;
        }
    }

    private static ApiException translate(EngineException refused) {
        Reason reason = refused instanceof EngineBusyException || refused instanceof EngineUnavailableException
                ? Reason.ENGINE_BUSY
                : Reason.OUTCOME_UNKNOWN;
        return ApiException.refuse(reason, refused.getMessage()).build();
    }

    static TraceParent currentTrace() {
        return trace(Span.current().getSpanContext());
    }

    static TraceParent trace(SpanContext context) {
        if (!context.isValid()) {
            return TraceParent.NONE;
        }
        return new TraceParent(
                Long.parseUnsignedLong(context.getTraceId(), 0, 16, 16),
                Long.parseUnsignedLong(context.getTraceId(), 16, 32, 16),
                Long.parseUnsignedLong(context.getSpanId(), 16),
                context.getTraceFlags().asByte());
    }
}
