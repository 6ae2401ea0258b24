package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.Side;
import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a newcomer's first order meets. */
@Timeout(90)
class HouseLiquidityIT {
    private static final String MARKET = "ETH-PERP";
    /** The house looks at its quotes every second, and renews those that have filled. */
    private static final Duration SEVERAL_RENEWALS = Duration.ofSeconds(4);

    private static final int ORDERS_MIN = 10;
    private static final BigDecimal SLIPPAGE = new BigDecimal("0.02");

    @BeforeAll
    static void startMesh() {
        TestMesh.get();
    }

    @Test
    void shouldFillEveryMarketOrderAlsoWhileTheHouseRenewsItsQuotes() throws Exception {
        TestMesh.awaitHealthy();
        try (TraderClient trader = TestMesh.fundedTrader()) {
            long end = System.nanoTime() + SEVERAL_RENEWALS.toNanos();
            for (int orders = 0; orders < ORDERS_MIN || System.nanoTime() < end; orders++) {
                Side side = orders % 2 == 0 ? Side.SIDE_BUY : Side.SIDE_SELL;
                Order order = trader.orders()
                        .placeOrder(trader.marketOrder(
                                        MARKET, side, trader.worstPrice(MARKET, side, SLIPPAGE), "0.1", trader.wallet())
                                .build())
                        .getOrder();
                assertEquals(OrderStatus.ORDER_STATUS_FILLED, order.getStatus(), "after " + orders + ": " + order);
            }
        }
    }
}
