package dev.quantdesk.execution.entry;

import com.google.protobuf.ByteString;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.ErrorMapper;
import dev.quantdesk.kit.rpc.MessageValidator;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrdersRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrdersResponse;
import dev.quantdesk.proto.execution.v1.PlacementOutcome;
import dev.quantdesk.proto.execution.v1.SignedBatch;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** The way of orders that were signed at once: one verification, one call to risk-svc, and an outcome for each. Blocks. Thread-safe. */
public final class BatchEntry {
    private static final String METHOD = "quantdesk.execution.v1.OrderService/PlaceOrders";

    private final OrderEntry entry;
    private final RiskGate risk;
    private final TradingBudget budget;
    private final MessageValidator validator = new MessageValidator();
    private final Clock clock;

    public BatchEntry(OrderEntry entry, RiskGate risk, TradingBudget budget, Clock clock) {
        this.entry = entry;
        this.risk = risk;
        this.budget = budget;
        this.clock = clock;
    }

    /** One order on its way. */
    private static final class Step {
        private Exception refusal;
        private OrderEntry.Wanted wanted;
        private UUID reservation = dev.quantdesk.execution.engine.Command.NO_RESERVATION;
        private CompletableFuture<Reply> reply;
    }

    /** @throws ApiException when there are not as many intents as orders */
    PlaceOrdersResponse place(PlaceOrdersRequest request, Call call) throws InterruptedException {
        SignedBatch batch = request.getBatch();
        if (batch.getIntents().size() != request.getOrdersCount() * SignedIntent.LENGTH) {
            throw ApiException.refuse(
                            Reason.REQUEST_INVALID,
                            "There are " + request.getOrdersCount() + " orders, and "
                                    + batch.getIntents().size() + " bytes of intents, which have 38 each.")
                    .field("batch.intents", "as many intents as orders")
                    .build();
        }
        PublicKey owner = call.trader().owner();
        IntentChecks.SignedBytes signed =
                new IntentChecks.SignedBytes(batch.getIntents().toByteArray());
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < request.getOrdersCount(); i++) {
            int at = i * SignedIntent.LENGTH;
            ByteString intent = batch.getIntents().substring(at, at + SignedIntent.LENGTH);
            steps.add(check(request.getOrders(i), intent, batch, signed, call));
        }
        reserve(steps, call);
        for (Step step : steps) {
            if (step.refusal == null) {
                step.reply = entry.submit(step.wanted.placement(
                        OrderEntry.command(step.wanted, step.reservation, OrderEntry.currentTrace()), null));
            }
        }
        PlaceOrdersResponse.Builder response = PlaceOrdersResponse.newBuilder();
        for (Step step : steps) {
            response.addOutcomes(outcome(step));
        }
        return response.setBudget(budget.left(owner)).build();
    }

    private Step check(
            PlaceOrderRequest order, ByteString intent, SignedBatch batch, IntentChecks.SignedBytes signed, Call call)
            throws InterruptedException {
        Step step = new Step();
        try {
            budget.take(call.trader().owner(), call.identityToken());
            if (order.hasIntent()) {
                throw ApiException.refuse(Reason.REQUEST_INVALID, "The intents of a batch stand in the batch.")
                        .field("intent", "not in a batch")
                        .build();
            }
            PlaceOrderRequest whole = order.toBuilder()
                    .setIntent(dev.quantdesk.proto.execution.v1.SignedIntent.newBuilder()
                            .setIntent(intent)
                            .setSignature(batch.getSignature())
                            .setSigner(batch.getSigner()))
                    .build();
            validator.check(whole);
            step.wanted = entry.check(whole, signed, call.trader(), new StageClock(clock, call.headers()));
        } catch (ApiException refusal) {
            step.refusal = refusal;
        }
        return step;
    }

    private void reserve(List<Step> steps, Call call) throws InterruptedException {
        List<Step> waiting = new ArrayList<>();
        List<RiskGate.Need> needs = new ArrayList<>();
        for (Step step : steps) {
            if (step.refusal == null && !entry.isKnown(step.wanted)) {
                try {
                    entry.checkAlive(step.wanted);
                } catch (ApiException expired) {
                    step.refusal = expired;
                    continue;
                }
                step.reservation = UUID.randomUUID();
                waiting.add(step);
                needs.add(new RiskGate.Need(step.reservation, step.wanted.ticket(), step.wanted.checked()));
            }
        }
        if (needs.isEmpty()) {
            return;
        }
        List<Optional<ApiException>> refusals = risk.reserve(needs, call.identityToken());
        for (int i = 0; i < waiting.size(); i++) {
            waiting.get(i).refusal = refusals.get(i).orElse(null);
        }
    }

    private PlacementOutcome outcome(Step step) throws InterruptedException {
        try {
            OrderEntry.Placed placed = placed(step);
            return PlacementOutcome.newBuilder()
                    .setOrder(placed.order())
                    .setRepeatedRequest(placed.repeated())
                    .build();
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception refused) {
            return PlacementOutcome.newBuilder()
                    .setRefusal(ErrorMapper.toStatus(METHOD, refused))
                    .build();
        }
    }

    private OrderEntry.Placed placed(Step step) throws Exception {
        if (step.refusal == null) {
            return entry.placed(step.wanted, OrderEntry.await(step.reply));
        }
        if (step.wanted != null && step.refusal instanceof ApiException refusal) {
            return entry.repeatedOr(step.wanted, refusal);
        }
        throw step.refusal;
    }
}
