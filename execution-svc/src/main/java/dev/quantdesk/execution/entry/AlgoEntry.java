package dev.quantdesk.execution.entry;

import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.engine.AlgoTerms;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.IcebergTips;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.engine.TwapSchedule;
import dev.quantdesk.execution.view.AlgoHub;
import dev.quantdesk.execution.view.AlgoWire;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import dev.quantdesk.proto.execution.v1.CancelAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.PlannedChild;
import dev.quantdesk.proto.execution.v1.PreviewScheduleRequest;
import dev.quantdesk.proto.execution.v1.PreviewScheduleResponse;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/** The way of an algo order from request to acknowledgement: check, reserve margin for the whole, submit to the engine. Blocks. Thread-safe. */
public final class AlgoEntry {
    private final Markets markets;
    private final IntentChecks intents;
    private final RiskGate risk;
    private final OrderEntry orders;
    private final AlgoHub hub;
    private final AlgoReader reader;
    private final Clock clock;
    private final LongSupplier seeds;

    /** @param seeds draws what nobody can foresee */
    public AlgoEntry(
            Markets markets,
            PublicKey settlementProgram,
            RiskGate risk,
            OrderEntry orders,
            AlgoHub hub,
            AlgoReader reader,
            Clock clock,
            LongSupplier seeds) {
        this.markets = markets;
        this.intents = new IntentChecks(settlementProgram);
        this.risk = risk;
        this.orders = orders;
        this.hub = hub;
        this.reader = reader;
        this.clock = clock;
        this.seeds = seeds;
    }

    /** What became of a placement. @param repeated whether an earlier call had placed the order */
    record Placed(AlgoOrder order, boolean repeated) {}

    /** A request that has passed every check that needs no other part of the mesh. */
    private record Wanted(
            PlaceAlgoOrderRequest request,
            PublicKey account,
            PublicKey owner,
            AlgoTicket ticket,
            IntentChecks.Checked checked) {
        private boolean isSame(AlgoOrder stored) {
            Market market = ticket.whole().market();
            AlgoOrder.Builder shown = AlgoOrder.newBuilder();
            AlgoWire.terms(
                    ticket.terms(),
                    request.getIceberg().getPostOnly(),
                    ticket.whole().expireMillis(),
                    market,
                    shown);
            return stored.getMarket().equals(market.symbol())
                    && stored.getSide() == request.getSide()
                    && stored.getPrice().equals(market.price(checked.boundTicks()))
                    && stored.getQuantity()
                            .equals(market.quantity(ticket.whole().lots()))
                    && stored.getReduceOnly() == request.getReduceOnly()
                    && stored.getSelfTradePrevention()
                            == Wire.selfTrade(ticket.whole().selfTrade())
                    && stored.getTwap().equals(shown.getTwap())
                    && stored.getIceberg().equals(shown.getIceberg());
        }
    }

    /** @throws ApiException for every refusal; nothing is stored then */
    Placed place(PlaceAlgoOrderRequest request, Call call) throws Exception {
        Wanted wanted = check(request, call);
        if (isKnown(wanted)) {
            return submit(wanted, Command.NO_RESERVATION, call);
        }
        UUID reservation = UUID.randomUUID();
        try {
            IntentChecks.checkAlive(wanted.checked().intent(), clock.instant().getEpochSecond());
            risk.reserve(reservation, wanted.ticket().whole(), wanted.checked(), RiskGate.NEW_ORDER, call);
        } catch (ApiException refusal) {
            if (isKnown(wanted)) {
                return submit(wanted, Command.NO_RESERVATION, call);
            }
            return repeated(wanted).orElseThrow(() -> refusal);
        }
        return submit(wanted, reservation, call);
    }

    private boolean isKnown(Wanted wanted) {
        return hub.knows(wanted.account(), wanted.request().getClientOrderId());
    }

    private Wanted check(PlaceAlgoOrderRequest request, Call call) {
        Market market = market(request.getMarket());
        AlgoTicket ticket = AlgoTicket.of(request, market, seed(request.getSeed()));
        OrderTicket whole = ticket.whole();
        IntentChecks.Checked checked = intents.check(
                request.getIntent(),
                call.trader(),
                market,
                whole.side(),
                whole.type(),
                whole.limitTicks(),
                whole.lots(),
                clock.instant().getEpochSecond());
        return new Wanted(request, call.trader().account(), call.trader().owner(), ticket, checked);
    }

    private Market market(String symbol) {
        return markets.bySymbol(symbol).orElseThrow(() -> Refusals.unknownMarket(symbol, markets.all()));
    }

    /** The seed that was asked for, or one that is drawn, and never 0. */
    private long seed(long wanted) {
        long seed = wanted;
        while (seed == 0) {
            seed = seeds.getAsLong();
        }
        return seed;
    }

    private static Command.PlaceAlgo command(Wanted wanted, UUID reservation, TraceParent trace) {
        OrderTicket whole = wanted.ticket().whole();
        Command.PlaceOrder order = new Command.PlaceOrder(
                wanted.account(),
                wanted.owner(),
                wanted.request().getClientOrderId(),
                whole.market().id(),
                whole.side(),
                OrderType.LIMIT,
                whole.timeInForce(),
                whole.postOnly(),
                whole.reduceOnly(),
                whole.selfTrade(),
                wanted.checked().boundTicks(),
                whole.lots(),
                whole.expireMillis(),
                whole.trigger(),
                whole.peg(),
                wanted.checked().intent(),
                reservation,
                trace);
        return new Command.PlaceAlgo(order, wanted.ticket().terms());
    }

    private Placed submit(Wanted wanted, UUID reservation, Call call) throws Exception {
        Reply reply =
                orders.carryOut("engine PlaceAlgoOrder", command(wanted, reservation, OrderEntry.currentTrace()), call);
        return switch (reply) {
            case Reply.Accepted accepted ->
                new Placed(acknowledged(wanted.account(), accepted.state().orderId(), reply), false);
            case Reply.Duplicate duplicate ->
                new Placed(acknowledged(wanted.account(), duplicate.state().orderId(), reply), true);
            case Reply.Refused refused -> refusedOrRepeated(refused, wanted);
            default -> throw new IllegalStateException("the engine answered an algo order with " + reply);
        };
    }

    /** A repeat that comes after the engine has forgotten the order meets its own nonce, or its intent has expired. */
    private Placed refusedOrRepeated(Reply.Refused refused, Wanted wanted) throws Exception {
        boolean mayBeRepeat =
                refused.reason() == RefusalReason.NONCE_REPLAYED || refused.reason() == RefusalReason.INTENT_EXPIRED;
        Optional<Placed> repeated = mayBeRepeat ? repeated(wanted) : Optional.empty();
        return repeated.orElseThrow(() -> Refusals.of(refused, wanted.ticket().whole()));
    }

    private Optional<Placed> repeated(Wanted wanted) throws Exception {
        return reader.findByIntent(
                        wanted.account(),
                        wanted.request().getClientOrderId(),
                        wanted.checked().intent())
                .filter(wanted::isSame)
                .map(order -> new Placed(order, true));
    }

    /** Ends an algo order of the caller. @throws ApiException when there is no such order */
    AlgoOrder cancel(CancelAlgoOrderRequest request, Call call) throws Exception {
        PublicKey account = call.trader().account();
        boolean byId = request.hasAlgoOrderId();
        long orderId = byId ? OrderReader.parseId(request.getAlgoOrderId()).orElseThrow(AlgoEntry::notFound) : 0;
        String name = byId ? "" : request.getClientOrderId();
        Reply reply = orders.carryOut(
                "engine CancelAlgoOrder",
                new Command.CancelAlgo(account, orderId, name, OrderEntry.currentTrace()),
                call);
        return switch (reply) {
            case Reply.Cancelled cancelled ->
                acknowledged(account, cancelled.state().orderId(), reply);
            case Reply.Refused refused
            when refused.reason() == RefusalReason.ORDER_FILLED
                    || refused.reason() == RefusalReason.ORDER_NOT_FOUND -> {
                orders.awaitView(reply);
                yield (byId ? reader.find(account, orderId) : reader.findByClientOrderId(account, name))
                        .orElseThrow(AlgoEntry::notFound);
            }
            default -> throw new IllegalStateException("the engine answered a cancel with " + reply);
        };
    }

    static ApiException notFound() {
        return ApiException.refuse(Reason.ALGO_ORDER_NOT_FOUND, Reason.ALGO_ORDER_NOT_FOUND.meaning())
                .build();
    }

    /** As {@link OrderEntry#acknowledged} has it of an order. */
    private AlgoOrder acknowledged(PublicKey account, long orderId, Reply reply) throws Exception {
        orders.awaitView(reply);
        Optional<AlgoOrder> then = hub.findAt(reply.sequence(), account, orderId);
        return then.isPresent()
                ? then.get()
                : reader.find(account, orderId)
                        .orElseThrow(() -> new IllegalStateException(
                                "algo order " + orderId + " was acknowledged and is not known"));
    }

    /** What the order would do in a market that fills each child whole. @throws ApiException as for a placement */
    PreviewScheduleResponse preview(PreviewScheduleRequest request) {
        Market market = market(request.getMarket());
        long lots = OrderTicket.lots(request.getQuantity(), market);
        AlgoTerms terms = AlgoTicket.terms(request, market, seed(request.getSeed()));
        PreviewScheduleResponse.Builder response =
                PreviewScheduleResponse.newBuilder().setSeed(terms.seed());
        switch (terms) {
            case AlgoTerms.Twap twap -> {
                TwapSchedule schedule = new TwapSchedule(twap, lots);
                response.setMaxSliceQuantity(market.quantity(schedule.sliceLotsMax()));
                schedule.plan()
                        .forEach(slice -> response.addChildren(PlannedChild.newBuilder()
                                .setOffset(Durations.fromMillis(slice.offsetMillis()))
                                .setQuantity(market.quantity(slice.lots()))));
            }
            case AlgoTerms.Iceberg iceberg ->
                IcebergTips.plan(iceberg, lots)
                        .forEach(tip ->
                                response.addChildren(PlannedChild.newBuilder().setQuantity(market.quantity(tip))));
        }
        return response.build();
    }
}
