package dev.quantdesk.kit.rpc;

import static dev.quantdesk.kit.rpc.TestMesh.as;
import static dev.quantdesk.kit.rpc.TestMesh.mesh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.RetryInfo;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.MarketDataServiceGrpc;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcClient;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** What a client is told when a handler fails, and what the log keeps. */
@Timeout(20)
class FailureMappingTest {
    private static final GetOrderBookRequest REQUEST =
            GetOrderBookRequest.newBuilder().setMarket("ETH-PERP").build();

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(ErrorMapper.class);

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    private static ApiException refusalWhen(Throwable failure) throws Exception {
        try (TestMesh mesh = mesh().answeringBooks((_, _) -> {
                    throw sneaky(failure);
                })
                .start()) {
            var stub = as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()))
                    .withDeadlineAfter(Duration.ofSeconds(5));
            StatusRuntimeException failed =
                    assertThrows(StatusRuntimeException.class, () -> stub.getOrderBook(REQUEST));
            ApiException seenByGrpcJava = TestMesh.refusal(failed);
            assertEquals(
                    seenByGrpcJava.status().getCode(),
                    failed.getStatus().getCode().value());
            RpcClient client = mesh.client();
            ApiException seenByKit = assertThrows(
                    ApiException.class,
                    () -> client.call(
                            VxMarketDataServiceGrpcClient.GetOrderBook, REQUEST, mesh.anonymous(), TestMesh.WAIT));
            assertEquals(seenByGrpcJava.status(), seenByKit.status());
            return seenByKit;
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> Exception sneaky(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void shouldCarryEveryDetailOfARefusal() throws Exception {
        PreconditionFailure precondition = PreconditionFailure.newBuilder()
                .addViolations(PreconditionFailure.Violation.newBuilder().setType("MARGIN"))
                .build();
        ApiException refusal = refusalWhen(ApiException.refuse(Reason.INSUFFICIENT_MARGIN, "Größer als 5 % – zu groß.")
                .with("limit", "initial_margin")
                .with("bound", "12.5")
                .field("quantity", "too large")
                .detail(precondition)
                .retryAfter(Duration.ofMillis(1_500))
                .build());
        assertEquals("Größer als 5 % – zu groß.", refusal.status().getMessage());
        ErrorInfo info = refusal.status().getDetails(0).unpack(ErrorInfo.class);
        assertEquals("INSUFFICIENT_MARGIN", info.getReason());
        assertEquals("quantdesk", info.getDomain());
        assertEquals(Map.of("limit", "initial_margin", "bound", "12.5"), info.getMetadataMap());
        assertEquals(
                "quantity",
                TestMesh.detail(refusal, BadRequest.class).getFieldViolations(0).getField());
        assertEquals(precondition, TestMesh.detail(refusal, PreconditionFailure.class));
        RetryInfo retry = TestMesh.detail(refusal, RetryInfo.class);
        assertEquals(1, retry.getRetryDelay().getSeconds());
        assertEquals(500_000_000, retry.getRetryDelay().getNanos());
    }

    @Test
    void shouldLogNothingWhenARefusalIsGiven() throws Exception {
        refusalWhen(ApiException.refuse(Reason.UNKNOWN_MARKET, "no").build());
        assertTrue(
                log.list.stream().noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN)),
                log.list.toString());
    }

    @Test
    void shouldUnwrapARefusalThatCameThroughAFuture() throws Exception {
        ApiException inner = ApiException.refuse(Reason.UNKNOWN_MARKET, "no").build();
        assertEquals(
                "UNKNOWN_MARKET",
                refusalWhen(new ExecutionException(new CompletionException(inner)))
                        .reason());
    }

    @Test
    void shouldHideTheCauseFromTheClientAndKeepItInTheLog() throws Exception {
        ApiException refusal = refusalWhen(new IllegalStateException("password is hunter2"));
        assertEquals("INTERNAL", refusal.reason());
        assertFalse(refusal.status().toString().contains("hunter2"));
        assertFalse(refusal.status().toString().contains("IllegalState"));
        ILoggingEvent event = log.list.stream()
                .filter(line -> line.getLevel() == Level.ERROR)
                .findFirst()
                .orElseThrow();
        assertEquals("password is hunter2", event.getThrowableProxy().getMessage());
        assertTrue(event.getFormattedMessage().contains("quantdesk.marketdata.v1.MarketDataService/GetOrderBook"));
        assertTrue(event.getMDCPropertyMap().containsKey("trace_id"));
    }

    /** A call that dies of an error and is never answered would hold its caller until the deadline. */
    @Test
    void shouldAnswerAlsoWhenTheHandlerDiesOfAnError() throws Exception {
        assertEquals("INTERNAL", refusalWhen(new AssertionError("must hold")).reason());
        assertEquals("INTERNAL", refusalWhen(new NoClassDefFoundError("gone")).reason());
        assertEquals("INTERNAL", refusalWhen(new StackOverflowError()).reason());
    }

    @Test
    void shouldSayUnavailableWhenAStoreDoesNotAnswer() throws Exception {
        ApiException refusal = refusalWhen(new JedisConnectionException("refused by 10.1.2.3"));
        assertEquals("UPSTREAM_UNAVAILABLE", refusal.reason());
        assertFalse(refusal.status().toString().contains("10.1.2.3"));
    }

    @Test
    void shouldHandOnTheRefusalOfAPeerEvenWhenItsDetailsAreBroken() throws Exception {
        com.google.rpc.Status broken = com.google.rpc.Status.newBuilder()
                .setCode(io.grpc.Status.Code.ABORTED.value())
                .setMessage("peer says no")
                .addDetails(Any.newBuilder()
                        .setTypeUrl("type.googleapis.com/google.rpc.ErrorInfo")
                        .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff})))
                .build();
        ApiException refusal = refusalWhen(ApiException.of(broken));
        assertEquals("", refusal.reason());
        assertEquals("peer says no", refusal.status().getMessage());
    }
}
