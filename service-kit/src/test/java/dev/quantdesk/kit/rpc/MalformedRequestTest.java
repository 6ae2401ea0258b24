package dev.quantdesk.kit.rpc;

import static dev.quantdesk.kit.rpc.TestMesh.as;
import static dev.quantdesk.kit.rpc.TestMesh.mesh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.ErrorInfo;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.MarketDataServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Bytes that no honest client sends. After each the server still answers honest ones. */
@Timeout(20)
class MalformedRequestTest {
    private static final GetOrderBookRequest GOOD =
            GetOrderBookRequest.newBuilder().setMarket("ETH-PERP").build();
    private static final MethodDescriptor.Marshaller<byte[]> RAW = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    };

    private final AtomicInteger handled = new AtomicInteger();
    private TestMesh mesh;
    private MarketDataServiceGrpc.MarketDataServiceBlockingStub stub;

    @BeforeEach
    void start() throws Exception {
        mesh = mesh().withMaxCalls(2)
                .answeringBooks((_, _) -> {
                    handled.incrementAndGet();
                    return GetOrderBookResponse.getDefaultInstance();
                })
                .start();
        stub = as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()));
    }

    @AfterEach
    void serveOthersStill() throws Exception {
        int before = handled.get();
        stub.getOrderBook(GOOD);
        assertEquals(before + 1, handled.get());
        mesh.close();
    }

    private static MethodDescriptor<byte[], byte[]> raw(MethodDescriptor.MethodType type) {
        return MarketDataServiceGrpc.getGetOrderBookMethod().toBuilder(RAW, RAW)
                .setType(type)
                .build();
    }

    private ApiException assertRefused(Reason reason, Executable call) {
        StatusRuntimeException failed = assertThrows(StatusRuntimeException.class, call);
        ApiException refusal = TestMesh.refusal(failed);
        assertEquals(reason.name(), refusal.reason());
        assertEquals(reason.status().code, failed.getStatus().getCode().value());
        assertEquals(0, handled.get());
        return refusal;
    }

    private byte[] send(byte[] message) {
        return ClientCalls.blockingUnaryCall(
                stub.getChannel(), raw(MethodDescriptor.MethodType.UNARY), CallOptions.DEFAULT, message);
    }

    @Test
    void shouldRefuseWhenTheBytesAreNoMessage() {
        assertRefused(Reason.REQUEST_MALFORMED, () -> send(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff}));
        // Field 1 as text of 100 bytes, of which two come.
        assertRefused(Reason.REQUEST_MALFORMED, () -> send(new byte[] {0x0a, 100, 'E', 'T'}));
    }

    @Test
    void shouldRefuseWhenATextIsNoUtf8() {
        assertRefused(Reason.REQUEST_MALFORMED, () -> send(new byte[] {0x0a, 2, (byte) 0xc3, 0x28}));
    }

    @Test
    void shouldAcceptWhenAFieldIsOfALaterVersion() {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        stub.getOrderBook(GOOD.toBuilder().setUnknownFields(later).build());
        assertEquals(1, handled.get());
    }

    @Test
    void shouldSayTooLargeWhenTheMessageIs() throws Exception {
        byte[] large = GOOD.toBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                999,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFrom(new byte[TestMesh.MAX_MESSAGE_BYTES]))
                                        .build())
                        .build())
                .build()
                .toByteArray();
        ApiException refusal = assertRefused(Reason.MESSAGE_TOO_LARGE, () -> send(large));
        assertEquals(
                Integer.toString(large.length),
                TestMesh.detail(refusal, ErrorInfo.class).getMetadataOrThrow("size_bytes"));
    }

    @Test
    void shouldAcceptWhenTheMessageIsJustAsLargeAsItMayBe() {
        int overhead = GOOD.toBuilder()
                        .setUnknownFields(filling(TestMesh.MAX_MESSAGE_BYTES / 2))
                        .build()
                        .getSerializedSize()
                - TestMesh.MAX_MESSAGE_BYTES / 2;
        GetOrderBookRequest largest = GOOD.toBuilder()
                .setUnknownFields(filling(TestMesh.MAX_MESSAGE_BYTES - overhead))
                .build();
        assertEquals(TestMesh.MAX_MESSAGE_BYTES, largest.getSerializedSize());
        stub.getOrderBook(largest);
        assertEquals(1, handled.get());
    }

    private static UnknownFieldSet filling(int bytes) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        999,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(new byte[bytes]))
                                .build())
                .build();
    }

    /** A few kilobytes of compressed zeros would fill the heap. */
    @Test
    void shouldRefuseWhenTheRequestIsCompressed() {
        ApiException refusal = assertRefused(
                Reason.REQUEST_MALFORMED, () -> stub.withCompression("gzip").getOrderBook(GOOD));
        assertTrue(refusal.getMessage().contains("compressed"), refusal.getMessage());
    }

    @Test
    void shouldRefuseWhenThereIsNoMessage() throws Exception {
        assertEquals(Reason.REQUEST_MALFORMED.name(), refusalOf(0));
        assertEquals(0, handled.get());
    }

    @Test
    void shouldHandleTheFirstMessageOnlyWhenMoreThanOneComes() throws Exception {
        assertEquals("", refusalOf(3));
        assertEquals(1, handled.get());
    }

    /** Sends {@code messages} on one unary call; returns the reason of the refusal, or an empty text. */
    private String refusalOf(int messages) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        var observer = new ClientResponseObserver<byte[], byte[]>() {
            @Override
            public void beforeStart(ClientCallStreamObserver<byte[]> stream) {}

            @Override
            public void onNext(byte[] answer) {}

            @Override
            public void onError(Throwable failed) {
                failure.set(failed);
                ended.countDown();
            }

            @Override
            public void onCompleted() {
                ended.countDown();
            }
        };
        var requests = ClientCalls.asyncBidiStreamingCall(
                stub.getChannel().newCall(raw(MethodDescriptor.MethodType.BIDI_STREAMING), CallOptions.DEFAULT),
                observer);
        for (int i = 0; i < messages; i++) {
            requests.onNext(GOOD.toByteArray());
        }
        requests.onCompleted();
        assertTrue(ended.await(5, TimeUnit.SECONDS));
        return failure.get() instanceof StatusRuntimeException failed
                ? TestMesh.refusal(failed).reason()
                : "";
    }
}
