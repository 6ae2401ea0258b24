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

/** The way of an order from request to acknowledgement: check, reserve margin, submit to the engine. Blocks. Thread-safe. */
public final class OrderEntry {
    /** Longest wait for the engine; after it the outcome is unknown. */
    private static final Duration ENGINE_TIMEOUT = Duration.ofSeconds(5);

    private final Markets markets;
    private final IntentChecks intents;
    private final RiskGate risk;
    private final Engine engine;
    private final PriceFeed prices;
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
            OrderHub hub,
            OrderReader reader,
            Telemetry telemetry,
            Clock clock) {
        this.markets = markets;
        this.intents = new IntentChecks(settlementProgram);
        this.risk = risk;
        this.engine = engine;
        this.prices = prices;
        this.hub = hub;
        this.reader = reader;
        this.telemetry = telemetry;
        this.clock = clock;
    }

    /**
     * What became of a placement.
     *
     * @param repeated whether an earlier call had placed the order
     * @param stages what this call passed on its way
     */
    public record Placed(Order order, boolean repeated, List<OrderStage> stages) {}

    /** A request that has passed every check that needs no other part of the mesh. */
    private record Wanted(
            PlaceOrderRequest request,
            PublicKey account,
            OrderTicket ticket,
            IntentChecks.Checked checked,
            StageClock stages) {
        boolean isSame(Order stored) {
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

        Placed placed(Order order, boolean repeated) {
            return new Placed(order, repeated, stages.passed());
        }
    }

    /** @throws ApiException for every refusal; nothing is stored then */
    public Placed place(PlaceOrderRequest request, Call call) throws Exception {
        StageClock stages = new StageClock(clock, call.headers());
        Identity.Trader trader = call.trader();
        Market market = markets.bySymbol(request.getMarket())
                .orElseThrow(() -> Refusals.unknownMarket(request.getMarket(), markets.all()));
        OrderTicket ticket = OrderTicket.of(request, market);
        long nowSeconds = clock.instant().getEpochSecond();
        IntentChecks.Checked checked = intents.check(
                request.getIntent(),
                trader,
                market,
                ticket.side(),
                ticket.type(),
                ticket.limitTicks(),
                ticket.lots(),
                nowSeconds);
        Wanted wanted = new Wanted(request, trader.account(), ticket, checked, stages);
        if (hub.knows(trader.account(), request.getClientOrderId())) {
            // The engine tells whether it is the same order, which needs neither margin nor a live intent.
            return submit(wanted, Command.NO_RESERVATION, call);
        }
        UUID reservation = UUID.randomUUID();
        try {
            IntentChecks.checkAlive(checked.intent(), nowSeconds);
            stages.end(StageClock.CHECKS);
            risk.reserve(reservation, ticket, checked, RiskGate.NEW_ORDER, call);
            stages.end(StageClock.RISK);
        } catch (ApiException refusal) {
            return repeated(wanted).orElseThrow(() -> refusal);
        }
        return submit(wanted, reservation, call);
    }

    private Placed submit(Wanted wanted, UUID reservation, Call call) throws Exception {
        OrderTicket ticket = wanted.ticket();
        Command.PlaceOrder command = new Command.PlaceOrder(
                wanted.account(),
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
                currentTrace());
        if (PriceFeed.needsPrices(command)) {
            prices.tell(ticket.market());
        }
        Reply reply = telemetry.inSpan(
                "engine PlaceOrder",
                SpanKind.INTERNAL,
                Map.of("quantdesk.market", ticket.market().symbol()),
                () -> await(command, call));
        wanted.stages().end(StageClock.ENGINE);
        return switch (reply) {
            case Reply.Accepted accepted ->
                wanted.placed(acknowledged(wanted.account(), accepted.state().orderId(), reply), false);
            case Reply.Duplicate duplicate ->
                wanted.placed(acknowledged(wanted.account(), duplicate.state().orderId(), reply), true);
            case Reply.Refused refused -> refusedOrRepeated(refused, wanted);
            case Reply.Amended _, Reply.Cancelled _, Reply.Recorded _ ->
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
        return reader.findByIntent(
                        wanted.account(),
                        wanted.request().getClientOrderId(),
                        wanted.checked().intent())
                .filter(wanted::isSame)
                .map(order -> wanted.placed(order, true));
    }

    /** Changes an open order of the caller. @throws ApiException for every refusal; the order is as it was then */
    public Order amend(AmendOrderRequest request, Call call) throws Exception {
        Identity.Trader trader = call.trader();
        OrderHub.Live order = live(request, trader.account());
        Amendment amendment = Amendment.of(request, order);
        long nowSeconds = clock.instant().getEpochSecond();
        IntentChecks.Checked checked = intents.check(
                request.hasIntent() ? request.getIntent() : Amendment.intent(order),
                trader,
                order.market(),
                amendment.ticket().side(),
                amendment.ticket().type(),
                amendment.ticket().limitTicks(),
                amendment.totalLots(),
                nowSeconds);
        IntentChecks.checkAlive(checked.intent(), nowSeconds);
        UUID reservation = UUID.randomUUID();
        if (amendment.needsMargin()) {
            risk.reserve(reservation, amendment.ticket(), checked, order.orderId(), call);
        }
        if (amendment.movesTrigger()) {
            prices.tell(order.market());
        }
        Command.AmendOrder command = new Command.AmendOrder(
                trader.account(),
                order.orderId(),
                "",
                amendment.newPriceTicks(),
                amendment.newLots(),
                amendment.newTriggerValue(),
                request.hasIntent() ? Optional.of(checked.intent()) : Optional.empty(),
                reservation,
                currentTrace());
        Reply reply = telemetry.inSpan("engine AmendOrder", SpanKind.INTERNAL, Map.of(), () -> await(command, call));
        return switch (reply) {
            case Reply.Amended amended ->
                acknowledged(trader.account(), amended.state().orderId(), reply);
            case Reply.Refused refused -> throw Refusals.of(refused, amendment.ticket());
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
        PublicKey account = call.trader().account();
        boolean byId = request.hasOrderId();
        long orderId = byId ? OrderReader.parseId(request.getOrderId()).orElseThrow(Refusals::orderNotFound) : 0;
        Command.CancelOrder command =
                new Command.CancelOrder(account, orderId, byId ? "" : request.getClientOrderId(), currentTrace());
        Reply reply = telemetry.inSpan("engine CancelOrder", SpanKind.INTERNAL, Map.of(), () -> await(command, call));
        return switch (reply) {
            case Reply.Cancelled cancelled ->
                acknowledged(account, cancelled.state().orderId(), reply);
            case Reply.Refused refused
            when refused.reason() == RefusalReason.ORDER_FILLED
                    || refused.reason() == RefusalReason.ORDER_NOT_FOUND -> {
                awaitView(reply);
                yield (byId
                                ? reader.find(account, orderId)
                                : reader.findByClientOrderId(account, request.getClientOrderId()))
                        .orElseThrow(Refusals::orderNotFound);
            }
            default -> throw new IllegalStateException("the engine answered a cancel with " + reply);
        };
    }

    private Order acknowledged(PublicKey account, long orderId, Reply reply) throws Exception {
        Span.current().setAttribute("quantdesk.order_id", Long.toString(orderId));
        awaitView(reply);
        return reader.find(account, orderId)
                .orElseThrow(
                        () -> new IllegalStateException("order " + orderId + " was acknowledged and is not known"));
    }

    /** The engine has done it, but the order can't be shown as it now is before this node's view has seen it too. */
    private void awaitView(Reply reply) throws InterruptedException {
        if (!hub.awaitSequence(reply.sequence())) {
            throw ApiException.refuse(
                            Reason.OUTCOME_UNKNOWN,
                            "The engine has answered, but the order's state can't be shown yet; repeat.")
                    .build();
        }
    }

    private Reply await(Command command, Call call) throws Exception {
        Duration timeout = call.timeLeft(ENGINE_TIMEOUT);
        try {
            return engine.submit(command, timeout).get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof EngineException refused) {
                throw translate(refused);
            }
            throw failed;
        } catch (EngineException refused) {
            throw translate(refused);
        }
    }

    private static ApiException translate(EngineException refused) {
        Reason reason = refused instanceof EngineBusyException || refused instanceof EngineUnavailableException
                ? Reason.ENGINE_BUSY
                : Reason.OUTCOME_UNKNOWN;
        return ApiException.refuse(reason, refused.getMessage()).build();
    }

    private static TraceParent currentTrace() {
        SpanContext context = Span.current().getSpanContext();
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
