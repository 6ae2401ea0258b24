package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.proto.risk.v1.ReservationOutcome;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrdersRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrdersResponse;
import dev.quantdesk.proto.risk.v1.VxRiskServiceGrpcClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks risk-svc for margin. Without an answer, orders that add risk are refused, and those that only reduce it pass. */
public final class RiskGate {
    /** Stands for an order that replaces none. */
    static final long NEW_ORDER = 0;

    private static final Logger LOG = LoggerFactory.getLogger(RiskGate.class);
    private static final Set<String> NO_ANSWER = Set.of(
            Reason.UPSTREAM_UNAVAILABLE.name(),
            Reason.SERVICE_STOPPING.name(),
            Reason.SERVER_OVERLOADED.name(),
            Reason.INTERNAL.name());

    private final RiskService risk;
    private final Duration timeout;

    /** The methods of risk-svc that are called here. */
    interface RiskService {
        void reserveOrder(ReserveOrderRequest request, String identityToken, Duration timeout)
                throws InterruptedException;

        ReserveOrdersResponse reserveOrders(ReserveOrdersRequest request, String identityToken, Duration timeout)
                throws InterruptedException;
    }

    private record Remote(RpcClient mesh) implements RiskService {
        @Override
        public void reserveOrder(ReserveOrderRequest request, String identityToken, Duration timeout)
                throws InterruptedException {
            mesh.call(VxRiskServiceGrpcClient.ReserveOrder, request, identityToken, timeout);
        }

        @Override
        public ReserveOrdersResponse reserveOrders(ReserveOrdersRequest request, String identityToken, Duration timeout)
                throws InterruptedException {
            return mesh.call(VxRiskServiceGrpcClient.ReserveOrders, request, identityToken, timeout);
        }
    }

    public RiskGate(RpcClient mesh, Duration timeout) {
        this(new Remote(mesh), timeout);
    }

    RiskGate(RiskService risk, Duration timeout) {
        this.risk = risk;
        this.timeout = timeout;
    }

    /** @param replacesOrderId the open order that is amended to be this one, or {@link #NEW_ORDER} */
    void reserve(UUID reservation, OrderTicket ticket, IntentChecks.Checked checked, long replacesOrderId, Call call)
            throws InterruptedException {
        try {
            risk.reserveOrder(
                    request(reservation, ticket, checked, replacesOrderId),
                    call.identityToken(),
                    call.timeLeft(timeout));
        } catch (ApiException refusal) {
            onRefusal(refusal, ticket.reduceOnly());
        }
    }

    /** An order that needs margin. @param replacesOrderId the open order that is amended to be this one, or {@link #NEW_ORDER} */
    record Need(UUID reservation, OrderTicket ticket, IntentChecks.Checked checked, long replacesOrderId) {
        Need(UUID reservation, OrderTicket ticket, IntentChecks.Checked checked) {
            this(reservation, ticket, checked, NEW_ORDER);
        }
    }

    /**
     * Asks for several orders of one account at once, each on its own.
     *
     * @return for each order the refusal, or nothing where it may go on
     */
    List<Optional<ApiException>> reserve(List<Need> needs, String identityToken) throws InterruptedException {
        ReserveOrdersRequest.Builder request = ReserveOrdersRequest.newBuilder();
        needs.forEach(need ->
                request.addOrders(request(need.reservation(), need.ticket(), need.checked(), need.replacesOrderId())));
        List<ReservationOutcome> outcomes;
        try {
            outcomes =
                    risk.reserveOrders(request.build(), identityToken, timeout).getOutcomesList();
        } catch (ApiException refusal) {
            return needs.stream().map(need -> refusal(refusal, need)).toList();
        }
        if (outcomes.size() != needs.size()) {
            throw new IllegalStateException(
                    "risk-svc gave " + outcomes.size() + " outcomes for " + needs.size() + " orders");
        }
        List<Optional<ApiException>> refusals = new ArrayList<>(needs.size());
        for (int i = 0; i < needs.size(); i++) {
            ReservationOutcome outcome = outcomes.get(i);
            refusals.add(
                    outcome.hasReserved()
                            ? Optional.empty()
                            : refusal(ApiException.of(outcome.getRefusal()), needs.get(i)));
        }
        return refusals;
    }

    private static Optional<ApiException> refusal(ApiException refusal, Need need) {
        try {
            onRefusal(refusal, need.ticket().reduceOnly());
            return Optional.empty();
        } catch (ApiException said) {
            return Optional.of(said);
        }
    }

    private static ReserveOrderRequest request(
            UUID reservation, OrderTicket ticket, IntentChecks.Checked checked, long replacesOrderId) {
        ReserveOrderRequest.Builder request = ReserveOrderRequest.newBuilder()
                .setReservationId(reservation.toString())
                .setMarket(ticket.market().symbol())
                .setSide(ticket.side() == Side.BUY ? OrderSide.ORDER_SIDE_BUY : OrderSide.ORDER_SIDE_SELL)
                .setPrice(ticket.market().price(checked.boundTicks()))
                .setQuantity(ticket.market().quantity(ticket.lots()))
                .setReduceOnly(ticket.reduceOnly())
                .setReplacesOrderId(replacesOrderId == NEW_ORDER ? "" : Long.toString(replacesOrderId));
        checked.maxNotionalMicros().ifPresent(micros -> request.setMaxOrderNotional(Decimals.usdc(micros)));
        return request.build();
    }

    private static void onRefusal(ApiException refusal, boolean reduceOnly) {
        if (!isUnavailable(refusal)) {
            throw refusal;
        }
        if (!reduceOnly) {
            throw ApiException.refuse(
                            Reason.RISK_UNAVAILABLE,
                            "Risk checks can't be made at this moment: orders that add risk wait, cancels work.")
                    .retryAfter(Duration.ofSeconds(1))
                    .build();
        }
        LOG.warn("risk-svc is not there; a reduce-only order passes without it: {}", refusal.getMessage());
    }

    /** Whether this is no word on the order's risk, but on risk-svc itself. */
    private static boolean isUnavailable(ApiException refusal) {
        return NO_ANSWER.contains(refusal.reason());
    }
}
