package dev.quantdesk.mesh.client;

import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.OrderServiceGrpc;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersHeartbeat;
import dev.quantdesk.proto.execution.v1.TradeOrdersRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import dev.quantdesk.proto.execution.v1.TradeOrdersSettings;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One trading stream of a trader. Used by one thread; the caller bounds what is under way. */
public final class TradeSession implements AutoCloseable {
    private final BlockingQueue<TradeOrdersResponse> answers = new LinkedBlockingQueue<>();
    private final CompletableFuture<Throwable> end = new CompletableFuture<>();
    private ClientCallStreamObserver<TradeOrdersRequest> call;
    private long lastCorrelationId;

    private TradeSession() {}

    /** Opens a stream over the trader's connection. */
    public static TradeSession open(TraderClient trader) {
        TradeSession session = new TradeSession();
        OrderServiceGrpc.newStub(trader.channel()).tradeOrders(session.new Answers());
        return session;
    }

    private final class Answers implements ClientResponseObserver<TradeOrdersRequest, TradeOrdersResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<TradeOrdersRequest> requestStream) {
            call = requestStream;
        }

        @Override
        public void onNext(TradeOrdersResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            end.complete(failure);
        }

        @Override
        public void onCompleted() {
            end.complete(null);
        }
    }

    /** @return the correlation id of the message that was sent */
    public long settings(TradeOrdersSettings.Builder settings) {
        return send(TradeOrdersRequest.newBuilder().setSettings(settings));
    }

    public long place(PlaceOrderRequest order) {
        return send(TradeOrdersRequest.newBuilder().setPlace(order));
    }

    public long cancel(String orderId) {
        return send(TradeOrdersRequest.newBuilder()
                .setCancel(CancelOrderRequest.newBuilder().setOrderId(orderId)));
    }

    public long heartbeat() {
        return send(TradeOrdersRequest.newBuilder().setHeartbeat(TradeOrdersHeartbeat.getDefaultInstance()));
    }

    public long send(TradeOrdersRequest.Builder request) {
        call.onNext(request.setCorrelationId(++lastCorrelationId).build());
        return lastCorrelationId;
    }

    /** The next answer, in the order in which they come. @throws IllegalStateException when none comes in time */
    public TradeOrdersResponse answer(Duration patience) throws InterruptedException {
        TradeOrdersResponse answer = answers.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (answer == null) {
            throw new IllegalStateException("no answer within " + patience.toMillis() + " ms; the stream "
                    + (end.isDone() ? "has ended: " + end.getNow(null) : "is open"));
        }
        return answer;
    }

    /** Ends this side of the stream. */
    public void complete() {
        call.onCompleted();
    }

    /** Waits for the server's end. @return how it failed, or null where it did not */
    public Throwable awaitEnd(Duration patience) throws InterruptedException {
        try {
            return end.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException open) {
            throw new IllegalStateException("the stream is still open after " + patience.toMillis() + " ms", open);
        }
    }

    /** Cuts the stream off. */
    @Override
    public void close() {
        call.cancel("closed", null);
    }
}
