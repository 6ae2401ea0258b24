package dev.quantdesk.mesh.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.GetOrderResponse;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderServiceGrpc;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import dev.quantdesk.proto.execution.v1.StreamOrdersResponse;
import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call is made again as long as the refusal says that it may pass later, and no other. */
@Timeout(30)
class RepeatingTest {
    private static final int REFUSALS = 2;

    private final AtomicInteger calls = new AtomicInteger();
    private volatile Reason reason;
    private Server server;
    private TraderClient trader;

    /** Refuses its first calls. */
    private final class Orders extends OrderServiceGrpc.OrderServiceImplBase {
        @Override
        public void getOrder(GetOrderRequest request, StreamObserver<GetOrderResponse> answer) {
            if (calls.incrementAndGet() <= REFUSALS) {
                answer.onError(refusal());
                return;
            }
            Order order = Order.newBuilder().setOrderId(request.getOrderId()).build();
            answer.onNext(GetOrderResponse.newBuilder().setOrder(order).build());
            answer.onCompleted();
        }

        @Override
        public void streamOrders(StreamOrdersRequest request, StreamObserver<StreamOrdersResponse> answers) {
            calls.incrementAndGet();
            answers.onError(refusal());
        }

        private RuntimeException refusal() {
            return StatusProto.toStatusRuntimeException(
                    ApiException.refuse(reason, "not now").build().status());
        }
    }

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Orders())
                .build()
                .start();
        trader = new TraderClient(
                "localhost", server.getPort(), KeyPair.generate(new SecureRandom()), Telemetry.none(), new Repeating());
    }

    @AfterEach
    void stop() {
        trader.close();
        server.shutdownNow();
    }

    private Order order() {
        return trader.orders()
                .getOrder(GetOrderRequest.newBuilder().setOrderId("7").build())
                .getOrder();
    }

    @Test
    void shouldCallAgainWhenTheCallMayPassLater() {
        reason = Reason.RISK_UNAVAILABLE;
        assertEquals("7", order().getOrderId());
        assertEquals(REFUSALS + 1, calls.get());
    }

    @Test
    void shouldHandTheRefusalOnWhenTheSameCallWillNotPass() {
        reason = Reason.NO_COLLATERAL;
        Refused.with(Code.FAILED_PRECONDITION, "NO_COLLATERAL", this::order);
        assertEquals(1, calls.get());
    }

    @Test
    void shouldNotOpenAStreamAgain() {
        reason = Reason.SERVICE_STOPPING;
        var orders = trader.orderStreams().streamOrders(StreamOrdersRequest.getDefaultInstance());
        Refused.with(Code.UNAVAILABLE, "SERVICE_STOPPING", orders::next);
        assertEquals(1, calls.get());
    }
}
