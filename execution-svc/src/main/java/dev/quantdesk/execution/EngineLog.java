package dev.quantdesk.execution;

import dev.quantdesk.execution.cluster.EngineClient;
import dev.quantdesk.execution.cluster.EngineListener;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.settlement.SettlementLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The engine as settlement writes to it. Live at the leader alone, so that one member settles; that two settle the same
 * trade while the leadership moves is ruled out by the log itself, which takes one submission of a trade at a time.
 */
final class EngineLog implements EngineListener, SettlementLog {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private volatile EngineClient client;
    private volatile boolean caughtUp;
    private volatile boolean leader;

    void connect(EngineClient connected) {
        client = connected;
    }

    @Override
    public void onEvent(EngineEvent event, boolean replaying) {
        // Only the end of the replay matters here.
    }

    @Override
    public void onLive(long sequence) {
        caughtUp = true;
    }

    @Override
    public void onLeadership(boolean leads) {
        leader = leads;
    }

    /** Whether all past events have been handed over, so that this member's views can be shown. */
    boolean isCaughtUp() {
        return caughtUp;
    }

    @Override
    public CompletableFuture<Reply> submit(Command command) {
        return client.submit(command, DEADLINE);
    }

    @Override
    public boolean isLive() {
        return caughtUp && leader && client != null;
    }
}
