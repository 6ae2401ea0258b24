package dev.quantdesk.kit.rpc;

import static dev.quantdesk.kit.rpc.TestMesh.as;
import static dev.quantdesk.kit.rpc.TestMesh.mesh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.BadRequest;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.GetOrderResponse;
import dev.quantdesk.proto.execution.v1.OrderServiceGrpc;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.ListMarketsRequest;
import dev.quantdesk.proto.marketdata.v1.MarketDataServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Who is let in, and with which message. */
@Timeout(20)
class AdmissionTest {
    private static final GetOrderBookRequest BOOK =
            GetOrderBookRequest.newBuilder().setMarket("ETH-PERP").build();
    private static final GetOrderRequest ORDER =
            GetOrderRequest.newBuilder().setClientOrderId("a").build();

    private final AtomicInteger handled = new AtomicInteger();
    private final AtomicReference<Call> lastCall = new AtomicReference<>();
    private TestMesh mesh;
    private MarketDataServiceGrpc.MarketDataServiceBlockingStub market;
    private OrderServiceGrpc.OrderServiceBlockingStub orders;

    @BeforeEach
    void start() throws Exception {
        mesh = mesh().answeringBooks((_, call) -> {
                    handled.incrementAndGet();
                    lastCall.set(call);
                    return GetOrderBookResponse.getDefaultInstance();
                })
                .answeringOrders((_, call) -> {
                    handled.incrementAndGet();
                    lastCall.set(call);
                    return GetOrderResponse.getDefaultInstance();
                })
                .start();
        market = MarketDataServiceGrpc.newBlockingStub(mesh.channel());
        orders = OrderServiceGrpc.newBlockingStub(mesh.channel());
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
    }

    private ApiException assertRefused(Reason reason, Executable call) {
        StatusRuntimeException failed = assertThrows(StatusRuntimeException.class, call);
        ApiException refusal = TestMesh.refusal(failed);
        assertEquals(reason.name(), refusal.reason());
        assertEquals(reason.status().code, failed.getStatus().getCode().value());
        assertEquals(reason.status().code, refusal.status().getCode());
        assertEquals(refusal.status().getMessage(), failed.getStatus().getDescription());
        assertEquals(0, handled.get());
        return refusal;
    }

    @Test
    void shouldLetAnyoneInWhenTheMethodIsPublic() {
        as(mesh.anonymous(), market).getOrderBook(BOOK);
        as(mesh.trader(), market).getOrderBook(BOOK);
        assertEquals(2, handled.get());
    }

    @Test
    void shouldTellTheHandlerWhoCallsWhenATraderDoes() {
        String token = mesh.trader();
        as(token, orders).getOrder(ORDER);
        assertEquals(TestMesh.traderIdentity(), lastCall.get().trader());
        assertEquals(token, lastCall.get().identityToken());
    }

    @Test
    void shouldRefuseWhenThereIsNoIdentity() {
        assertRefused(Reason.IDENTITY_INVALID, () -> market.getOrderBook(BOOK));
        assertRefused(Reason.IDENTITY_INVALID, () -> orders.getOrder(ORDER));
    }

    @Test
    void shouldRefuseWhenTheIdentityIsForged() {
        String forged = mesh.trader().replaceAll("\\.[^.]+$", ".AAAA");
        assertRefused(Reason.IDENTITY_INVALID, () -> as(forged, orders).getOrder(ORDER));
        assertRefused(Reason.IDENTITY_INVALID, () -> as("nonsense", market).getOrderBook(BOOK));
    }

    @Test
    void shouldAskForASessionWhenTheCallerIsAnonymous() {
        assertRefused(
                Reason.SESSION_REQUIRED, () -> as(mesh.anonymous(), orders).getOrder(ORDER));
    }

    @Test
    void shouldNeedNoIdentityWhenTheGatewayAsks() {
        market.listMarkets(ListMarketsRequest.getDefaultInstance());
    }

    @Test
    void shouldNameTheFieldWhenItBreaksItsRule() throws Exception {
        GetOrderBookRequest wrong =
                BOOK.toBuilder().setMarket("").setDepth(1_001).build();
        ApiException refusal = assertRefused(
                Reason.REQUEST_INVALID, () -> as(mesh.anonymous(), market).getOrderBook(wrong));
        BadRequest details = TestMesh.detail(refusal, BadRequest.class);
        assertEquals(
                List.of("market", "depth"),
                details.getFieldViolationsList().stream()
                        .map(BadRequest.FieldViolation::getField)
                        .toList());
        details.getFieldViolationsList()
                .forEach(violation -> assertFalse(violation.getDescription().isBlank()));
        assertTrue(refusal.getMessage().startsWith("market: "), refusal.getMessage());
    }

    @Test
    void shouldRefuseAnOrderOfNothingButDefaults() throws Exception {
        ApiException refusal = assertRefused(
                Reason.REQUEST_INVALID,
                () -> as(mesh.trader(), orders).placeOrder(PlaceOrderRequest.getDefaultInstance()));
        assertTrue(TestMesh.detail(refusal, BadRequest.class).getFieldViolationsCount() >= 3, refusal.toString());
    }

    /** Whether a caller may call is nobody's business but the caller's: identity comes before validation. */
    @Test
    void shouldCheckTheIdentityBeforeTheMessage() {
        assertRefused(Reason.IDENTITY_INVALID, () -> orders.placeOrder(PlaceOrderRequest.getDefaultInstance()));
    }

    @Test
    void shouldAnswerUnimplementedWhenTheMethodIsNotBound() {
        StatusRuntimeException failed = assertThrows(
                StatusRuntimeException.class,
                () -> as(mesh.trader(), orders)
                        .cancelOrder(dev.quantdesk.proto.execution.v1.CancelOrderRequest.newBuilder()
                                .setClientOrderId("a")
                                .build()));
        assertEquals(Status.Code.UNIMPLEMENTED, failed.getStatus().getCode());
    }
}
