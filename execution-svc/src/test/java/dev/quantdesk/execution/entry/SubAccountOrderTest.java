package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.auth.v1.TakeOrdersResponse;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrdersRequest;
import dev.quantdesk.proto.execution.v1.SignedBatch;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An order of a sub-account is signed for by its owner, and is the sub-account's in everything else. */
@Timeout(60)
class SubAccountOrderTest {
    private static final PublicKey FIRM = OrderForm.ALICE.publicKey();
    /** As keys of sub-accounts are: somebody's who signs nothing here. */
    private static final KeyPair FIRST = OrderForm.keys(51);

    private static final KeyPair SECOND = OrderForm.keys(52);

    private final EntryFixture mesh = new EntryFixture();

    private static Call call(KeyPair account, Identity.Delegate... delegates) {
        return EntryFixture.call(new Identity.Trader(account.publicKey(), FIRM, "FREE", List.of(delegates)));
    }

    private Order place(KeyPair account, OrderForm form) throws Exception {
        return mesh.entry.place(form.build(), call(account)).order();
    }

    private static OrderForm buy() {
        return OrderForm.buy(OrderForm.ALICE, "0.01").at("100");
    }

    @Test
    void shouldPlaceWhatTheOwnerSignedForTheSubAccount() throws Exception {
        Order order = place(FIRST, buy());
        assertEquals(FIRST.publicKey().toString(), order.getAccount());
        Command.PlaceOrder command = (Command.PlaceOrder) mesh.commands.getFirst();
        assertEquals(FIRST.publicKey(), command.account());
        assertEquals(FIRM, command.owner());
        mesh.project();
        assertEquals(order.getOrderId(), mesh.stored(FIRST, order.getOrderId()).getOrderId());
    }

    @Test
    void shouldShowTheOrderToNoOtherAccountOfTheFirm() throws Exception {
        Order order = place(FIRST, buy());
        long id = Long.parseLong(order.getOrderId());
        assertTrue(mesh.reader.find(SECOND.publicKey(), id).isEmpty());
        assertTrue(mesh.reader.find(FIRM, id).isEmpty());
    }

    @Test
    void shouldPlaceWhatTheOwnersSessionKeySigned() throws Exception {
        Identity.Delegate delegate =
                new Identity.Delegate(OrderForm.SESSION_KEY.publicKey(), OrderForm.NOW_SECONDS + 60, 1_000_000_000L);
        PlaceOrderRequest request =
                OrderForm.buy(OrderForm.SESSION_KEY, "0.01").at("100").build();
        assertEquals(
                OrderStatus.ORDER_STATUS_OPEN,
                mesh.entry.place(request, call(FIRST, delegate)).order().getStatus());
    }

    @Test
    void shouldRefuseWhatAnyOtherKeySigned() {
        for (KeyPair signer : List.of(OrderForm.BOB, FIRST, SECOND)) {
            Refusal.expect(
                    Reason.ACCOUNT_MISMATCH,
                    () -> place(FIRST, OrderForm.buy(signer, "0.01").at("100")));
        }
        assertEquals(List.of(), mesh.commands);
    }

    @Test
    void shouldRefuseForASecondSubAccountWhatWasPlacedForTheFirst() throws Exception {
        OrderForm form = buy();
        Order order = place(FIRST, form);
        Refusal.expect(Reason.NONCE_REPLAYED, () -> place(SECOND, form));
        Refusal.expect(Reason.NONCE_REPLAYED, () -> mesh.entry.place(form.build(), EntryFixture.call(OrderForm.ALICE)));
        mesh.entry.cancel(
                CancelOrderRequest.newBuilder().setOrderId(order.getOrderId()).build(), call(FIRST));
        Refusal.expect(Reason.NONCE_REPLAYED, () -> place(SECOND, form));
    }

    @Test
    void shouldReturnTheFirstOutcomeWhenRepeatedForTheSameSubAccount() throws Exception {
        OrderForm form = buy();
        Order order = place(FIRST, form);
        OrderEntry.Placed again = mesh.entry.place(form.build(), call(FIRST));
        assertTrue(again.repeated());
        assertEquals(order.getOrderId(), again.order().getOrderId());
    }

    @Test
    void shouldAmendWithinWhatTheOwnerSigned() throws Exception {
        Order order = place(FIRST, buy());
        AmendOrderRequest change = AmendOrderRequest.newBuilder()
                .setOrderId(order.getOrderId())
                .setQuantity("0.005")
                .build();
        assertEquals("0.005", mesh.entry.amend(change, call(FIRST)).getQuantity());
        Refusal.expect(Reason.ORDER_NOT_FOUND, () -> mesh.entry.amend(change, call(SECOND)));
    }

    @Test
    void shouldCountAllAccountsOfTheFirmAgainstOneLimit() throws Exception {
        List<String> asked = new ArrayList<>();
        TradingBudget budget = new TradingBudget(
                (orders, token, _) -> {
                    asked.add(token);
                    return TakeOrdersResponse.newBuilder()
                            .setTakenOrders(1)
                            .setRemainingOrders(10 - asked.size())
                            .setLimit(10)
                            .setWindow(Durations.fromSeconds(60))
                            .build();
                },
                Duration.ofSeconds(2),
                Clock.systemUTC(),
                System::nanoTime);
        BatchEntry batches = new BatchEntry(mesh.entry, mesh.gate, budget, Clock.systemUTC());
        assertEquals(9, batches.place(batch(buy()), call(FIRST)).getBudget().getRemainingOrders());
        assertEquals(8, batches.place(batch(buy()), call(SECOND)).getBudget().getRemainingOrders());
        assertEquals(8, budget.left(FIRM).getRemainingOrders());
        assertEquals(2, asked.size());
    }

    private static PlaceOrdersRequest batch(OrderForm form) {
        PlaceOrderRequest order = form.build();
        ByteString intents = order.getIntent().getIntent();
        return PlaceOrdersRequest.newBuilder()
                .addOrders(order.toBuilder().clearIntent())
                .setBatch(SignedBatch.newBuilder()
                        .setIntents(intents)
                        .setSignature(order.getIntent().getSignature())
                        .setSigner(order.getIntent().getSigner()))
                .build();
    }
}
