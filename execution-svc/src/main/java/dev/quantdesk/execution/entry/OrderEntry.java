package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.cluster.EngineBusyException;
import dev.quantdesk.execution.cluster.EngineException;
import dev.quantdesk.execution.cluster.EngineUnavailableException;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
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
            OrderHub hub,
            OrderReader reader,
            Telemetry telemetry,
            Clock clock) {
        this.markets = markets;
        this.intents = new IntentChecks(settlementProgram);
        this.risk = risk;
        this.engine = engine;
        this.hub = hub;
        this.reader = reader;
        this.telemetry = telemetry;
        this.clock = clock;
    }

    /** What became of a placement. @param repeated whether an earlier call had placed the order */
    public record Placed(Order order, boolean repeated) {}

    /** @throws ApiException for every refusal; nothing is stored then */
    public Placed place(PlaceOrderRequest request, Call call) throws Exception {
        Identity.Trader trader = call.trader();
        Market market = markets.bySymbol(request.getMarket())
                .orElseThrow(() -> Refusals.unknownMarket(request.getMarket()));
        OrderTicket ticket = OrderTicket.of(request, market);
        IntentChecks.Checked checked = intents.check(
                request.getIntent(), trader, market, ticket.side(), ticket.type(), ticket.limitTicks(), ticket.lots(),
                clock.instant().getEpochSecond());
        if (hub.find(trader.account(), request.getClientOrderId()).isEmpty()) {
            UUID reservation = UUID.randomUUID();
            risk.reserve(reservation, ticket, checked.boundTicks(), request.getReduceOnly(), call);
            return submit(request, trader, ticket, checked, reservation, call);
        }
        // Known already: the engine tells whether it is the same order, and no margin is needed for that.
        return submit(request, trader, ticket, checked, Command.NO_RESERVATION, call);
    }

    private Placed submit(
            PlaceOrderRequest request,
            Identity.Trader trader,
            OrderTicket ticket,
            IntentChecks.Checked checked,
            UUID reservation,
            Call call)
            throws Exception {
        Command.PlaceOrder command = new Command.PlaceOrder(
                trader.account(),
                request.getClientOrderId(),
                ticket.market().id(),
                ticket.side(),
                ticket.type(),
                ticket.timeInForce(),
                request.getPostOnly(),
                request.getReduceOnly(),
                checked.boundTicks(),
                ticket.lots(),
                checked.intent(),
                reservation,
                currentTrace());
        Reply reply = telemetry.inSpan(
                "engine PlaceOrder", SpanKind.INTERNAL, Map.of("quantdesk.market", ticket.market().symbol()), () -> await(command, call));
        return switch (reply) {
            case Reply.Accepted accepted -> new Placed(acknowledged(trader.account(), accepted.state().orderId(), reply), false);
            case Reply.Duplicate duplicate -> new Placed(acknowledged(trader.account(), duplicate.state().orderId(), reply), true);
            case Reply.Refused refused -> refusedOrRepeated(refused, request, trader, ticket);
            case Reply.Cancelled _, Reply.Recorded _ -> throw new IllegalStateException("the engine answered an order with " + reply);
        };
    }

    /**
     * A repeat that comes after the engine has forgotten the client order id meets its own nonce, or its intent has expired:
     * then the stored order is the answer.
     */
    private Placed refusedOrRepeated(
            Reply.Refused refused, PlaceOrderRequest request, Identity.Trader trader, OrderTicket ticket) throws Exception {
        if (refused.reason() == RefusalReason.NONCE_REPLAYED) {
            var stored = reader.findByIntent(trader.account(), request.getClientOrderId(), request.getIntent().getIntent());
            if (stored.isPresent()) {
                return new Placed(stored.get(), true);
            }
        }
        throw Refusals.of(refused, ticket.market(), ticket.side() == Side.SELL);
    }

    /** Cancels what is left of an order of the caller. */
    public Order cancel(CancelOrderRequest request, Call call) throws Exception {
        PublicKey account = call.trader().account();
        boolean byId = request.hasOrderId();
        long orderId = byId ? OrderReader.parseId(request.getOrderId()).orElseThrow(Refusals::orderNotFound) : 0;
        Command.CancelOrder command = new Command.CancelOrder(
                account, orderId, byId ? "" : request.getClientOrderId(), currentTrace());
        Reply reply = telemetry.inSpan("engine CancelOrder", SpanKind.INTERNAL, Map.of(), () -> await(command, call));
        return switch (reply) {
            case Reply.Cancelled cancelled -> acknowledged(account, cancelled.state().orderId(), reply);
            case Reply.Refused _ -> (byId
                            ? reader.find(account, orderId)
                            : reader.findByClientOrderId(account, request.getClientOrderId()))
                    .orElseThrow(Refusals::orderNotFound);
            default -> throw new IllegalStateException("the engine answered a cancel with " + reply);
        };
    }

    private Order acknowledged(PublicKey account, long orderId, Reply reply) throws Exception {
        Span.current().setAttribute("quantdesk.order_id", Long.toString(orderId));
        hub.awaitSequence(reply.sequence());
        return reader.find(account, orderId)
                .orElseThrow(() -> new IllegalStateException("order " + orderId + " was acknowledged and is not known"));
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
