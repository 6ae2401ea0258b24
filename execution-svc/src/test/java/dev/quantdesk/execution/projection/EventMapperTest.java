package dev.quantdesk.execution.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.AuctionOutcome;
import dev.quantdesk.execution.engine.CancelReason;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.view.EngineScript;
import dev.quantdesk.execution.view.RandomTrading;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.proto.execution.v1.ArrivalSource;
import dev.quantdesk.proto.execution.v1.AuctionEnded;
import dev.quantdesk.proto.execution.v1.AuctionOpened;
import dev.quantdesk.proto.execution.v1.AuctionQuoted;
import dev.quantdesk.proto.execution.v1.ExecutionEvent;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.MatchedOrder;
import dev.quantdesk.proto.execution.v1.OrderAccepted;
import dev.quantdesk.proto.execution.v1.OrderCancelled;
import dev.quantdesk.proto.execution.v1.OrderRefused;
import dev.quantdesk.proto.execution.v1.OrderSettled;
import dev.quantdesk.proto.execution.v1.OrdersMatched;
import dev.quantdesk.proto.execution.v1.SettlementChanged;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What other services read of each event. Market 1 has ticks of 0.1 USDC and lots of 0.0001. */
@Timeout(10)
class EventMapperTest {
    private static final long MILLIS = 1_750_000_000_123L;
    private static final TraceParent TRACE = new TraceParent(0xABC, -1, 0x1F, (byte) 1);
    private static final String TRACEPARENT = "00-0000000000000abcffffffffffffffff-000000000000001f-01";
    private static final byte[] SIGNATURE = EngineScript.signature(7);
    private static final OrderRef ALICES = new OrderRef(11, Orders.ALICE, "a", new UUID(1, 2), TRACE);
    private static final OrderRef BOBS = new OrderRef(12, Orders.BOB, "b", new UUID(3, 4), TraceParent.NONE);

    private static ExecutionEvent map(EngineEvent event) {
        ExecutionEvent mapped = EventMapper.map(event, EngineScript.MARKETS);
        assertEquals(event.sequence(), mapped.getSequence());
        assertEquals(Wire.time(event.timeMillis()), mapped.getEngineTime());
        return mapped;
    }

    @Test
    void shouldMapAnAcceptedOrder() {
        var order = Orders.by(Orders.ALICE)
                .sell(25)
                .at(655_001)
                .reduceOnly()
                .clientId("mine")
                .build();
        ExecutionEvent mapped = map(new EngineEvent.OrderAccepted(5, MILLIS, ALICES, order, order.priceTicks()));
        assertEquals("BTC-PERP", mapped.getMarket());
        assertEquals(1_750_000_000, mapped.getEngineTime().getSeconds());
        assertEquals(123_000_000, mapped.getEngineTime().getNanos());
        OrderAccepted accepted = mapped.getOrderAccepted();
        assertEquals("11", accepted.getOrderId());
        assertEquals("mine", accepted.getClientOrderId());
        assertEquals(Orders.ALICE.toString(), accepted.getAccount());
        assertEquals(dev.quantdesk.proto.execution.v1.Side.SIDE_SELL, accepted.getSide());
        assertEquals("65500.1", accepted.getPrice());
        assertEquals("0.0025", accepted.getQuantity());
        assertTrue(accepted.getReduceOnly());
        assertEquals(order.reservationId().toString(), accepted.getReservationId());
        assertEquals(Wire.traceparent(order.trace()), accepted.getTraceparent());
    }

    @Test
    void shouldMapTheSizeOfAnOrderOfABracket() {
        var sized = map(new EngineEvent.OrderSized(6, MILLIS, 1, ALICES, true, 25, 0))
                .getOrderSized();
        assertEquals("11", sized.getOrderId());
        assertEquals(Orders.ALICE.toString(), sized.getAccount());
        assertEquals("0.0025", sized.getRemainingQuantity());
        assertTrue(sized.getActivated());
    }

    @Test
    void shouldMapATradeWithBothSides() {
        ExecutionEvent mapped = map(new EngineEvent.Trade(6, MILLIS, 1, 42, Side.SELL, 1_000, 30, ALICES, 5, BOBS, 0));
        assertEquals("BTC-PERP", mapped.getMarket());
        OrdersMatched matched = mapped.getOrdersMatched();
        assertEquals("42", matched.getTradeId());
        assertEquals("100", matched.getPrice());
        assertEquals("0.003", matched.getQuantity());
        assertEquals(
                MatchedOrder.newBuilder()
                        .setOrderId("11")
                        .setAccount(Orders.ALICE.toString())
                        .setSide(dev.quantdesk.proto.execution.v1.Side.SIDE_BUY)
                        .setRemainingQuantity("0.0005")
                        .setTraceparent(TRACEPARENT)
                        .build(),
                matched.getMaker());
        assertEquals(
                MatchedOrder.newBuilder()
                        .setOrderId("12")
                        .setAccount(Orders.BOB.toString())
                        .setSide(dev.quantdesk.proto.execution.v1.Side.SIDE_SELL)
                        .setRemainingQuantity("0")
                        .build(),
                matched.getTaker());
    }

    @ParameterizedTest
    @EnumSource(CancelReason.class)
    void shouldMapACancel(CancelReason reason) {
        OrderCancelled cancelled = map(new EngineEvent.OrderCancelled(7, MILLIS, 1, ALICES, reason, 4, 6))
                .getOrderCancelled();
        assertEquals("11", cancelled.getOrderId());
        assertEquals(Orders.ALICE.toString(), cancelled.getAccount());
        assertEquals("0.0004", cancelled.getCancelledQuantity());
        assertEquals("CANCEL_REASON_" + reason.name(), cancelled.getReason().name());
    }

    @ParameterizedTest
    @EnumSource(
            value = RefusalReason.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "ORDER_NOT_FOUND",
                "ORDER_FILLED",
                "BAD_TRADE_ID",
                "TRADE_ALREADY_CONFIRMED",
                "TRADE_ALREADY_SUBMITTED",
                "MALFORMED_COMMAND"
            })
    void shouldMapARefusalWithAReasonOfThePublicTable(RefusalReason reason) {
        OrderRefused refused = map(new EngineEvent.OrderRefused(
                        8, MILLIS, 1, Orders.ALICE, "mine", new UUID(1, 2), TRACE, reason))
                .getOrderRefused();
        assertEquals(Orders.ALICE.toString(), refused.getAccount());
        assertEquals("mine", refused.getClientOrderId());
        assertEquals(new UUID(1, 2).toString(), refused.getReservationId());
        assertEquals(Wire.reason(reason), Reason.valueOf(refused.getReason()));
    }

    @Test
    void shouldMapARefusalInAMarketThatDoesNotExist() {
        ExecutionEvent mapped = map(new EngineEvent.OrderRefused(
                8, MILLIS, 99, Orders.ALICE, "mine", new UUID(1, 2), TRACE, RefusalReason.UNKNOWN_MARKET));
        assertEquals("", mapped.getMarket());
        assertEquals("UNKNOWN_MARKET", mapped.getOrderRefused().getReason());
    }

    @Test
    void shouldMapEachStepOfSettlement() {
        long[] trades = {3, 9};
        SettlementChanged.Builder expected =
                SettlementChanged.newBuilder().addTradeIds("3").addTradeIds("9").setSignature(Base58.encode(SIGNATURE));
        ExecutionEvent sent = map(new EngineEvent.SettlementSubmitted(9, MILLIS, SIGNATURE, 100, trades));
        assertEquals("", sent.getMarket());
        assertEquals(expected.setSettlement(FillSettlement.FILL_SETTLEMENT_SENT).build(), sent.getSettlementChanged());
        assertEquals(
                expected.setSettlement(FillSettlement.FILL_SETTLEMENT_PENDING).build(),
                map(new EngineEvent.SettlementReverted(10, MILLIS, SIGNATURE, "expired", trades))
                        .getSettlementChanged());
        assertEquals(
                expected.setSettlement(FillSettlement.FILL_SETTLEMENT_CONFIRMED)
                        .setSlot(77)
                        .build(),
                map(new EngineEvent.SettlementConfirmed(11, MILLIS, SIGNATURE, 77, trades))
                        .getSettlementChanged());
    }

    @Test
    void shouldMapASettledOrder() {
        ExecutionEvent mapped = map(new EngineEvent.OrderSettled(12, MILLIS, 2, BOBS, SIGNATURE, 77));
        assertEquals("ETH-PERP", mapped.getMarket());
        OrderSettled settled = mapped.getOrderSettled();
        assertEquals("12", settled.getOrderId());
        assertEquals(Orders.BOB.toString(), settled.getAccount());
        assertEquals(Base58.encode(SIGNATURE), settled.getSignature());
        assertEquals(77, settled.getSlot());
    }

    @Test
    void shouldMapAnAuctionFromItsOpeningToItsEnd() {
        AuctionOpened opened = map(new EngineEvent.AuctionOpened(
                        13, MILLIS, 1, 5, ALICES, Side.BUY, 30, 1_000, true, 999, 1_010, 1_009, MILLIS + 300))
                .getAuctionOpened();
        assertEquals("5", opened.getAuctionId());
        assertEquals("11", opened.getOrderId());
        assertEquals("100", opened.getArrivalPrice());
        assertEquals(ArrivalSource.ARRIVAL_SOURCE_MARK, opened.getArrivalSource());
        AuctionQuoted quoted =
                map(new EngineEvent.QuoteEntered(14, MILLIS, 1, 5, BOBS)).getAuctionQuoted();
        assertEquals("5", quoted.getAuctionId());
        assertEquals("12", quoted.getOrderId());
        AuctionEnded ended = map(new EngineEvent.AuctionEnded(
                        15, MILLIS, 1, 5, ALICES, AuctionOutcome.TIME_UP, 10, 10_000, 20, 20_100))
                .getAuctionEnded();
        assertEquals("5", ended.getAuctionId());
        assertEquals("11", ended.getOrderId());
        assertEquals("0.001", ended.getQuotedQuantity());
        assertEquals("0.002", ended.getBookQuantity());
        for (AuctionOutcome outcome : AuctionOutcome.values()) {
            assertEquals(
                    "AUCTION_OUTCOME_" + outcome.name(), Wire.outcome(outcome).name());
        }
    }

    @Test
    void shouldMapWhateverTheEngineEmits() {
        EngineScript script = new EngineScript();
        RandomTrading trading = new RandomTrading(new Random(1), script);
        for (int i = 0; i < 4_000; i++) {
            trading.step();
        }
        script.events().forEach(event -> assertTrue(map(event).getEventCase().getNumber() > 0));
        Set<Class<?>> emitted = script.events().stream().map(Object::getClass).collect(Collectors.toSet());
        assertEquals(Set.of(EngineEvent.class.getPermittedSubclasses()), emitted, "kinds of event that were tried");
    }
}
