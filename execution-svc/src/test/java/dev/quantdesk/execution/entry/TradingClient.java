package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersHeartbeat;
import dev.quantdesk.proto.execution.v1.TradeOrdersRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import dev.quantdesk.proto.execution.v1.TradeOrdersSettings;
import dev.quantdesk.proto.execution.v1.VxOrderServiceGrpcClient;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The client's end of a trading stream. Messages are numbered from 1, and each answer has to carry the next number. */
final class TradingClient {
    private final GrpcClientRequest<TradeOrdersRequest, TradeOrdersResponse> request;
    private final BlockingQueue<TradeOrdersResponse> answers = new LinkedBlockingQueue<>();
    private final CompletableFuture<GrpcClientResponse<TradeOrdersRequest, TradeOrdersResponse>> response =
            new CompletableFuture<>();
    /** The reason with which the stream ended; OK where the server ended it in order. */
    private final CompletableFuture<String> end = new CompletableFuture<>();

    private long sent;
    private long answered;

    private TradingClient(GrpcClientRequest<TradeOrdersRequest, TradeOrdersResponse> request) {
        this.request = request;
    }

    /** The stream is opened by its first message. */
    static TradingClient open(GrpcClient client, SocketAddress address, String token) throws Exception {
        GrpcClientRequest<TradeOrdersRequest, TradeOrdersResponse> request =
                TradingFixture.await(client.request(address, VxOrderServiceGrpcClient.TradeOrders));
        request.headers().set(IdentityTokens.HEADER, token);
        TradingClient opened = new TradingClient(request);
        request.exceptionHandler(opened::failed);
        request.response().onComplete(answer -> {
            if (answer.succeeded()) {
                opened.attach(answer.result());
            } else {
                opened.failed(answer.cause());
            }
        });
        return opened;
    }

    private void attach(GrpcClientResponse<TradeOrdersRequest, TradeOrdersResponse> opened) {
        opened.handler(answers::add);
        opened.exceptionHandler(_ -> end.complete(reason(opened)));
        opened.endHandler(_ -> end.complete(reason(opened)));
        response.complete(opened);
    }

    private void failed(Throwable failure) {
        response.completeExceptionally(failure);
        end.complete(failure.toString());
    }

    private static String reason(GrpcClientResponse<?, ?> response) {
        if (response.status() == GrpcStatus.OK) {
            return "OK";
        }
        String trailer = response.trailers().get("grpc-status-details-bin");
        String details = trailer == null ? response.headers().get("grpc-status-details-bin") : trailer;
        try {
            return ApiException.of(Status.parseFrom(Base64.getDecoder().decode(details)))
                    .reason();
        } catch (InvalidProtocolBufferException broken) {
            return broken.toString();
        }
    }

    void send(TradeOrdersRequest.Builder message) {
        request.write(message.setCorrelationId(++sent).build());
    }

    void settings(TradeOrdersSettings.Builder settings) {
        send(TradeOrdersRequest.newBuilder().setSettings(settings));
    }

    void place(OrderForm form) {
        place(form.build());
    }

    void place(PlaceOrderRequest order) {
        send(TradeOrdersRequest.newBuilder().setPlace(order));
    }

    void amend(AmendOrderRequest.Builder change) {
        send(TradeOrdersRequest.newBuilder().setAmend(change));
    }

    void cancel(String orderId) {
        send(TradeOrdersRequest.newBuilder()
                .setCancel(CancelOrderRequest.newBuilder().setOrderId(orderId)));
    }

    void heartbeat() {
        send(TradeOrdersRequest.newBuilder().setHeartbeat(TradeOrdersHeartbeat.getDefaultInstance()));
    }

    /** Whether the transport takes no more for now. */
    boolean isHeldBack() {
        return request.writeQueueFull();
    }

    long sent() {
        return sent;
    }

    /** Reads no more until {@link #read()}. */
    void stopReading() throws Exception {
        response.get(TradingFixture.WAIT.toSeconds(), TimeUnit.SECONDS).pause();
    }

    void read() {
        response.join().resume();
    }

    TradeOrdersResponse answer() throws InterruptedException {
        TradeOrdersResponse answer = answers.poll(TradingFixture.WAIT.toSeconds(), TimeUnit.SECONDS);
        assertTrue(answer != null, () -> "no answer came; the stream's end: " + end.getNow("not ended"));
        assertEquals(++answered, answer.getCorrelationId(), answer.toString());
        return answer;
    }

    Order order() throws InterruptedException {
        TradeOrdersResponse answer = answer();
        assertTrue(answer.hasOrder(), answer.toString());
        return answer.getOrder();
    }

    /** The reason of a message's refusal. */
    String refusal() throws InterruptedException {
        TradeOrdersResponse answer = answer();
        assertTrue(answer.hasRefusal(), answer.toString());
        return ApiException.of(answer.getRefusal()).reason();
    }

    /** Ends this side in order. */
    void complete() {
        request.end();
    }

    /** Goes without a word. */
    void leave() {
        request.cancel();
    }

    /** How the server ended the stream. */
    String awaitEnd() throws Exception {
        return end.get(TradingFixture.WAIT.toSeconds(), TimeUnit.SECONDS);
    }
}
