package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Reply;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step of settlement on its way into the log. Repeated until the log has answered, which is safe, because the
 * commands are idempotent. Used by the worker's thread only.
 */
final class RecordedStep {
    private static final Logger LOG = LoggerFactory.getLogger(RecordedStep.class);

    private final SettlementLog log;
    private final Command command;
    private final Backoff backoff;
    private final Runnable onAnswer;
    private CompletableFuture<Reply> answer;
    private boolean failureSeen;

    /** Submits at once. @param onAnswer called from any thread when there is something to {@link #poll} */
    RecordedStep(SettlementLog log, Command command, Backoff backoff, Runnable onAnswer) {
        this.log = log;
        this.command = command;
        this.backoff = backoff;
        this.onAnswer = onAnswer;
        submit();
    }

    /** The log's answer, or empty while it is awaited. */
    Optional<Reply> poll(long nowMillis) {
        if (!answer.isDone()) {
            return Optional.empty();
        }
        if (!answer.isCompletedExceptionally()) {
            return Optional.of(answer.join());
        }
        if (!failureSeen) {
            failureSeen = true;
            backoff.failed(nowMillis);
            LOG.warn(
                    "{} was not recorded, it is tried again: {}",
                    command.getClass().getSimpleName(),
                    failure());
        } else if (backoff.mayTry(nowMillis)) {
            submit();
        }
        return Optional.empty();
    }

    private void submit() {
        CompletableFuture<Reply> submitted;
        try {
            submitted = log.submit(command);
        } catch (RuntimeException refused) {
            submitted = CompletableFuture.failedFuture(refused);
        }
        failureSeen = false;
        answer = submitted;
        answer.whenComplete((_, _) -> onAnswer.run());
    }

    private String failure() {
        return answer.handle((_, failure) -> failure.toString()).join();
    }
}
