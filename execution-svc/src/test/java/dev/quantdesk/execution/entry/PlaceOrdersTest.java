package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.proto.auth.v1.TakeOrdersResponse;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.AuctionPreference;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrdersRequest;
import dev.quantdesk.proto.execution.v1.PlacementOutcome;
import dev.quantdesk.proto.execution.v1.SignedBatch;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlaceOrdersTest {
    private final EntryFixture mesh = new EntryFixture();
    private int left = 100;
    private final BatchEntry batches = new BatchEntry(
            mesh.entry,
            mesh.gate,
            new TradingBudget((_, _, _) -> grant(), Duration.ofSeconds(2), Clock.systemUTC(), System::nanoTime),
            Clock.systemUTC());

    private TakeOrdersResponse grant() {
        if (left-- == 0) {
            throw ApiException.refuse(Reason.RATE_LIMITED, "no more").build();
        }
        return TakeOrdersResponse.newBuilder()
                .setTakenOrders(1)
                .setRemainingOrders(left)
                .setLimit(100)
                .setWindow(Durations.fromSeconds(60))
                .build();
    }

    private static PlaceOrdersRequest batch(KeyPair signer, OrderForm... forms) {
        List<PlaceOrderRequest> orders = Stream.of(forms).map(OrderForm::build).toList();
        ByteString intents = orders.stream()
                .map(order -> order.getIntent().getIntent())
                .reduce(ByteString.EMPTY, ByteString::concat);
        PlaceOrdersRequest.Builder request = PlaceOrdersRequest.newBuilder()
                .setBatch(SignedBatch.newBuilder()
                        .setIntents(intents)
                        .setSignature(ByteString.copyFrom(signer.sign(intents.toByteArray())))
                        .setSigner(signer.publicKey().toString()));
        orders.forEach(order -> request.addOrders(order.toBuilder().clearIntent()));
        return request.build();
    }

    private List<PlacementOutcome> place(PlaceOrdersRequest request) throws InterruptedException {
        return batches.place(request, EntryFixture.call(OrderForm.ALICE)).getOutcomesList();
    }

    @Test
    void shouldOpenAnAuctionForAnOrderOfABatchThatAsks() throws Exception {
        PlaceOrdersRequest request = batch(
                OrderForm.ALICE,
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100"),
                OrderForm.sell(OrderForm.ALICE, "0.01")
                        .at("110")
                        .with(order -> order.setAuction(AuctionPreference.AUCTION_PREFERENCE_OPEN)));
        assertTrue(place(request).stream().allMatch(PlacementOutcome::hasOrder));
        assertInstanceOf(Command.PlaceOrder.class, mesh.commands.getFirst());
        assertInstanceOf(Command.PlaceInAuction.class, mesh.commands.getLast());
    }

    private static String reason(PlacementOutcome outcome) {
        return ApiException.of(outcome.getRefusal()).reason();
    }

    private static OrderForm buy(String price) {
        return OrderForm.buy(OrderForm.ALICE, "0.01").at(price);
    }

    @Test
    void shouldPlaceEachOrderWithTheBytesThatWereSigned() throws Exception {
        PlaceOrdersRequest request = batch(OrderForm.ALICE, buy("100"), buy("101"), buy("102"));
        List<PlacementOutcome> outcomes = place(request);
        assertTrue(outcomes.stream().allMatch(PlacementOutcome::hasOrder), outcomes.toString());
        assertEquals(3, mesh.commands.size());
        for (int i = 0; i < 3; i++) {
            var intent = ((Command.PlaceOrder) mesh.commands.get(i)).intent();
            assertArrayEquals(request.getBatch().getIntents().toByteArray(), intent.signedBytes());
            assertArrayEquals(
                    request.getBatch()
                            .getIntents()
                            .substring(i * 38, (i + 1) * 38)
                            .toByteArray(),
                    intent.bytes());
        }
    }

    @Test
    void shouldLetAnOrderOfABatchBeAmendedWithinWhatWasSigned() throws Exception {
        var placed =
                place(batch(OrderForm.ALICE, buy("100"), buy("101"))).getFirst().getOrder();
        var amended = mesh.entry.amend(
                AmendOrderRequest.newBuilder()
                        .setOrderId(placed.getOrderId())
                        .setQuantity("0.005")
                        .build(),
                EntryFixture.call(OrderForm.ALICE));
        assertEquals("0.005", amended.getQuantity());
    }

    @Test
    void shouldGiveEachItsOwnOutcome() throws Exception {
        List<PlacementOutcome> outcomes = place(batch(
                OrderForm.ALICE,
                buy("100"),
                buy("100.00001").intentTicks(1_000),
                OrderForm.buy(OrderForm.ALICE, "0.02").at("100").intentLots(100),
                buy("101")));
        assertTrue(outcomes.get(0).hasOrder());
        assertEquals("PRICE_OFF_TICK", reason(outcomes.get(1)));
        assertEquals("INTENT_EXCEEDED", reason(outcomes.get(2)));
        assertTrue(outcomes.get(3).hasOrder());
    }

    @Test
    void shouldRefuseEveryOrderWhenTheSignatureIsOverOtherBytes() throws Exception {
        PlaceOrdersRequest signed = batch(OrderForm.ALICE, buy("100"), buy("101"));
        PlaceOrdersRequest other = batch(OrderForm.ALICE, buy("100"), buy("101"));
        PlaceOrdersRequest forged = signed.toBuilder()
                .setBatch(signed.getBatch().toBuilder()
                        .setSignature(other.getBatch().getSignature()))
                .build();
        for (PlacementOutcome outcome : place(forged)) {
            assertEquals("SIGNATURE_INVALID", reason(outcome));
        }
        assertEquals(List.of(), mesh.commands);
    }

    @Test
    void shouldNotTakeALoneIntentsSignatureForABatch() throws Exception {
        PlaceOrderRequest alone = buy("100").build();
        PlaceOrdersRequest signed = batch(OrderForm.ALICE, buy("100"), buy("101"));
        PlaceOrdersRequest mixed = signed.toBuilder()
                .setBatch(signed.getBatch().toBuilder()
                        .setIntents(alone.getIntent()
                                .getIntent()
                                .concat(signed.getBatch().getIntents().substring(38)))
                        .setSignature(alone.getIntent().getSignature()))
                .build();
        for (PlacementOutcome outcome : place(mixed)) {
            assertEquals("SIGNATURE_INVALID", reason(outcome));
        }
    }

    @Test
    void shouldRefuseANonceThatIsUsedTwice() throws Exception {
        List<PlacementOutcome> outcomes = place(batch(
                OrderForm.ALICE, buy("100").nonce(4_000_000_000L), buy("101").nonce(4_000_000_000L)));
        assertTrue(outcomes.get(0).hasOrder());
        assertEquals("NONCE_REPLAYED", reason(outcomes.get(1)));
    }

    @Test
    void shouldReturnTheFirstOutcomesWhenRepeated() throws Exception {
        PlaceOrdersRequest request = batch(OrderForm.ALICE, buy("100"), buy("101"));
        List<PlacementOutcome> first = place(request);
        List<PlacementOutcome> again = place(request);
        for (int i = 0; i < 2; i++) {
            assertTrue(again.get(i).getRepeatedRequest());
            assertEquals(
                    first.get(i).getOrder().getOrderId(),
                    again.get(i).getOrder().getOrderId());
        }
    }

    @Test
    void shouldCountEachOrderAgainstTheLimit() throws Exception {
        left = 1;
        List<PlacementOutcome> outcomes = place(batch(OrderForm.ALICE, buy("100"), buy("101")));
        assertTrue(outcomes.get(0).hasOrder());
        assertEquals("RATE_LIMITED", reason(outcomes.get(1)));
    }

    @Test
    void shouldRefuseTheWholeWhenThereAreNotAsManyIntentsAsOrders() {
        PlaceOrdersRequest request = batch(OrderForm.ALICE, buy("100"), buy("101"));
        PlaceOrdersRequest fewer = request.toBuilder().removeOrders(1).build();
        Refusal.expect(Reason.REQUEST_INVALID, () -> place(fewer));
    }

    @Test
    void shouldRefuseAnotherAccountsSignature() throws Exception {
        for (PlacementOutcome outcome : place(batch(OrderForm.BOB, buy("100"), buy("101")))) {
            assertEquals("ACCOUNT_MISMATCH", reason(outcome));
        }
    }
}
