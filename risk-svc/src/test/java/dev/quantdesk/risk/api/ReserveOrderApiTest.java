package dev.quantdesk.risk.api;

import static dev.quantdesk.risk.support.RunningRisk.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.BadRequest;
import com.google.rpc.PreconditionFailure;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.risk.v1.Margin;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrderResponse;
import dev.quantdesk.risk.support.Details;
import dev.quantdesk.risk.support.Scenario;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SOL-PERP: margin fraction 10 %, mark 100; the account has 10,000 USDC. */
@Timeout(120)
class ReserveOrderApiTest {
    private Scenario scenario;
    private PublicKey trader;

    @BeforeEach
    void start() throws Exception {
        scenario = Scenario.running();
        trader = scenario.funded(1);
    }

    @AfterEach
    void stop() {
        scenario.close();
    }

    @Test
    void shouldReserveAndSayTheMarginAfterwards() throws Exception {
        ReserveOrderResponse response =
                scenario.risk().reserve(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "99.5", "100"));

        assertEquals(
                ReserveOrderResponse.newBuilder()
                        .setOrderMargin("995")
                        .setMargin(Margin.newBuilder()
                                .setEquity("10000")
                                .setInitialMargin("995")
                                .setFreeMargin("9005"))
                        .build(),
                response);
        assertEquals("9005", scenario.risk().balances(trader).getBalances(0).getAvailable());
    }

    @Test
    void shouldNameTheLargestQuantityThatPasses() throws Exception {
        ApiException refusal =
                scenario.risk().refusal(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "99.999", "1100"));

        assertEquals("INSUFFICIENT_MARGIN", refusal.reason());
        assertEquals(
                Map.of(
                        "limit", "initial_margin",
                        "value", "10999.89",
                        "bound", "10000",
                        "suggested_quantity", "1000.01"),
                Details.metadata(refusal));
        PreconditionFailure failure =
                Details.find(refusal, PreconditionFailure.class).orElseThrow();
        assertEquals("INSUFFICIENT_MARGIN", failure.getViolations(0).getType());
        assertEquals("account/" + trader, failure.getViolations(0).getSubject());
        scenario.risk().refusal(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "99.999", "1000.02"));
        scenario.risk().reserve(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "99.999", "1000.01"));
    }

    @Test
    void shouldNameTheMissingDepositWhenNoQuantityPasses() throws Exception {
        scenario.risk().reserve(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "1000"));

        ApiException refusal =
                scenario.risk().refusal(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "12.34"));

        assertEquals(
                Map.of("limit", "initial_margin", "value", "123.4", "bound", "0", "suggested_deposit", "123.4"),
                Details.metadata(refusal));
    }

    @Test
    void shouldCountASellAtTheMarkWhenASessionKeyHasALimit() throws Exception {
        ReserveOrderRequest.Builder sell =
                order("SOL-PERP", OrderSide.ORDER_SIDE_SELL, "1", "10.01").setMaxOrderNotional("1000");
        ApiException refusal = scenario.risk().refusal(trader, sell);

        assertEquals("DELEGATE_LIMIT_EXCEEDED", refusal.reason());
        assertEquals(
                Map.of("limit", "max_order_notional", "value", "1001", "bound", "1000", "suggested_quantity", "10"),
                Details.metadata(refusal));
        scenario.risk().refusal(trader, sell.setReduceOnly(true));
        scenario.risk().reserve(trader, sell.setReduceOnly(false).setQuantity("10"));
        // A buy costs its limit price at most, whatever the mark is.
        scenario.risk()
                .reserve(
                        trader,
                        order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "1", "1000").setMaxOrderNotional("1000"));
    }

    @Test
    void shouldRefuseAnAccountWithoutCollateral() {
        ApiException refusal = scenario.risk()
                .refusal(TestMarkets.account(2), order("SOL-PERP", OrderSide.ORDER_SIDE_SELL, "100", "1"));

        assertEquals("NO_COLLATERAL", refusal.reason());
    }

    @Test
    void shouldPassAReduceOnlyOrderOfAnAccountWithoutCollateral() throws Exception {
        ReserveOrderResponse response = scenario.risk()
                .reserve(
                        TestMarkets.account(2),
                        order("SOL-PERP", OrderSide.ORDER_SIDE_SELL, "100", "1").setReduceOnly(true));

        assertEquals("0", response.getOrderMargin());
    }

    @Test
    void shouldReturnTheFirstOutcomeWhenRepeated() throws Exception {
        ReserveOrderRequest.Builder request = order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "600");

        ReserveOrderResponse first = scenario.risk().reserve(trader, request);
        ReserveOrderResponse second = scenario.risk().reserve(trader, request);

        assertEquals(first, second);
        assertEquals("6000", scenario.risk().positions(trader).getMargin().getInitialMargin());
    }

    @Test
    void shouldRefuseTheSameIdForAnotherOrder() throws Exception {
        ReserveOrderRequest.Builder request = order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "6");
        scenario.risk().reserve(trader, request);

        ApiException refusal = scenario.risk().refusal(trader, request.setQuantity("7"));

        assertEquals("REQUEST_INVALID", refusal.reason());
        assertEquals(
                "reservation_id",
                Details.find(refusal, BadRequest.class)
                        .orElseThrow()
                        .getFieldViolations(0)
                        .getField());
    }

    @ParameterizedTest
    @CsvSource({
        "DOGE-PERP, 100,      1,         UNKNOWN_MARKET,        market",
        "SOL-PERP,  100.0001, 1,         PRICE_OFF_TICK,        price",
        "SOL-PERP,  0,        1,         PRICE_OUT_OF_RANGE,    price",
        "SOL-PERP,  100001,   1,         PRICE_OUT_OF_RANGE,    price",
        "SOL-PERP,  100,      0.001,     QUANTITY_OFF_LOT,      quantity",
        "SOL-PERP,  100,      0,         QUANTITY_OUT_OF_RANGE, quantity",
        "SOL-PERP,  100,      100000.01, QUANTITY_OUT_OF_RANGE, quantity",
        "ADA-PERP,  1,        0.9,       QUANTITY_OUT_OF_RANGE, quantity",
        "SOL-PERP,  1e2,      1,         REQUEST_INVALID,       price",
        "SOL-PERP,  -1,       1,         REQUEST_INVALID,       price",
        "SOL-PERP,  100,      '',        REQUEST_INVALID,       quantity",
        "'',        100,      1,         REQUEST_INVALID,       market"
    })
    void shouldNameTheFieldOfBadInput(String market, String price, String quantity, String reason, String field)
            throws Exception {
        ApiException refusal =
                scenario.risk().refusal(trader, order(market, OrderSide.ORDER_SIDE_BUY, price, quantity));

        assertEquals(reason, refusal.reason());
        assertEquals(
                field,
                Details.find(refusal, BadRequest.class)
                        .orElseThrow()
                        .getFieldViolations(0)
                        .getField());
        assertEquals("0", scenario.risk().positions(trader).getMargin().getInitialMargin());
    }

    @Test
    void shouldRefuseAnUnspecifiedSideAndAMalformedId() {
        assertEquals(
                "REQUEST_INVALID",
                scenario.risk()
                        .refusal(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_UNSPECIFIED, "100", "1"))
                        .reason());
        assertEquals(
                "REQUEST_INVALID",
                scenario.risk()
                        .refusal(
                                trader,
                                order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "1")
                                        .setReservationId("mine"))
                        .reason());
    }

    @Test
    void shouldRefuseCallersWithoutASession() throws Exception {
        ReserveOrderRequest.Builder request = order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "1");
        String forged = new dev.quantdesk.risk.support.Identities().trader(trader);
        String anonymous = scenario.identities().anonymous();

        assertEquals(
                "IDENTITY_INVALID",
                assertThrows(ApiException.class, () -> scenario.risk().reserve("", request))
                        .reason());
        assertEquals(
                "IDENTITY_INVALID",
                assertThrows(ApiException.class, () -> scenario.risk().reserve(forged, request))
                        .reason());
        assertEquals(
                "SESSION_REQUIRED",
                assertThrows(ApiException.class, () -> scenario.risk().reserve(anonymous, request))
                        .reason());
    }

    @Test
    void shouldSaySoWhenTheMarketHasNoMark() throws Exception {
        ApiException refusal =
                scenario.risk().refusal(trader, order("ETH-PERP", OrderSide.ORDER_SIDE_BUY, "3000", "1"));

        assertEquals("MARK_PRICE_STALE", refusal.reason());
        assertEquals(
                Map.of("limit", "mark_age_seconds", "market", "ETH-PERP", "bound", "10"), Details.metadata(refusal));
    }

    @Test
    void shouldGrantTheLastMarginOnceWhenCalledAtTheSameTime() throws Exception {
        Callable<Boolean> all = () -> {
            try {
                scenario.risk().reserve(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "1000"));
                return true;
            } catch (ApiException refusal) {
                assertEquals("INSUFFICIENT_MARGIN", refusal.reason());
                return false;
            }
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Boolean> first = threads.submit(all);
            Future<Boolean> second = threads.submit(all);
            assertTrue(first.get() ^ second.get());
        }
    }
}
