package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Reply;
import java.util.concurrent.CompletableFuture;

/** The engine's log, as settlement writes its progress to it. Any thread may call; neither method blocks. */
public interface SettlementLog {
    /** Completes once the command is durable and carried out; fails when that is unknown: it may then be repeated. */
    CompletableFuture<Reply> submit(Command command);

    /** Whether all past events have been handed over and this node is the one that settles. */
    boolean isLive();
}
