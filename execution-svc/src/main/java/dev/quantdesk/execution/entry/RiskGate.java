package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import dev.quantdesk.proto.risk.v1.VxRiskServiceGrpcClient;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks risk-svc for margin. Without an answer, orders that add risk are refused, and those that only reduce it pass. */
public final class RiskGate {
    private static final Logger LOG = LoggerFactory.getLogger(RiskGate.class);

    private final RpcClient mesh;
    private final Duration timeout;

    public RiskGate(RpcClient mesh, Duration timeout) {
        this.mesh = mesh;
        this.timeout = timeout;
    }

    void reserve(UUID reservation, OrderTicket ticket, long boundTicks, boolean reduceOnly, Call call)
            throws InterruptedException {
        ReserveOrderRequest request = ReserveOrderRequest.newBuilder()
                .setReservationId(reservation.toString())
                .setMarket(ticket.market().symbol())
                .setSide(ticket.side() == Side.BUY ? OrderSide.ORDER_SIDE_BUY : OrderSide.ORDER_SIDE_SELL)
                .setPrice(ticket.market().price(boundTicks))
                .setQuantity(ticket.market().quantity(ticket.lots()))
                .setReduceOnly(reduceOnly)
                .build();
        try {
            mesh.call(VxRiskServiceGrpcClient.ReserveOrder, request, call.identityToken(), call.timeLeft(timeout));
        } catch (ApiException refusal) {
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
    }

    private static boolean isUnavailable(ApiException refusal) {
        String reason = refusal.reason();
        return reason.equals(Reason.UPSTREAM_UNAVAILABLE.name())
                || reason.equals(Reason.SERVICE_STOPPING.name())
                || reason.equals(Reason.INTERNAL.name());
    }
}
