package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Refused;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.auth.v1.CreateChallengeRequest;
import dev.quantdesk.proto.auth.v1.CreateSessionRequest;
import dev.quantdesk.proto.auth.v1.GetSessionRequest;
import dev.quantdesk.proto.auth.v1.RevokeSessionRequest;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderServiceGrpc;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.SignedIntent;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Everything that has to be refused, sent through the gateway: with its code and reason, and nothing stored. */
@Timeout(120)
class BadInputIT {
    private static final String MARKET = "ADA-PERP";
    private static final String PRICE = "0.1";
    private static final String QUANTITY = "10";
    private static TraderClient trader;

    @BeforeAll
    static void signIn() {
        trader = TestMesh.fundedTrader();
    }

    @AfterAll
    static void close() {
        TestMesh.leave(trader);
    }

    private static PlaceOrderRequest.Builder order() {
        return trader.limitOrder(
                MARKET, Side.SIDE_BUY, PRICE, QUANTITY, TimeInForce.TIME_IN_FORCE_GTC, trader.wallet());
    }

    private static Refusal refusedOrder(Code code, String reason, UnaryOperator<PlaceOrderRequest.Builder> change) {
        PlaceOrderRequest request = change.apply(order()).build();
        Refusal refusal = Refused.with(code, reason, () -> trader.orders().placeOrder(request));
        assertNotStored(request.getClientOrderId());
        return refusal;
    }

    private static void assertNotStored(String clientOrderId) {
        if (clientOrderId.matches("[A-Za-z0-9_-]{1,36}")) {
            Refused.with(
                    Code.NOT_FOUND,
                    "ORDER_NOT_FOUND",
                    () -> trader.orders()
                            .getOrder(GetOrderRequest.newBuilder()
                                    .setClientOrderId(clientOrderId)
                                    .build()));
        }
    }

    @Test
    void shouldRefuseWhenTheMarketIsUnknown() {
        refusedOrder(Code.NOT_FOUND, "UNKNOWN_MARKET", order -> order.setMarket("DOGE-PERP"));
        Refused.with(
                Code.NOT_FOUND,
                "UNKNOWN_MARKET",
                () -> trader.marketData()
                        .getOrderBook(GetOrderBookRequest.newBuilder()
                                .setMarket("DOGE-PERP")
                                .build()));
    }

    @Test
    void shouldNameTheNearestTickWhenThePriceIsOffIt() {
        Refusal refusal = refusedOrder(Code.INVALID_ARGUMENT, "PRICE_OFF_TICK", order -> order.setPrice("0.10004"));
        assertEquals("0.1", refusal.metadata().get("suggested_price"));
    }

    @Test
    void shouldRefuseWhenTheSizeIsZeroOrNegative() {
        Refusal zero = refusedOrder(Code.INVALID_ARGUMENT, "QUANTITY_OUT_OF_RANGE", order -> order.setQuantity("0"));
        assertEquals("1", zero.metadata().get("suggested_quantity"));
        refusedOrder(Code.INVALID_ARGUMENT, "REQUEST_INVALID", order -> order.setQuantity("-1"));
        refusedOrder(Code.INVALID_ARGUMENT, "QUANTITY_OFF_LOT", order -> order.setQuantity("9.99"));
    }

    @Test
    void shouldRefuseWhenAnEnumIsUnspecified() {
        refusedOrder(Code.INVALID_ARGUMENT, "REQUEST_INVALID", order -> order.setSide(Side.SIDE_UNSPECIFIED));
        refusedOrder(
                Code.INVALID_ARGUMENT,
                "REQUEST_INVALID",
                order -> order.setTimeInForce(TimeInForce.TIME_IN_FORCE_UNSPECIFIED));
        refusedOrder(Code.INVALID_ARGUMENT, "REQUEST_INVALID", order -> order.setTypeValue(99));
        refusedOrder(Code.INVALID_ARGUMENT, "REQUEST_INVALID", PlaceOrderRequest.Builder::clearIntent);
        refusedOrder(Code.INVALID_ARGUMENT, "REQUEST_INVALID", order -> order.setClientOrderId("no spaces allowed"));
    }

    @Test
    void shouldRefuseWhenTheSignatureIsWrong() {
        refusedOrder(Code.UNAUTHENTICATED, "SIGNATURE_INVALID", order -> {
            byte[] forged = order.getIntent().getSignature().toByteArray();
            forged[40] ^= 1;
            order.getIntentBuilder().setSignature(ByteString.copyFrom(forged));
            return order;
        });
    }

    @Test
    void shouldRefuseWhenTheIntentBytesWereAltered() {
        refusedOrder(Code.UNAUTHENTICATED, "SIGNATURE_INVALID", order -> {
            byte[] altered = order.getIntent().getIntent().toByteArray();
            altered[0] ^= 0x40;
            order.getIntentBuilder().setIntent(ByteString.copyFrom(altered));
            return order;
        });
        refusedOrder(Code.INVALID_ARGUMENT, "INTENT_DOMAIN_MISMATCH", order -> {
            byte[] altered = order.getIntent().getIntent().toByteArray();
            altered[30] ^= 1;
            return order.setIntent(TraderClient.sign(altered, trader.wallet()));
        });
    }

    @Test
    void shouldRefuseWhenTheOrderExceedsItsIntent() {
        Refusal price = refusedOrder(Code.INVALID_ARGUMENT, "INTENT_EXCEEDED", order -> order.setPrice("0.1001"));
        assertEquals("price", price.metadata().get("limit"));
        assertEquals("0.1", price.metadata().get("bound"));
        refusedOrder(Code.INVALID_ARGUMENT, "INTENT_EXCEEDED", order -> order.setQuantity("10.1"));
        refusedOrder(Code.INVALID_ARGUMENT, "INTENT_EXCEEDED", order -> order.setSide(Side.SIDE_SELL));
    }

    @Test
    void shouldRefuseWhenTheKeyIsOfSmallOrder() {
        byte[] identityPoint = new byte[32];
        identityPoint[0] = 1;
        String weak = Base58.encode(identityPoint);
        // The equation holds for any message when both points are the neutral one: only the key's order gives it away.
        byte[] universal = new byte[64];
        universal[0] = 1;
        SignedIntent intent = order().getIntent().toBuilder()
                .setSigner(weak)
                .setSignature(ByteString.copyFrom(universal))
                .build();
        refusedOrder(Code.PERMISSION_DENIED, "ACCOUNT_MISMATCH", order -> order.setIntent(intent));
        Refused.with(
                Code.INVALID_ARGUMENT,
                "KEY_WEAK",
                () -> trader.sessions()
                        .createChallenge(CreateChallengeRequest.newBuilder()
                                .setAddress(weak)
                                .build()));
    }

    @Test
    void shouldRefuseWhenAStrangersKeySigned() {
        KeyPair stranger = KeyPair.generate(new SecureRandom());
        refusedOrder(
                Code.PERMISSION_DENIED,
                "ACCOUNT_MISMATCH",
                order -> order.setIntent(
                        trader.intent(MARKET, Side.SIDE_BUY, PRICE, QUANTITY, Duration.ofMinutes(1), stranger)));
    }

    @Test
    void shouldRefuseWhenTheIntentHasExpired() {
        refusedOrder(
                Code.FAILED_PRECONDITION,
                "INTENT_EXPIRED",
                order -> order.setIntent(trader.intent(
                        MARKET, Side.SIDE_BUY, PRICE, QUANTITY, Duration.ofSeconds(-5), trader.wallet())));
    }

    @Test
    void shouldRefuseWhenTheNonceIsReplayed() {
        PlaceOrderRequest first = order().build();
        trader.orders().placeOrder(first);
        PlaceOrderRequest replay =
                first.toBuilder().setClientOrderId(TraderClient.newId()).build();
        Refused.with(
                Code.ALREADY_EXISTS, "NONCE_REPLAYED", () -> trader.orders().placeOrder(replay));
        assertNotStored(replay.getClientOrderId());
    }

    @Test
    void shouldReturnTheFirstOutcomeWhenACallIsRepeatedAndRefuseOtherContent() {
        PlaceOrderRequest first = order().build();
        Order placed = trader.orders().placeOrder(first).getOrder();
        var repeated = trader.orders().placeOrder(first);
        assertTrue(repeated.getRepeatedRequest());
        assertEquals(placed.getOrderId(), repeated.getOrder().getOrderId());
        PlaceOrderRequest other =
                order().setClientOrderId(first.getClientOrderId()).build();
        Refusal refusal = Refused.with(
                Code.ALREADY_EXISTS,
                "CLIENT_ORDER_ID_REUSED",
                () -> trader.orders().placeOrder(other));
        assertEquals(placed.getOrderId(), refusal.metadata().get("order_id"));
    }

    @Test
    void shouldSayWhatWouldPassWhenMarginIsMissing() {
        Refusal refusal = Refused.with(
                Code.FAILED_PRECONDITION,
                "INSUFFICIENT_MARGIN",
                () -> trader.orders()
                        .placeOrder(trader.limitOrder(
                                        MARKET,
                                        Side.SIDE_BUY,
                                        "1",
                                        "9000000",
                                        TimeInForce.TIME_IN_FORCE_GTC,
                                        trader.wallet())
                                .build()));
        assertTrue(
                refusal.metadata().keySet().containsAll(java.util.Set.of("limit", "value", "bound")),
                refusal.toString());
        assertTrue(
                refusal.metadata().containsKey("suggested_quantity")
                        || refusal.metadata().containsKey("suggested_deposit"),
                refusal.toString());
    }

    @Test
    void shouldRefuseWhenTheAccountHasNoCollateral() {
        try (TraderClient poor = TestMesh.trader()) {
            poor.signIn();
            Refused.with(
                    Code.FAILED_PRECONDITION,
                    "NO_COLLATERAL",
                    () -> poor.orders()
                            .placeOrder(poor.limitOrder(
                                            MARKET,
                                            Side.SIDE_BUY,
                                            PRICE,
                                            QUANTITY,
                                            TimeInForce.TIME_IN_FORCE_GTC,
                                            poor.wallet())
                                    .build()));
        }
    }

    @Test
    void shouldRefuseWhenTheCombinationMakesNoSense() {
        refusedOrder(
                Code.INVALID_ARGUMENT,
                "UNSUPPORTED_COMBINATION",
                order -> order.setPostOnly(true).setTimeInForce(TimeInForce.TIME_IN_FORCE_IOC));
        refusedOrder(Code.INVALID_ARGUMENT, "UNSUPPORTED_COMBINATION", order -> order.clearPrice());
    }

    @Test
    void shouldRefuseWhenAReduceOnlyOrderHasNothingToReduce() {
        refusedOrder(Code.FAILED_PRECONDITION, "REDUCE_ONLY_WOULD_INCREASE", order -> order.setReduceOnly(true));
    }

    @Test
    void shouldRefuseWhenASignInIsReplayed() {
        try (TraderClient replayer = TestMesh.trader()) {
            String message = replayer.sessions()
                    .createChallenge(CreateChallengeRequest.newBuilder()
                            .setAddress(replayer.account())
                            .build())
                    .getMessage();
            CreateSessionRequest request = CreateSessionRequest.newBuilder()
                    .setMessage(message)
                    .setSignature(ByteString.copyFrom(replayer.wallet().sign(message.getBytes(StandardCharsets.UTF_8))))
                    .build();
            replayer.sessions().createSession(request);
            Refused.with(
                    Code.UNAUTHENTICATED,
                    "CHALLENGE_UNKNOWN",
                    () -> replayer.sessions().createSession(request));
        }
    }

    @Test
    void shouldRefuseWhenTheSessionIsOver() {
        try (TraderClient leaver = TestMesh.trader()) {
            leaver.signIn();
            leaver.sessions().getSession(GetSessionRequest.getDefaultInstance());
            leaver.sessions().revokeSession(RevokeSessionRequest.getDefaultInstance());
            Refused.with(
                    Code.UNAUTHENTICATED,
                    "SESSION_INVALID",
                    () -> leaver.sessions().getSession(GetSessionRequest.getDefaultInstance()));
            leaver.useToken("not-a-session");
            Refused.with(
                    Code.UNAUTHENTICATED,
                    "SESSION_INVALID",
                    () -> leaver.sessions().getSession(GetSessionRequest.getDefaultInstance()));
        }
    }

    @Test
    void shouldRefuseWhenThereIsNoSession() {
        try (TraderClient nobody = TestMesh.trader()) {
            Refused.with(
                    Code.UNAUTHENTICATED,
                    "SESSION_REQUIRED",
                    () -> nobody.orders()
                            .getOrder(
                                    GetOrderRequest.newBuilder().setOrderId("1").build()));
        }
    }

    @Test
    void shouldIgnoreIdentityHeadersWhenTheyComeFromOutside() {
        Metadata forged = new Metadata();
        forged.put(Metadata.Key.of(IdentityTokens.HEADER, Metadata.ASCII_STRING_MARSHALLER), "forged");
        forged.put(Metadata.Key.of("x-quantdesk-account", Metadata.ASCII_STRING_MARSHALLER), trader.account());
        try (TraderClient nobody = TestMesh.trader()) {
            Refused.with(
                    Code.UNAUTHENTICATED,
                    "SESSION_REQUIRED",
                    () -> nobody.orders()
                            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(forged))
                            .getOrder(
                                    GetOrderRequest.newBuilder().setOrderId("1").build()));
        }
    }

    @Test
    void shouldRefuseWhenAServiceIsReachedAroundTheGateway() {
        int port = TestMesh.get().options().ports().grpc(MeshService.EXECUTION);
        var channel =
                NettyChannelBuilder.forAddress("localhost", port).usePlaintext().build();
        try {
            Metadata forged = new Metadata();
            forged.put(
                    Metadata.Key.of(IdentityTokens.HEADER, Metadata.ASCII_STRING_MARSHALLER),
                    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.");
            GetOrderRequest request =
                    GetOrderRequest.newBuilder().setOrderId("1").build();
            Refused.with(
                    Code.UNAUTHENTICATED,
                    "IDENTITY_INVALID",
                    () -> OrderServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(5, TimeUnit.SECONDS)
                            .getOrder(request));
            Refused.with(
                    Code.UNAUTHENTICATED,
                    "IDENTITY_INVALID",
                    () -> OrderServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(5, TimeUnit.SECONDS)
                            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(forged))
                            .getOrder(request));
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void shouldNotReachInternalMethodsWhenCalledFromOutside() {
        Refusal refusal = Refusal.of(org.junit.jupiter.api.Assertions.assertThrows(
                io.grpc.StatusRuntimeException.class,
                () -> trader.risk().reserveOrder(ReserveOrderRequest.getDefaultInstance())));
        assertEquals(Code.UNIMPLEMENTED, refusal.code());
    }

    @Test
    void shouldRefuseWhenTheMessageIsTooLarge() {
        Refusal refusal = Refusal.of(org.junit.jupiter.api.Assertions.assertThrows(
                io.grpc.StatusRuntimeException.class,
                () -> trader.orders()
                        .placeOrder(order().setMarket("X".repeat(200_000)).build())));
        assertEquals(Code.RESOURCE_EXHAUSTED, refusal.code(), refusal.toString());
        Refusal huge = Refusal.of(org.junit.jupiter.api.Assertions.assertThrows(
                io.grpc.StatusRuntimeException.class,
                () -> trader.orders()
                        .placeOrder(order().setMarket("X".repeat(8_000_000)).build())));
        assertEquals(Code.RESOURCE_EXHAUSTED, huge.code(), huge.toString());
    }

    @Test
    void shouldHideAnOrderWhenItIsAnotherAccounts() {
        Order placed = trader.orders().placeOrder(order().build()).getOrder();
        try (TraderClient other = TestMesh.fundedTrader()) {
            Refused.with(
                    Code.NOT_FOUND,
                    "ORDER_NOT_FOUND",
                    () -> other.orders()
                            .getOrder(GetOrderRequest.newBuilder()
                                    .setOrderId(placed.getOrderId())
                                    .build()));
            Refused.with(
                    Code.NOT_FOUND,
                    "ORDER_NOT_FOUND",
                    () -> other.orders()
                            .cancelOrder(CancelOrderRequest.newBuilder()
                                    .setOrderId(placed.getOrderId())
                                    .build()));
        }
        assertFalse(trader.orders()
                .getOrder(GetOrderRequest.newBuilder()
                        .setOrderId(placed.getOrderId())
                        .build())
                .getOrder()
                .getOrderId()
                .isEmpty());
    }

    @Test
    void shouldStopAtTheDelegatedNotionalWhenASessionKeySigns() {
        KeyPair sessionKey = KeyPair.generate(new SecureRandom());
        trader.delegate(sessionKey, Duration.ofMinutes(5), "5");
        Refusal refusal = refusedOrder(
                Code.PERMISSION_DENIED,
                "DELEGATE_LIMIT_EXCEEDED",
                order -> order.setQuantity("60")
                        .setIntent(
                                trader.intent(MARKET, Side.SIDE_BUY, PRICE, "60", Duration.ofMinutes(1), sessionKey)));
        assertEquals("50", refusal.metadata().get("suggested_quantity"));
        assertEquals(
                "50",
                trader.orders()
                        .placeOrder(trader.limitOrder(
                                        MARKET, Side.SIDE_BUY, PRICE, "50", TimeInForce.TIME_IN_FORCE_GTC, sessionKey)
                                .build())
                        .getOrder()
                        .getQuantity());
    }
}
