package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Fill;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Liquidity;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an order's events make of it. Market 1 has ticks of 0.1 USDC and lots of 0.0001. */
@Timeout(10)
class OrderStatesTest {
    private final OrderHub hub = new OrderHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(hub);

    private Order alices(long orderId) {
        return hub.find(Orders.ALICE, orderId).orElseThrow();
    }

    @Test
    void shouldShowEveryFieldOfAnOpenOrder() {
        var placed = Orders.by(Orders.ALICE).buy(25).at(655_001).postOnly().build();
        long id = script.place(placed).orderId();
        Order order = alices(id);
        assertEquals(Long.toString(id), order.getOrderId());
        assertEquals(placed.clientOrderId(), order.getClientOrderId());
        assertEquals(Orders.ALICE.toString(), order.getAccount());
        assertEquals("BTC-PERP", order.getMarket());
        assertEquals(Side.SIDE_BUY, order.getSide());
        assertEquals(OrderType.ORDER_TYPE_LIMIT, order.getType());
        assertEquals(TimeInForce.TIME_IN_FORCE_GTC, order.getTimeInForce());
        assertEquals("65500.1", order.getPrice());
        assertEquals("0.0025", order.getQuantity());
        assertEquals("0", order.getFilledQuantity());
        assertEquals("", order.getAveragePrice());
        assertTrue(order.getPostOnly());
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, order.getStatus());
        assertEquals(CancelReason.CANCEL_REASON_UNSPECIFIED, order.getCancelReason());
        assertEquals(0, order.getFillsCount());
        assertEquals(1, order.getSequence());
        assertEquals(Wire.time(Orders.START_MILLIS), order.getCreateTime());
        assertEquals(Wire.time(Orders.START_MILLIS), order.getUpdateTime());
        assertEquals(Wire.traceId(placed.trace()), order.getTraceId());
        assertEquals(32, order.getTraceId().length());
    }

    @Test
    void shouldAddFillsAndAverageThePriceWhenTraded() {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        script.place(Orders.by(Orders.BOB).sell(2).at(101));
        long id = script.place(Orders.by(Orders.ALICE).buy(5).at(101)).orderId();
        Order order = alices(id);
        assertEquals(OrderStatus.ORDER_STATUS_PARTIALLY_FILLED, order.getStatus());
        assertEquals("0.0003", order.getFilledQuantity());
        // (10.0 + 2 · 10.1) / 3, two places beyond the tick.
        assertEquals("10.067", order.getAveragePrice());
        assertEquals(2, order.getFillsCount());
        Fill first = order.getFills(0);
        assertEquals("10", first.getPrice());
        assertEquals("0.0001", first.getQuantity());
        assertEquals(Liquidity.LIQUIDITY_TAKER, first.getLiquidity());
        assertEquals(FillSettlement.FILL_SETTLEMENT_PENDING, first.getSettlement());
        assertEquals("10.1", order.getFills(1).getPrice());
        Order maker = hub.find(Orders.BOB, 1).orElseThrow();
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, maker.getStatus());
        assertEquals(Liquidity.LIQUIDITY_MAKER, maker.getFills(0).getLiquidity());
        assertEquals(first.getTradeId(), maker.getFills(0).getTradeId());
    }

    @Test
    void shouldFollowAFillThroughItsSettlement() {
        script.place(Orders.by(Orders.BOB).sell(3).at(100));
        long id = script.place(Orders.by(Orders.ALICE).buy(3).at(100)).orderId();

        script.submitted(1, 1);
        Fill sent = alices(id).getFills(0);
        assertEquals(FillSettlement.FILL_SETTLEMENT_SENT, sent.getSettlement());
        assertEquals(Base58.encode(EngineScript.signature(1)), sent.getSettlementSignature());
        assertEquals(0, sent.getSlot());
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, alices(id).getStatus());

        script.reverted(1, 1);
        assertEquals(
                FillSettlement.FILL_SETTLEMENT_PENDING, alices(id).getFills(0).getSettlement());

        script.submitted(2, 1);
        script.confirmed(2, 77, 1);
        Order settled = alices(id);
        assertEquals(OrderStatus.ORDER_STATUS_SETTLED, settled.getStatus());
        Fill confirmed = settled.getFills(0);
        assertEquals(FillSettlement.FILL_SETTLEMENT_CONFIRMED, confirmed.getSettlement());
        assertEquals(Base58.encode(EngineScript.signature(2)), confirmed.getSettlementSignature());
        assertEquals(77, confirmed.getSlot());
        assertEquals(script.sequence(), settled.getSequence());
    }

    @Test
    void shouldSettleOnlyWhenEveryFillIsConfirmed() {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        script.place(Orders.by(Orders.CAROL).sell(1).at(100));
        long id = script.place(Orders.by(Orders.ALICE).buy(2).at(100)).orderId();
        script.confirmed(1, 5, 1);
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, alices(id).getStatus());
        script.confirmed(2, 6, 2);
        assertEquals(OrderStatus.ORDER_STATUS_SETTLED, alices(id).getStatus());
    }

    @Test
    void shouldStayOpenWhenAllFillsOfAnUnfilledOrderAreConfirmed() {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        long id = script.place(Orders.by(Orders.ALICE).buy(2).at(100)).orderId();
        script.confirmed(1, 5, 1);
        assertEquals(OrderStatus.ORDER_STATUS_PARTIALLY_FILLED, alices(id).getStatus());
    }

    @Test
    void shouldStayCancelledWhenThePartThatFilledIsSettled() {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        long id = script.place(Orders.by(Orders.ALICE).buy(2).at(100)).orderId();
        script.cancel(Orders.ALICE, id);
        script.confirmed(1, 5, 1);
        Order order = alices(id);
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, order.getStatus());
        assertEquals(CancelReason.CANCEL_REASON_USER_REQUEST, order.getCancelReason());
        assertEquals(FillSettlement.FILL_SETTLEMENT_CONFIRMED, order.getFills(0).getSettlement());
        assertEquals(script.sequence(), order.getSequence());
    }

    @Test
    void shouldStayCancelledWhenItsFillsWereConfirmedBeforeTheCancel() {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        long id = script.place(Orders.by(Orders.ALICE).buy(2).at(100)).orderId();
        script.confirmed(1, 5, 1);
        script.cancel(Orders.ALICE, id);
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, alices(id).getStatus());
        assertEquals(script.sequence(), alices(id).getSequence());
    }

    @Test
    void shouldBecomeExpiredWhenItsIntentDoes() {
        long id = script.place(Orders.by(Orders.ALICE).buy(2).at(100).expiresAt(Orders.START_MILLIS / 1000 + 1))
                .orderId();
        script.advance(999);
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, alices(id).getStatus());
        script.advance(1);
        Order order = alices(id);
        assertEquals(OrderStatus.ORDER_STATUS_EXPIRED, order.getStatus());
        assertEquals(CancelReason.CANCEL_REASON_INTENT_EXPIRED, order.getCancelReason());
        assertEquals(Wire.time(Orders.START_MILLIS + 1000), order.getUpdateTime());
        assertEquals(Wire.time(Orders.START_MILLIS), order.getCreateTime());
    }

    @Test
    void shouldSayWhyAnOrderThatMayNotRestWasCancelled() {
        long empty =
                script.place(Orders.by(Orders.ALICE).buy(2).at(100).market()).orderId();
        assertEquals(CancelReason.CANCEL_REASON_NO_LIQUIDITY, alices(empty).getCancelReason());
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        long part = script.place(Orders.by(Orders.ALICE).buy(2).at(100).ioc()).orderId();
        assertEquals(CancelReason.CANCEL_REASON_IOC_REMAINDER, alices(part).getCancelReason());
        script.place(Orders.by(Orders.ALICE).sell(1).at(100));
        long own = script.place(Orders.by(Orders.ALICE).buy(1).at(100)).orderId();
        assertEquals(CancelReason.CANCEL_REASON_SELF_TRADE, alices(own).getCancelReason());
    }
}
