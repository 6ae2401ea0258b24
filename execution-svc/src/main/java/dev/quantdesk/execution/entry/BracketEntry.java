package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.engine.BracketOrder;
import dev.quantdesk.execution.engine.BracketShape;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.MessageValidator;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.PlaceBracketOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceBracketOrderResponse;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The way of a bracket: each leg is checked as an order, margin is reserved, and the engine takes all of them or none. Blocks. Thread-safe. */
public final class BracketEntry {
    private final OrderEntry entry;
    private final RiskGate risk;
    private final TradingBudget budget;
    private final MessageValidator validator = new MessageValidator();
    private final Clock clock;

    public BracketEntry(OrderEntry entry, RiskGate risk, TradingBudget budget, Clock clock) {
        this.entry = entry;
        this.risk = risk;
        this.budget = budget;
        this.clock = clock;
    }

    /** A bracket whose legs have passed every check that needs no other part of the mesh. */
    private record Wanted(BracketRequest request, List<OrderEntry.Wanted> legs) {
        PublicKey account() {
            return legs.getFirst().account();
        }

        PublicKey owner() {
            return legs.getFirst().owner();
        }

        String name(int leg) {
            return request.legs().get(leg).name();
        }
    }

    /** @throws ApiException for every refusal, with the leg at fault; nothing is stored then */
    PlaceBracketOrderResponse place(PlaceBracketOrderRequest message, Call call) throws Exception {
        BracketRequest request = BracketRequest.of(message);
        for (int i = 0; i < request.legs().size(); i++) {
            budget.take(call.trader().owner(), call.identityToken());
        }
        Wanted wanted = check(request, message.getBatch().getIntents().toByteArray(), call);
        List<UUID> none =
                wanted.legs().stream().map(_ -> Command.NO_RESERVATION).toList();
        // That it is a bracket does not depend on its reservations.
        Command.PlaceBracket unreserved = command(wanted, none, OrderEntry.currentTrace());
        if (isKnown(wanted)) {
            return submit(wanted, unreserved, call);
        }
        List<UUID> reservations =
                wanted.legs().stream().map(_ -> UUID.randomUUID()).toList();
        try {
            reserve(wanted, reservations, call);
        } catch (ApiException refusal) {
            if (isKnown(wanted)) {
                return submit(wanted, unreserved, call);
            }
            return repeated(wanted).orElseThrow(() -> refusal);
        }
        return submit(wanted, command(wanted, reservations, OrderEntry.currentTrace()), call);
    }

    private boolean isKnown(Wanted wanted) {
        return wanted.legs().stream().anyMatch(entry::isKnown);
    }

    private Wanted check(BracketRequest request, byte[] signedBytes, Call call) {
        IntentChecks.SignedBytes signed = new IntentChecks.SignedBytes(signedBytes);
        List<OrderEntry.Wanted> legs = new ArrayList<>();
        for (BracketRequest.Leg leg : request.legs()) {
            try {
                validator.check(leg.order());
                legs.add(entry.check(leg.order(), signed, call.trader(), new StageClock(clock, call.headers())));
            } catch (ApiException refusal) {
                throw LegRefusal.of(leg.name(), refusal);
            }
        }
        BracketPrices.check(
                request.legs(), legs.stream().map(OrderEntry.Wanted::ticket).toList());
        return new Wanted(request, legs);
    }

    /** @throws ApiException where the legs make no bracket */
    private static Command.PlaceBracket command(Wanted wanted, List<UUID> reservations, TraceParent trace) {
        BracketRequest request = wanted.request();
        List<BracketOrder> orders = new ArrayList<>();
        for (int i = 0; i < reservations.size(); i++) {
            orders.add(new BracketOrder(
                    request.legs().get(i).role(),
                    OrderEntry.command(wanted.legs().get(i), reservations.get(i), trace)));
        }
        Optional<BracketShape.Problem> problem =
                BracketShape.problem(orders, request.exitAtMillis(), request.exitAfterMillis());
        if (problem.isPresent()) {
            String leg = wanted.name(problem.get().leg());
            throw BracketRequest.invalid(
                            leg + "." + problem.get().field(), problem.get().text())
                    .with("leg", leg)
                    .build();
        }
        return new Command.PlaceBracket(orders, request.exitAtMillis(), request.exitAfterMillis());
    }

    /** What only reduces holds no margin and is asked for first, so that a refusal leaves no reservation behind that nobody takes up. */
    private void reserve(Wanted wanted, List<UUID> reservations, Call call) throws InterruptedException {
        for (int i = 0; i < wanted.legs().size(); i++) {
            try {
                entry.checkAlive(wanted.legs().get(i));
            } catch (ApiException expired) {
                throw LegRefusal.of(wanted.name(i), expired);
            }
        }
        reserve(wanted, reservations, true, call);
        reserve(wanted, reservations, false, call);
    }

    private void reserve(Wanted wanted, List<UUID> reservations, boolean reduceOnly, Call call)
            throws InterruptedException {
        List<Integer> asked = new ArrayList<>();
        List<RiskGate.Need> needs = new ArrayList<>();
        for (int i = 0; i < reservations.size(); i++) {
            OrderEntry.Wanted leg = wanted.legs().get(i);
            if (leg.ticket().reduceOnly() == reduceOnly) {
                asked.add(i);
                needs.add(new RiskGate.Need(reservations.get(i), leg.ticket(), leg.checked()));
            }
        }
        if (needs.isEmpty()) {
            return;
        }
        List<Optional<ApiException>> refusals = risk.reserve(needs, call.identityToken());
        for (int i = 0; i < refusals.size(); i++) {
            if (refusals.get(i).isPresent()) {
                throw LegRefusal.of(wanted.name(asked.get(i)), refusals.get(i).get());
            }
        }
    }

    private PlaceBracketOrderResponse submit(Wanted wanted, Command.PlaceBracket command, Call call) throws Exception {
        Reply reply = entry.carryOut("engine PlaceBracket", command, call);
        return switch (reply) {
            case Reply.BracketPlaced placed -> placed(wanted, placed);
            case Reply.BracketRefused refused -> refusedOrRepeated(wanted, refused);
            default -> throw new IllegalStateException("the engine answered a bracket with " + reply);
        };
    }

    private PlaceBracketOrderResponse placed(Wanted wanted, Reply.BracketPlaced placed) throws Exception {
        PlaceBracketOrderResponse.Builder response = PlaceBracketOrderResponse.newBuilder()
                .setBracketId(Long.toString(placed.firstOrderId()))
                .setRepeatedRequest(placed.repeated());
        for (int i = 0; i < placed.legs(); i++) {
            response.addOrders(entry.acknowledged(wanted.account(), placed.firstOrderId() + i, placed));
        }
        return response.setBudget(budget.left(wanted.owner())).build();
    }

    /** A repeat that comes after the engine has forgotten its orders meets its own nonces, or its intents have expired. */
    private PlaceBracketOrderResponse refusedOrRepeated(Wanted wanted, Reply.BracketRefused refused) throws Exception {
        RefusalReason reason = refused.why().reason();
        boolean mayBeRepeat = reason == RefusalReason.NONCE_REPLAYED
                || reason == RefusalReason.INTENT_EXPIRED
                || reason == RefusalReason.CLIENT_ORDER_ID_REUSED;
        Optional<PlaceBracketOrderResponse> repeated = mayBeRepeat ? repeated(wanted) : Optional.empty();
        return repeated.orElseThrow(() -> LegRefusal.of(
                wanted.name(refused.leg()),
                Refusals.of(refused.why(), wanted.legs().get(refused.leg()).ticket())));
    }

    /** The bracket that an earlier call with the same content placed, where only the database remembers all of it. */
    private Optional<PlaceBracketOrderResponse> repeated(Wanted wanted) throws Exception {
        PlaceBracketOrderResponse.Builder response = PlaceBracketOrderResponse.newBuilder();
        for (OrderEntry.Wanted leg : wanted.legs()) {
            Optional<Order> order = entry.earlier(leg).filter(Order::hasBracket);
            if (order.isEmpty()) {
                return Optional.empty();
            }
            response.addOrders(order.get());
        }
        return Optional.of(
                response.setBracketId(response.getOrders(0).getBracket().getBracketId())
                        .setRepeatedRequest(true)
                        .setBudget(budget.left(wanted.owner()))
                        .build());
    }
}
