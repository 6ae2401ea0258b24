package dev.quantdesk.execution.entry;

import static dev.quantdesk.execution.entry.OrderForm.ALICE;
import static dev.quantdesk.execution.entry.OrderForm.BOB;
import static dev.quantdesk.execution.entry.OrderForm.NOW_SECONDS;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import dev.quantdesk.proto.execution.v1.AlgoOrderStatus;
import dev.quantdesk.proto.execution.v1.CancelAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.IcebergTerms;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.PlaceAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.PlannedChild;
import dev.quantdesk.proto.execution.v1.PreviewScheduleRequest;
import dev.quantdesk.proto.execution.v1.PreviewScheduleResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TWAPs and icebergs from the request to what is shown of them. BTC-PERP has ticks of 0.1 and lots of 0.0001. */
@Timeout(30)
class AlgoOrderTest {
    private final EntryFixture mesh = new EntryFixture();

    private AlgoEntry.Placed place(PlaceAlgoOrderRequest.Builder request) throws Exception {
        return mesh.algos.place(request.build(), EntryFixture.call(ALICE));
    }

    private AlgoOrder shown(AlgoOrder order) throws Exception {
        long id = Long.parseLong(order.getAlgoOrderId());
        AlgoOrder inMemory = mesh.algoReader.find(ALICE.publicKey(), id).orElseThrow();
        mesh.project();
        assertEquals(List.of(inMemory), mesh.algoReader.list(ALICE.publicKey(), id + 1, 1));
        return inMemory;
    }

    private Refusal refused(Reason reason, PlaceAlgoOrderRequest.Builder request) {
        return Refusal.expect(reason, () -> place(request));
    }

    private Order child(String name) throws Exception {
        return mesh.reader.findByClientOrderId(ALICE.publicKey(), name).orElseThrow();
    }

    @Test
    void shouldShowATwapAsItProgresses() throws Exception {
        mesh.placeAs(BOB, OrderForm.sell(BOB, "1").at("100"));
        AlgoOrder placed = place(
                        AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100").clientId("slow"), 60, 10))
                .order();
        assertEquals(AlgoOrderStatus.ALGO_ORDER_STATUS_WORKING, placed.getStatus());
        assertEquals(
                List.of("0.06", "0.01", "0.05", "100"),
                List.of(
                        placed.getQuantity(),
                        placed.getFilledQuantity(),
                        placed.getRemainingQuantity(),
                        placed.getAveragePrice()));
        assertEquals(NOW_SECONDS + 10, placed.getNextSliceTime().getSeconds());
        assertEquals(1, placed.getChildOrders());
        assertEquals(placed, shown(placed));
        Order first = child("slow.1");
        assertEquals(placed.getLatestChildOrderId(), first.getOrderId());
        assertEquals(placed.getAlgoOrderId(), first.getParentOrderId());
        for (int i = 0; i < 5; i++) {
            mesh.script.advance(10_000);
        }
        AlgoOrder done = shown(placed);
        assertEquals(AlgoOrderStatus.ALGO_ORDER_STATUS_FILLED, done.getStatus());
        assertEquals(List.of("0.06", "0"), List.of(done.getFilledQuantity(), done.getRemainingQuantity()));
        assertFalse(done.hasNextSliceTime());
        assertEquals(6, done.getChildOrders());
    }

    @Test
    void shouldAnswerWithTheOrderAsItWasAcknowledgedWhenMoreHasHappenedSince() throws Exception {
        mesh.placeAs(BOB, OrderForm.sell(BOB, "1").at("100"));
        mesh.instead = (command, _) -> {
            Reply reply = mesh.script.send(command);
            mesh.script.advance(10_000);
            return CompletableFuture.completedFuture(reply);
        };
        AlgoOrder placed = place(AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100"), 60, 10))
                .order();
        assertEquals(AlgoOrderStatus.ALGO_ORDER_STATUS_WORKING, placed.getStatus());
        assertEquals(List.of("0.01", 1), List.of(placed.getFilledQuantity(), placed.getChildOrders()));
        assertEquals("0.02", shown(placed).getFilledQuantity());
    }

    @Test
    void shouldBeTheSameOrderWhenThatIsPlacedWhileTheRepeatIsRefusedItsMargin() throws Exception {
        PlaceAlgoOrderRequest.Builder request =
                AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100"), 60, 10);
        mesh.whileRiskIsAsked = () -> {
            assertDoesNotThrow(() -> place(request));
            mesh.riskRefuses = Reason.INSUFFICIENT_MARGIN;
        };
        AlgoEntry.Placed again = place(request);
        assertTrue(again.repeated());
        assertEquals("1", again.order().getAlgoOrderId());
    }

    @Test
    void shouldReserveMarginOnceForTheWhole() throws Exception {
        place(AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100"), 60, 10));
        mesh.script.advance(60_000);
        assertEquals(1, mesh.reservations.size());
        assertEquals(
                List.of("100", "0.06"),
                List.of(
                        mesh.reservations.getFirst().getPrice(),
                        mesh.reservations.getFirst().getQuantity()));
    }

    @Test
    void shouldWorkAtThePriceOfTheIntentWhereATwapHasNone() throws Exception {
        AlgoOrder order = place(AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100"), 60, 10)
                        .clearPrice())
                .order();
        assertEquals("100", order.getPrice());
        assertEquals("100", child(order.getClientOrderId() + ".1").getPrice());
    }

    @Test
    void shouldReturnTheFirstOutcomeWhenRepeated() throws Exception {
        OrderForm form = OrderForm.buy(ALICE, "0.06").at("100").clientId("once");
        AlgoOrder first = place(AlgoForm.twap(form, 60, 10)).order();
        mesh.script.advance(60_000);
        AlgoEntry.Placed again = place(AlgoForm.twap(form, 60, 10));
        assertTrue(again.repeated());
        assertEquals(first.getAlgoOrderId(), again.order().getAlgoOrderId());
        assertEquals(CancelReason.CANCEL_REASON_SCHEDULE_ENDED, again.order().getCancelReason());
        assertEquals(1, mesh.reservations.size(), "a repeat needs no margin");
        refused(Reason.CLIENT_ORDER_ID_REUSED, AlgoForm.twap(form, 60, 20));
    }

    @Test
    void shouldCancelByEitherNameAndSayWhatItIsOnceItHasEnded() throws Exception {
        AlgoOrder ice = place(
                        AlgoForm.iceberg(OrderForm.sell(ALICE, "1").at("100").clientId("ice"), "0.1"))
                .order();
        CancelAlgoOrderRequest byName =
                CancelAlgoOrderRequest.newBuilder().setClientOrderId("ice").build();
        AlgoOrder cancelled = mesh.algos.cancel(byName, EntryFixture.call(ALICE));
        assertEquals(AlgoOrderStatus.ALGO_ORDER_STATUS_CANCELLED, cancelled.getStatus());
        assertEquals(CancelReason.CANCEL_REASON_USER_REQUEST, cancelled.getCancelReason());
        assertEquals(cancelled, mesh.algos.cancel(byName, EntryFixture.call(ALICE)));
        CancelAlgoOrderRequest byId = CancelAlgoOrderRequest.newBuilder()
                .setAlgoOrderId(ice.getAlgoOrderId())
                .build();
        Refusal.expect(Reason.ALGO_ORDER_NOT_FOUND, () -> mesh.algos.cancel(byId, EntryFixture.call(BOB)));
    }

    @Test
    void shouldDoExactlyAsThePreviewSaid() throws Exception {
        mesh.placeAs(BOB, OrderForm.sell(BOB, "10").at("100"));
        PreviewScheduleResponse preview = mesh.algos.preview(PreviewScheduleRequest.newBuilder()
                .setMarket("BTC-PERP")
                .setQuantity("0.5")
                .setTwap(AlgoForm.seconds(60, 5).setSizeRandomBps(3_000).setTimeRandomBps(8_000))
                .build());
        assertEquals(12, preview.getChildrenCount());
        assertEquals("0.1251", preview.getMaxSliceQuantity());
        AlgoOrder order = place(AlgoForm.of(
                                OrderForm.buy(ALICE, "0.5").at("100").clientId("as-told"))
                        .setTwap(AlgoForm.seconds(60, 5).setSizeRandomBps(3_000).setTimeRandomBps(8_000))
                        .setSeed(preview.getSeed()))
                .order();
        long start = mesh.script.nowMillis();
        for (int i = 0; i < preview.getChildrenCount(); i++) {
            PlannedChild planned = preview.getChildren(i);
            long offset = Durations.toMillis(planned.getOffset());
            mesh.script.advance(Math.max(0, start + offset - mesh.script.nowMillis()));
            Order child = child("as-told." + (i + 1));
            assertEquals(planned.getQuantity(), child.getFilledQuantity());
            assertEquals(start + offset, com.google.protobuf.util.Timestamps.toMillis(child.getCreateTime()));
        }
        assertEquals(AlgoOrderStatus.ALGO_ORDER_STATUS_FILLED, shown(order).getStatus());
    }

    @Test
    void shouldPreviewTheTipsOfAnIcebergAndDrawASeedForEach() throws Exception {
        PreviewScheduleRequest request = PreviewScheduleRequest.newBuilder()
                .setMarket("BTC-PERP")
                .setQuantity("1")
                .setIceberg(IcebergTerms.newBuilder().setVisibleQuantity("0.1").setSizeRandomBps(5_000))
                .build();
        PreviewScheduleResponse preview = mesh.algos.preview(request);
        assertNotEquals(preview.getSeed(), mesh.algos.preview(request).getSeed());
        place(AlgoForm.of(OrderForm.sell(ALICE, "1").at("100").clientId("ice"))
                .setIceberg(request.getIceberg())
                .setSeed(preview.getSeed()));
        mesh.placeAs(BOB, OrderForm.buy(BOB, "1").at("100"));
        for (int i = 0; i < preview.getChildrenCount(); i++) {
            assertEquals(
                    preview.getChildren(i).getQuantity(),
                    child("ice." + (i + 1)).getQuantity());
        }
    }

    @Test
    void shouldSayWhichTermsWouldPass() {
        OrderForm form = OrderForm.buy(ALICE, "0.06").at("100");
        Refusal uneven = refused(Reason.ALGO_SCHEDULE_INVALID, AlgoForm.twap(form, 65, 10));
        assertEquals(
                List.of("PT1M5S", "PT10S", "PT1M10S"),
                List.of(uneven.figure("value"), uneven.figure("bound"), uneven.figure("suggested_duration")));
        Refusal single = refused(Reason.ALGO_SCHEDULE_INVALID, AlgoForm.twap(form, 60, 60));
        assertEquals(
                List.of("slices", "1", "2"),
                List.of(single.figure("limit"), single.figure("value"), single.figure("bound")));
        Refusal many = refused(Reason.ALGO_SCHEDULE_INVALID, AlgoForm.twap(form, 3_000, 1));
        assertEquals("2880", many.figure("bound"));
        Refusal small = refused(
                Reason.ALGO_SCHEDULE_INVALID,
                AlgoForm.twap(OrderForm.buy(ALICE, "0.001").at("100"), 60, 5));
        assertEquals(
                List.of("0", "0.0001", "0.0012"),
                List.of(small.figure("value"), small.figure("bound"), small.figure("suggested_quantity")));
        Refusal tips = refused(
                Reason.ALGO_SCHEDULE_INVALID,
                AlgoForm.iceberg(OrderForm.buy(ALICE, "1").at("100"), "0.0002"));
        assertEquals("0.0004", tips.figure("suggested_visible_quantity"));
        Refusal visible = refused(
                Reason.ALGO_SCHEDULE_INVALID,
                AlgoForm.iceberg(OrderForm.buy(ALICE, "1").at("100"), "2"));
        assertEquals("1", visible.figure("bound"));
        assertTrue(mesh.commands.isEmpty());
        assertTrue(mesh.reservations.isEmpty());
    }

    @Test
    void shouldSuggestWhatThenPasses() throws Exception {
        Refusal small = refused(
                Reason.ALGO_SCHEDULE_INVALID,
                AlgoForm.of(OrderForm.buy(ALICE, "0.001").at("100"))
                        .setTwap(AlgoForm.seconds(60, 5).setSizeRandomBps(4_321)));
        place(AlgoForm.of(
                        OrderForm.buy(ALICE, small.figure("suggested_quantity")).at("100"))
                .setTwap(AlgoForm.seconds(60, 5).setSizeRandomBps(4_321)));
        Refusal tips = refused(
                Reason.ALGO_SCHEDULE_INVALID,
                AlgoForm.of(OrderForm.buy(ALICE, "7").at("100"))
                        .setIceberg(IcebergTerms.newBuilder()
                                .setVisibleQuantity("0.0003")
                                .setSizeRandomBps(1_234)));
        place(AlgoForm.of(OrderForm.buy(ALICE, "7").at("100"))
                .setIceberg(IcebergTerms.newBuilder()
                        .setVisibleQuantity(tips.figure("suggested_visible_quantity"))
                        .setSizeRandomBps(1_234)));
    }

    @Test
    void shouldRefuseWhatItsIntentDoesNotBound() {
        refused(
                Reason.INTENT_EXCEEDED,
                AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100").intentLots(599), 60, 10));
        refused(
                Reason.INTENT_EXCEEDED,
                AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100").intentTicks(999), 60, 10));
        refused(
                Reason.INTENT_EXCEEDED,
                AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100").intentSells(true), 60, 10));
        Refusal outlives = refused(
                Reason.ALGO_SCHEDULE_INVALID,
                AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100").expiresAt(NOW_SECONDS + 59), 60, 10));
        assertEquals("intent_expiry", outlives.figure("limit"));
    }

    @Test
    void shouldRefuseWhatDoesNotGoTogether() {
        refused(
                Reason.UNSUPPORTED_COMBINATION,
                AlgoForm.iceberg(OrderForm.buy(ALICE, "1").at("100"), "0.1").clearPrice());
        refused(
                Reason.EXPIRE_TIME_INVALID,
                AlgoForm.of(OrderForm.buy(ALICE, "1").at("100"))
                        .setIceberg(IcebergTerms.newBuilder()
                                .setVisibleQuantity("0.1")
                                .setExpireTime(Timestamp.newBuilder().setSeconds(1))));
        refused(
                Reason.UNKNOWN_MARKET,
                AlgoForm.twap(OrderForm.buy(ALICE, "1").at("100"), 60, 10).setMarket("DOGE-PERP"));
        refused(
                Reason.REDUCE_ONLY_WOULD_INCREASE,
                AlgoForm.twap(OrderForm.buy(ALICE, "1").at("100").reduceOnly(), 60, 10));
    }

    @Test
    void shouldRefuseWhenMarginIsRefused() throws Exception {
        mesh.riskRefuses = Reason.INSUFFICIENT_MARGIN;
        refused(
                Reason.INSUFFICIENT_MARGIN,
                AlgoForm.twap(OrderForm.buy(ALICE, "1").at("100"), 60, 10));
        assertTrue(mesh.commands.isEmpty());
    }
}
