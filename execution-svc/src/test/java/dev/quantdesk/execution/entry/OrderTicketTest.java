package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Timestamps;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.SelfTradePrevention;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From decimals to whole ticks and lots, and what is said when they are none. */
@Timeout(10)
class OrderTicketTest {
    private static final Market BTC = OrderForm.MARKETS.bySymbol("BTC-PERP").orElseThrow();
    private static final Market ADA = OrderForm.MARKETS.bySymbol("ADA-PERP").orElseThrow();

    private static PlaceOrderRequest.Builder request(String price, String quantity) {
        return PlaceOrderRequest.newBuilder()
                .setMarket("BTC-PERP")
                .setSide(dev.quantdesk.proto.execution.v1.Side.SIDE_SELL)
                .setType(OrderType.ORDER_TYPE_LIMIT)
                .setTimeInForce(dev.quantdesk.proto.execution.v1.TimeInForce.TIME_IN_FORCE_GTC)
                .setPrice(price)
                .setQuantity(quantity);
    }

    private static PlaceOrderRequest.Builder marketOrder() {
        return request("", "0.1")
                .setType(OrderType.ORDER_TYPE_MARKET)
                .setTimeInForce(dev.quantdesk.proto.execution.v1.TimeInForce.TIME_IN_FORCE_IOC);
    }

    @Test
    void shouldCountTicksAndLotsOfALimitOrder() {
        OrderTicket ticket = OrderTicket.of(request("65000.50", "0.0120").build(), BTC);
        assertEquals(
                new OrderTicket(
                        BTC,
                        Side.SELL,
                        dev.quantdesk.execution.engine.OrderType.LIMIT,
                        TimeInForce.GTC,
                        PostOnly.NO,
                        false,
                        SelfTradePrevention.EXPIRE_TAKER,
                        650_005,
                        120,
                        0,
                        Trigger.NONE,
                        Peg.NONE),
                ticket);
    }

    @Test
    void shouldCarryWhatElseATraderAskedFor() {
        OrderTicket ticket = OrderTicket.of(
                request("65000.5", "0.012")
                        .setTimeInForce(dev.quantdesk.proto.execution.v1.TimeInForce.TIME_IN_FORCE_GTT)
                        .setExpireTime(Timestamps.fromMillis(1_750_000_000_123L))
                        .setPostOnly(true)
                        .setPostOnlySlide(true)
                        .setSelfTradePrevention(
                                dev.quantdesk.proto.execution.v1.SelfTradePrevention.SELF_TRADE_PREVENTION_EXPIRE_BOTH)
                        .build(),
                BTC);
        assertEquals(1_750_000_000_123L, ticket.expireMillis());
        assertEquals(PostOnly.SLIDE, ticket.postOnly());
        assertEquals(SelfTradePrevention.EXPIRE_BOTH, ticket.selfTrade());
    }

    @Test
    void shouldRefuseATimeWithoutGoodTillTimeAndTheOtherWayRound() {
        Refusal.expect(
                Reason.UNSUPPORTED_COMBINATION,
                () -> OrderTicket.of(
                        request("65000.5", "0.012")
                                .setExpireTime(Timestamps.fromMillis(1_750_000_000_123L))
                                .build(),
                        BTC));
        Refusal.expect(
                Reason.UNSUPPORTED_COMBINATION,
                () -> OrderTicket.of(
                        request("65000.5", "0.012")
                                .setTimeInForce(dev.quantdesk.proto.execution.v1.TimeInForce.TIME_IN_FORCE_GTT)
                                .build(),
                        BTC));
        Refusal.expect(
                Reason.UNSUPPORTED_COMBINATION,
                () -> OrderTicket.of(
                        request("65000.5", "0.012").setPostOnlySlide(true).build(), BTC));
    }

    @Test
    void shouldHaveNoLimitWhenItIsAMarketOrder() {
        OrderTicket ticket = OrderTicket.of(marketOrder().build(), BTC);
        assertEquals(0, ticket.limitTicks());
        assertEquals(dev.quantdesk.execution.engine.OrderType.MARKET, ticket.type());
        assertEquals(TimeInForce.IOC, ticket.timeInForce());
    }

    @ParameterizedTest
    @CsvSource({
        "0,         PRICE_OUT_OF_RANGE, 0.1,      0.1",
        "0.09,      PRICE_OUT_OF_RANGE, 0.1,      0.1",
        "0.1,       ,                   ,         ",
        "0.11,      PRICE_OFF_TICK,     0.1,      0.1",
        "65000.54,  PRICE_OFF_TICK,     0.1,      65000.5",
        "65000.551, PRICE_OFF_TICK,     0.1,      65000.6",
        "9999999.99, PRICE_OFF_TICK,    0.1,      10000000",
        "10000000,  ,                   ,         ",
        "10000000.000000001, PRICE_OUT_OF_RANGE, 10000000, 10000000",
        "9999999999999, PRICE_OUT_OF_RANGE, 10000000, 10000000"
    })
    void shouldNameTheNearestPriceThatPasses(String price, Reason reason, String bound, String suggested) {
        PlaceOrderRequest order = request(price, "0.1").build();
        if (reason == null) {
            assertEquals(BTC.ticks(price), OrderTicket.of(order, BTC).limitTicks());
            return;
        }
        Refusal refusal = Refusal.expect(reason, () -> OrderTicket.of(order, BTC));
        assertEquals("price", refusal.figure("limit"));
        assertEquals(price, refusal.figure("value"));
        assertEquals(bound, refusal.figure("bound"));
        assertEquals(suggested, refusal.figure("suggested_price"));
        assertEquals(List.of("price"), refusal.fields());
    }

    @ParameterizedTest
    @CsvSource({
        "0,          QUANTITY_OUT_OF_RANGE, 1",
        "0.9,        QUANTITY_OUT_OF_RANGE, 1",
        "1,          ,",
        "1.04,       QUANTITY_OFF_LOT,      1",
        "1.06,       QUANTITY_OFF_LOT,      1.1",
        "10000000,   ,",
        "10000000.1, QUANTITY_OUT_OF_RANGE, 10000000"
    })
    void shouldNameTheNearestQuantityThatPasses(String quantity, Reason reason, String suggested) {
        PlaceOrderRequest order = request("0.5", quantity).build();
        if (reason == null) {
            assertEquals(ADA.lots(quantity), OrderTicket.of(order, ADA).lots());
            return;
        }
        Refusal refusal = Refusal.expect(reason, () -> OrderTicket.of(order, ADA));
        assertEquals("quantity", refusal.figure("limit"));
        assertEquals(suggested, refusal.figure("suggested_quantity"));
        assertEquals(List.of("quantity"), refusal.fields());
    }

    /** Run one seed again with {@code -Dentry.seed=…}. */
    @Test
    void shouldAlwaysSuggestTheNearestValueThatPasses() {
        long seed = Long.getLong("entry.seed", System.nanoTime() & 0xFFFF_FFFFL);
        System.out.println("OrderTicketTest seed: " + seed);
        Random random = new Random(seed);
        List<Market> markets = OrderForm.MARKETS.all();
        for (int i = 0; i < 20_000; i++) {
            Market market = markets.get(random.nextInt(markets.size()));
            String price = decimal(random);
            String quantity = decimal(random);
            checkPrice(price, market, seed);
            checkQuantity(quantity, market, seed);
        }
    }

    /** Any text that the contract's pattern lets through. */
    private static String decimal(Random random) {
        int whole = random.nextInt(14);
        StringBuilder text = new StringBuilder();
        if (whole == 0) {
            text.append('0');
        } else {
            text.append(1 + random.nextInt(9));
            random.ints(whole - 1, 0, 10).forEach(text::append);
        }
        int places = random.nextInt(10);
        if (places > 0) {
            text.append('.');
            random.ints(places, 0, 10).forEach(text::append);
        }
        return text.toString();
    }

    private static void checkPrice(String price, Market market, long seed) {
        try {
            long ticks = OrderTicket.of(
                            request(price, market.quantity(market.minLots())).build(), market)
                    .limitTicks();
            assertSame(price, market.tickSize(), ticks, seed);
        } catch (ApiException refused) {
            Refusal refusal = Refusal.of(refused);
            String suggested = refusal.figure("suggested_price");
            long ticks = OrderTicket.of(
                            request(suggested, market.quantity(market.minLots()))
                                    .build(),
                            market)
                    .limitTicks();
            assertNearest(price, market.tickSize(), ticks, 1, market.maxPriceTicks(), seed);
        }
    }

    private static void checkQuantity(String quantity, Market market, long seed) {
        try {
            long lots = OrderTicket.of(request(market.price(1), quantity).build(), market)
                    .lots();
            assertSame(quantity, market.lotSize(), lots, seed);
        } catch (ApiException refused) {
            String suggested = Refusal.of(refused).figure("suggested_quantity");
            long lots = OrderTicket.of(request(market.price(1), suggested).build(), market)
                    .lots();
            assertNearest(quantity, market.lotSize(), lots, market.minLots(), market.maxLots(), seed);
        }
    }

    private static void assertSame(String text, BigDecimal step, long steps, long seed) {
        assertEquals(0, new BigDecimal(text).compareTo(step.multiply(BigDecimal.valueOf(steps))), "seed " + seed);
    }

    /** Neither neighbour that passes is nearer. */
    private static void assertNearest(String text, BigDecimal step, long steps, long least, long most, long seed) {
        BigDecimal distance = distance(text, step, steps);
        String where = text + " by steps of " + step + ", seed " + seed;
        assertTrue(distance.signum() > 0, () -> where + " passes by itself");
        assertTrue(steps == least || distance(text, step, steps - 1).compareTo(distance) >= 0, where);
        assertTrue(steps == most || distance(text, step, steps + 1).compareTo(distance) >= 0, where);
    }

    private static BigDecimal distance(String text, BigDecimal step, long steps) {
        return new BigDecimal(text)
                .subtract(step.multiply(BigDecimal.valueOf(steps)))
                .abs();
    }

    @ParameterizedTest
    @CsvSource({
        "LIMIT,  GTC, 10, false, ",
        "LIMIT,  IOC, 10, false, ",
        "LIMIT,  FOK, 10, false, ",
        "LIMIT,  GTC, 10, true,  ",
        "MARKET, IOC, '', false, ",
        "MARKET, FOK, '', false, ",
        "MARKET, GTC, '', false, time_in_force",
        "LIMIT,  IOC, 10, true,  post_only",
        "LIMIT,  FOK, 10, true,  post_only",
        "MARKET, IOC, '', true,  post_only",
        "LIMIT,  GTC, '', false, price",
        "MARKET, IOC, 10, false, price"
    })
    void shouldTakeOnlyWhatGoesTogether(
            String type, String timeInForce, String price, boolean postOnly, String wrongField) {
        PlaceOrderRequest order = request(price, "0.1")
                .setType(OrderType.valueOf("ORDER_TYPE_" + type))
                .setTimeInForce(dev.quantdesk.proto.execution.v1.TimeInForce.valueOf("TIME_IN_FORCE_" + timeInForce))
                .setPostOnly(postOnly)
                .build();
        if (wrongField == null) {
            assertEquals(
                    TimeInForce.valueOf(timeInForce), OrderTicket.of(order, BTC).timeInForce());
        } else {
            Refusal refusal = Refusal.expect(Reason.UNSUPPORTED_COMBINATION, () -> OrderTicket.of(order, BTC));
            assertEquals(List.of(wrongField), refusal.fields());
        }
    }
}
