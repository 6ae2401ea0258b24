package dev.quantdesk.execution;

import dev.quantdesk.execution.cluster.EngineClient;
import dev.quantdesk.execution.cluster.EngineListener;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.settlement.SettlementLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The engine as settlement writes to it: live once its past has been replayed. */
final class EngineLog implements EngineListener, SettlementLog {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private volatile EngineClient client;
    private volatile boolean live;

    void connect(EngineClient connected) {
        client = connected;
    }

    @Override
    public void onEvent(EngineEvent event, boolean replaying) {
        // Only the end of the replay matters here.
    }

    @Override
    public void onLive(long sequence) {
        live = true;
    }

    @Override
    public CompletableFuture<Reply> submit(Command command) {
        return client.submit(command, DEADLINE);
    }

    @Override
    public boolean isLive() {
        return live && client != null;
    }
}
