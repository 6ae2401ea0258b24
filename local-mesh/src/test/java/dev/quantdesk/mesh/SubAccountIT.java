package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TradeSession;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.Refused;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.auth.v1.GetSessionRequest;
import dev.quantdesk.proto.auth.v1.SubAccount;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.ListOrdersRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.SelfTradePrevention;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.risk.v1.GetBalancesRequest;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import dev.quantdesk.proto.risk.v1.ListPositionsResponse;
import dev.quantdesk.proto.risk.v1.Position;
import io.grpc.Status.Code;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A firm with two sub-accounts, through the whole mesh: apart in all they have, and one party when they meet in the book. */
@Timeout(180)
class SubAccountIT {
    private static final String MARKET = "ADA-PERP";
    private static final String QUANTITY = "10";
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration SETTLEMENT = Duration.ofSeconds(60);

    private TraderClient firm;
    private TraderClient first;
    private TraderClient second;
    private TraderClient stranger;

    @BeforeEach
    void signIn() throws Exception {
        TestMesh.awaitHealthy();
        firm = TestMesh.fundedTrader();
        first = subAccount(firm.createSubAccount("hedge"));
        second = subAccount(firm.createSubAccount("basis"));
        stranger = TestMesh.fundedTrader();
    }

    @AfterEach
    void leave() {
        List.of(firm, first, second, stranger).forEach(TestMesh::leave);
    }

    /** The firm again, acting for a sub-account with the same session. */
    private TraderClient subAccount(SubAccount account) {
        TraderClient client = TestMesh.trader(firm.wallet());
        client.useToken(firm.token());
        client.useSubAccount(Integer.toString(account.getNumber()));
        client.requestTestFunds();
        return client;
    }

    private PlaceOrderRequest.Builder order(TraderClient trader, Side side, String price, TimeInForce timeInForce) {
        return trader.limitOrder(MARKET, side, price, QUANTITY, timeInForce, trader.wallet());
    }

    private static Order place(TraderClient trader, PlaceOrderRequest.Builder order) {
        return trader.orders().placeOrder(order.build()).getOrder();
    }

    private Order rest(TraderClient trader, Side side, String price) {
        return place(trader, order(trader, side, price, TimeInForce.TIME_IN_FORCE_GTC));
    }

    private static Order read(TraderClient trader, Order order) {
        return trader.orders()
                .getOrder(GetOrderRequest.newBuilder()
                        .setOrderId(order.getOrderId())
                        .build())
                .getOrder();
    }

    private static ListPositionsResponse positions(TraderClient trader) {
        return trader.risk().listPositions(ListPositionsRequest.getDefaultInstance());
    }

    private static List<String> sizes(TraderClient trader) {
        return positions(trader).getPositionsList().stream()
                .map(Position::getSize)
                .toList();
    }

    private static void awaitSizes(TraderClient trader, String... sizes) throws Exception {
        Await.until("positions of " + List.of(sizes), PATIENCE, () -> sizes(trader), List.of(sizes)::equals);
    }

    @ParameterizedTest
    @CsvSource({
        "EXPIRE_TAKER, CANCELLED, OPEN",
        "EXPIRE_MAKER, OPEN, CANCELLED",
        "EXPIRE_BOTH, CANCELLED, CANCELLED",
        "NONE, FILLED, FILLED"
    })
    void shouldDoWhatTheModeSaysWhenTwoAccountsOfOneFirmMeet(String mode, String taker, String maker) throws Exception {
        Order resting = rest(first, Side.SIDE_SELL, "0.05");
        Order incoming = place(
                second,
                order(second, Side.SIDE_BUY, "0.05", TimeInForce.TIME_IN_FORCE_GTC)
                        .setSelfTradePrevention(SelfTradePrevention.valueOf("SELF_TRADE_PREVENTION_" + mode)));
        Order met = read(first, resting);
        boolean trades = mode.equals("NONE");
        for (Order each : List.of(incoming, met)) {
            boolean cancelled = each.getStatus() == OrderStatus.ORDER_STATUS_CANCELLED;
            assertEquals(trades ? QUANTITY : "0", each.getFilledQuantity(), each.toString());
            assertEquals(
                    cancelled ? CancelReason.CANCEL_REASON_SELF_TRADE : CancelReason.CANCEL_REASON_UNSPECIFIED,
                    each.getCancelReason());
        }
        assertStatus(taker, incoming);
        assertStatus(maker, met);
        if (trades) {
            awaitSizes(first, "-10");
            awaitSizes(second, "10");
            awaitSizes(firm);
        }
    }

    /** What was filled may be settled by the time it is read. */
    private static void assertStatus(String expected, Order order) {
        boolean settled = expected.equals("FILLED") && order.getStatus() == OrderStatus.ORDER_STATUS_SETTLED;
        assertTrue(settled || order.getStatus().name().equals("ORDER_STATUS_" + expected), order.toString());
    }

    @Test
    void shouldTradeWithAnotherFirmAndSettleOnChainWhatTheWalletSigned() throws Exception {
        Order resting = rest(first, Side.SIDE_SELL, "0.05");
        Order incoming = place(stranger, order(stranger, Side.SIDE_BUY, "0.05", TimeInForce.TIME_IN_FORCE_IOC));
        assertEquals(QUANTITY, incoming.getFilledQuantity());
        Order settled = Await.until(
                "the sub-account's order is settled",
                SETTLEMENT,
                () -> read(first, resting),
                now -> now.getStatus() == OrderStatus.ORDER_STATUS_SETTLED);
        assertTrue(settled.getFills(0).getSlot() > 0, settled.toString());
        assertEquals(firm.subAccounts().getFirst().getAccount(), settled.getAccount());
        awaitSizes(first, "-10");
        awaitSizes(second);
        awaitSizes(firm);
        awaitSizes(stranger, "10");
    }

    @Test
    void shouldKeepMarginBalancesOrdersAndStreamsApart() throws Exception {
        Order order = rest(first, Side.SIDE_BUY, "0.05");
        Await.until(
                "the order's margin",
                PATIENCE,
                () -> positions(first).getMargin().getInitialMargin(),
                "0.05"::equals);
        assertEquals("0", positions(second).getMargin().getInitialMargin());
        assertEquals("0", positions(firm).getMargin().getInitialMargin());
        assertEquals(available(second), available(firm), "nothing of theirs is taken");
        assertTrue(!available(first).equals(available(second)), available(first));
        Refused.with(Code.NOT_FOUND, "ORDER_NOT_FOUND", () -> read(second, order));
        Refused.with(Code.NOT_FOUND, "ORDER_NOT_FOUND", () -> read(firm, order));
        assertEquals(1, snapshot(first));
        assertEquals(0, snapshot(second));
        assertEquals(0, snapshot(firm));
        assertEquals(
                0,
                second.orders()
                        .listOrders(
                                ListOrdersRequest.newBuilder().setPageSize(10).build())
                        .getOrdersCount());
    }

    private static String available(TraderClient trader) {
        return trader.collateral()
                .getBalances(GetBalancesRequest.getDefaultInstance())
                .getBalances(0)
                .getAvailable();
    }

    private static int snapshot(TraderClient trader) {
        return trader.orderStreams()
                .withDeadlineAfter(PATIENCE)
                .streamOrders(StreamOrdersRequest.getDefaultInstance())
                .next()
                .getSnapshot()
                .getOrdersCount();
    }

    @Test
    void shouldTradeOverAStreamForTheSubAccountThatItWasOpenedFor() throws Exception {
        Order resting = rest(second, Side.SIDE_SELL, "0.05");
        try (TradeSession session = TradeSession.open(first)) {
            session.place(order(first, Side.SIDE_BUY, "0.05", TimeInForce.TIME_IN_FORCE_GTC)
                    .build());
            Order order = session.answer(PATIENCE).getOrder();
            assertEquals(CancelReason.CANCEL_REASON_SELF_TRADE, order.getCancelReason(), order.toString());
            assertEquals(firm.subAccounts().getFirst().getAccount(), order.getAccount());
        }
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, read(second, resting).getStatus());
    }

    @Test
    void shouldTakeTheSessionKeysOfTheWalletAndNoIntentTwice() throws Exception {
        KeyPair sessionKey = KeyPair.generate(new SecureRandom());
        // A call with the header is about the wallet all the same where session keys are granted.
        first.delegate(sessionKey, Duration.ofMinutes(10), "1000");
        PlaceOrderRequest order = second.limitOrder(
                        MARKET, Side.SIDE_BUY, "0.04", QUANTITY, TimeInForce.TIME_IN_FORCE_GTC, sessionKey)
                .build();
        assertEquals(
                OrderStatus.ORDER_STATUS_OPEN,
                second.orders().placeOrder(order).getOrder().getStatus());
        Refused.with(Code.ALREADY_EXISTS, "NONCE_REPLAYED", () -> first.orders().placeOrder(order));
        Refused.with(Code.ALREADY_EXISTS, "NONCE_REPLAYED", () -> firm.orders().placeOrder(order));
    }

    @Test
    void shouldRefuseASubAccountThatTheCallerDoesNotHave() throws Exception {
        stranger.useSubAccount("1");
        Refusal refusal = Refused.with(
                Code.PERMISSION_DENIED, "SUB_ACCOUNT_UNKNOWN", () -> rest(stranger, Side.SIDE_BUY, "0.05"));
        assertEquals("0", refusal.metadata().get("bound"));
        assertEquals(
                stranger.account(),
                stranger.sessions()
                        .getSession(GetSessionRequest.getDefaultInstance())
                        .getSession()
                        .getAccount());
        stranger.useSubAccount("");
        second.useSubAccount("3");
        Refused.with(Code.PERMISSION_DENIED, "SUB_ACCOUNT_UNKNOWN", () -> positions(second));
        second.useSubAccount("2");
    }

    @Test
    void shouldRefuseWithTheReasonInJson() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://localhost:" + TestMesh.get().options().ports().gateway() + "/v1/positions"))
                .header("authorization", "Bearer " + stranger.token())
                .header("x-sub-account", "1")
                .timeout(PATIENCE)
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertEquals(403, response.statusCode(), response.body());
            JsonObject body = new JsonObject(response.body());
            assertEquals(7, body.getInteger("code"), response.body());
            assertEquals(
                    "SUB_ACCOUNT_UNKNOWN",
                    body.getJsonArray("details").getJsonObject(0).getString("reason"),
                    response.body());
        }
    }
}
