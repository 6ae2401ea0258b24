package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.cluster.EngineClient;
import dev.quantdesk.execution.cluster.EngineClientConfig;
import dev.quantdesk.execution.cluster.WakeGroup;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a caller is told when the engine gives no answer, or one that can't be shown yet. */
@Timeout(30)
class EngineFailureTest {
    private final EntryFixture mesh = new EntryFixture();
    private final OrderForm form = OrderForm.buy(OrderForm.ALICE, "0.01").at("100");

    @TempDir
    Path dataDir;

    private EngineClient clientWithoutNode(int maxPending) {
        return EngineClient.start(
                new EngineClientConfig(dataDir.resolve("aeron"), maxPending, Duration.ofSeconds(1)), new WakeGroup());
    }

    @Test
    void shouldSayThatNothingWasStoredWhenTheEngineCanNotBeReached() {
        try (EngineClient client = clientWithoutNode(10)) {
            mesh.instead = (command, _) -> client.submit(command, Duration.ofMillis(50));
            Refusal.expect(Reason.ENGINE_BUSY, () -> mesh.place(form));
            Refusal.expect(Reason.ENGINE_BUSY, () -> mesh.cancel(OrderForm.ALICE, "1"));
        }
    }

    @Test
    void shouldSayThatNothingWasStoredWhenTheEnginesQueueIsFull() {
        try (EngineClient client = clientWithoutNode(1)) {
            mesh.instead = (command, deadline) -> {
                client.submit(command, deadline);
                return client.submit(command, deadline);
            };
            Refusal refusal = Refusal.expect(Reason.ENGINE_BUSY, () -> mesh.place(form));
            assertEquals("1 commands wait for the engine already", refusal.text());
        }
    }

    @Test
    void shouldGiveTheEngineNoLongerThanTheCallHasLeft() throws Exception {
        Call call = EntryFixture.call(OrderForm.ALICE);
        Duration left = Duration.ofMillis(700);
        Call hurried = new Call(
                call.identity(),
                call.identityToken(),
                call.headers(),
                call.responseHeaders(),
                System.nanoTime() + left.toNanos());
        mesh.instead = (command, given) -> {
            assertTrue(given.compareTo(left) <= 0, () -> given + " of " + left);
            return CompletableFuture.completedFuture(mesh.script.send(command));
        };
        mesh.entry.place(form.build(), hurried);
    }

    @Test
    void shouldSayThatTheOutcomeIsUnknownWhenTheViewDoesNotFollow() {
        EntryFixture lagging = new EntryFixture(EngineLimits.DEFAULTS, false);
        Refusal.expect(Reason.OUTCOME_UNKNOWN, () -> lagging.place(form));
        assertEquals(1, lagging.script.lastOrderId(), "it was placed");
    }

    @Test
    void shouldNotShowAnOrderAsItWasBeforeItsCancel() throws Exception {
        var order = mesh.place(form).order();
        // The engine is one event ahead of the view.
        mesh.instead = (command, _) -> CompletableFuture.completedFuture(
                new Reply.Refused(RefusalReason.ORDER_FILLED, 1, 100, mesh.script.sequence() + 1));
        Refusal.expect(Reason.OUTCOME_UNKNOWN, () -> mesh.cancel(OrderForm.ALICE, order.getOrderId()));
    }

    @Test
    void shouldFailWhenTheEngineAnswersSomethingElse() throws Exception {
        mesh.instead = (_, _) -> CompletableFuture.completedFuture(new Reply.Recorded(1, 0));
        assertThrows(IllegalStateException.class, () -> mesh.place(form));
        assertThrows(IllegalStateException.class, () -> mesh.cancel(OrderForm.ALICE, "1"));
        mesh.instead = (_, _) ->
                CompletableFuture.completedFuture(new Reply.Refused(RefusalReason.MALFORMED_COMMAND, 0, 0, 0));
        assertThrows(IllegalStateException.class, () -> mesh.place(form));
        assertThrows(IllegalStateException.class, () -> mesh.cancel(OrderForm.ALICE, "1"));
        mesh.instead = (_, _) -> CompletableFuture.failedFuture(new IllegalArgumentException("a defect"));
        assertThrows(ExecutionException.class, () -> mesh.place(form));
    }
}
