package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import dev.quantdesk.proto.risk.v1.VxRiskServiceGrpcClient;
import java.time.Duration;
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

    /** The one method of risk-svc that is called here. */
    @FunctionalInterface
    interface RiskService {
        void reserveOrder(ReserveOrderRequest request, String identityToken, Duration timeout)
                throws InterruptedException;
    }

    public RiskGate(RpcClient mesh, Duration timeout) {
        this((request, token, left) -> mesh.call(VxRiskServiceGrpcClient.ReserveOrder, request, token, left), timeout);
    }

    RiskGate(RiskService risk, Duration timeout) {
        this.risk = risk;
        this.timeout = timeout;
    }

    /** @param replacesOrderId the open order that is amended to be this one, or {@link #NEW_ORDER} */
    void reserve(UUID reservation, OrderTicket ticket, IntentChecks.Checked checked, long replacesOrderId, Call call)
            throws InterruptedException {
        ReserveOrderRequest.Builder request = ReserveOrderRequest.newBuilder()
                .setReservationId(reservation.toString())
                .setMarket(ticket.market().symbol())
                .setSide(ticket.side() == Side.BUY ? OrderSide.ORDER_SIDE_BUY : OrderSide.ORDER_SIDE_SELL)
                .setPrice(ticket.market().price(checked.boundTicks()))
                .setQuantity(ticket.market().quantity(ticket.lots()))
                .setReduceOnly(ticket.reduceOnly())
                .setReplacesOrderId(replacesOrderId == NEW_ORDER ? "" : Long.toString(replacesOrderId));
        checked.maxNotionalMicros().ifPresent(micros -> request.setMaxOrderNotional(Decimals.usdc(micros)));
        try {
            risk.reserveOrder(request.build(), call.identityToken(), call.timeLeft(timeout));
        } catch (ApiException refusal) {
            if (!isUnavailable(refusal)) {
                throw refusal;
            }
            if (!ticket.reduceOnly()) {
                throw ApiException.refuse(
                                Reason.RISK_UNAVAILABLE,
                                "Risk checks can't be made at this moment: orders that add risk wait, cancels work.")
                        .retryAfter(Duration.ofSeconds(1))
                        .build();
            }
            LOG.warn("risk-svc is not there; a reduce-only order passes without it: {}", refusal.getMessage());
        }
    }

    /** Whether this is no word on the order's risk, but on risk-svc itself. */
    private static boolean isUnavailable(ApiException refusal) {
        return NO_ANSWER.contains(refusal.reason());
    }
}
