package dev.quantdesk.execution.entry;

import com.google.protobuf.util.Durations;
import com.google.rpc.Status;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.ErrorMapper;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.StreamReader;
import dev.quantdesk.kit.rpc.StreamWriter;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.TradeOrdersHeartbeat;
import dev.quantdesk.proto.execution.v1.TradeOrdersRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import dev.quantdesk.proto.execution.v1.TradeOrdersSettings;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One trading stream: three threads in a row, so that messages overlap and keep their order. The first reads and checks; the second
 * reserves margin, for all orders that have come in meanwhile at once, and submits to the engine in the order sent; the third awaits
 * the engine and answers. At most {@value #IN_FLIGHT_MAX} messages are between them.
 */
final class TradeStream {
    static final int IN_FLIGHT_MAX = 256;
    /** How long the engine keeps the stream's session without a sign of life. */
    static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(TradeStream.class);
    private static final String METHOD = "quantdesk.execution.v1.OrderService/TradeOrders";
    private static final int RESERVATIONS_MAX = 64;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(3);
    private static final Duration UNBOUNDED = Duration.ofDays(365);
    private static final Duration POLL = Duration.ofMillis(500);
    /** Longest wait for the answers under way when the stream ends: the engine's own time limit and a little more. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(8);
    /** Well below the time from which a token that was reused is no longer accepted. */
    private static final Duration IDENTITY_AGE = Duration.ofSeconds(9);

    private static final Duration IDENTITY_AGE_MAX = Duration.ofSeconds(29);

    private final TradeStreams shared;
    private final OrderEntry entry;
    private final String loginSession;
    private final StreamReader<TradeOrdersRequest> in;
    private final StreamWriter<TradeOrdersResponse> out;
    private final PublicKey account;
    private final Context streamTrace = Context.current();
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
    private final BlockingQueue<TradeStep> toSubmit = new ArrayBlockingQueue<>(IN_FLIGHT_MAX + 1);
    private final BlockingQueue<TradeStep> toAnswer = new ArrayBlockingQueue<>(IN_FLIGHT_MAX + 1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final UUID sessionId = UUID.randomUUID();
    private volatile TradeStreams.TraderAccess access;
    private volatile boolean cancelsOnDisconnect;
    /** Why the stream can't go on, or null. */
    private volatile Exception failure;

    /** The answer to the latest of what was submitted. */
    private CompletableFuture<Reply> lastReply = CompletableFuture.completedFuture(new Reply.Recorded(0, 0));

    private Duration maxSilence = UNBOUNDED;
    private boolean first = true;

    TradeStream(
            TradeStreams shared,
            String loginSession,
            TradeStreams.TraderAccess access,
            StreamReader<TradeOrdersRequest> in,
            StreamWriter<TradeOrdersResponse> out) {
        this.shared = shared;
        this.entry = shared.entry();
        this.loginSession = loginSession;
        this.access = access;
        this.account = access.trader().account();
        this.in = in;
        this.out = out;
    }

    /** Returns when the client has ended its side and has all answers. @throws Exception why the stream ends otherwise */
    void run() throws Exception {
        shared.budget().learn(access.trader().owner(), access.token());
        Thread submitter = Thread.ofVirtual().name("trade-submit").start(() -> guarded(this::submitAll));
        Thread answerer = Thread.ofVirtual().name("trade-answer").start(() -> guarded(this::answerAll));
        Thread keeper = Thread.ofVirtual().name("trade-keep").start(() -> guarded(this::keepAlive));
        boolean interrupted = false;
        try {
            readAll();
        } catch (InterruptedException stopped) {
            interrupted = true;
            throw stopped;
        } finally {
            toSubmit.add(TradeStep.END);
            // Only what can't be ended in an orderly way is interrupted; the engine's session then ends by itself.
            if (interrupted || !submitter.join(LAST_ANSWERS) || !answerer.join(LAST_ANSWERS)) {
                submitter.interrupt();
                answerer.interrupt();
            }
            ended.countDown();
            keeper.interrupt();
            if (cancelsOnDisconnect) {
                endSession();
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private interface Stage {
        void run() throws Exception;
    }

    private void guarded(Stage stage) {
        try {
            stage.run();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (Exception failed) {
            fail(failed);
        }
    }

    /** The stream can't go on: whoever reads it is told. */
    private void fail(Exception reason) {
        if (failure == null) {
            failure = reason;
        }
        in.stop(reason instanceof RuntimeException said ? said : new IllegalStateException(reason));
    }

    private void readAll() throws Exception {
        while (true) {
            Optional<TradeOrdersRequest> request = in.next(maxSilence);
            if (request.isEmpty()) {
                return;
            }
            while (!inFlight.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                checkFailure();
            }
            checkFailure();
            toSubmit.add(read(request.get()));
        }
    }

    private void checkFailure() throws Exception {
        if (failure != null) {
            throw failure;
        }
    }

    private TradeStep read(TradeOrdersRequest request) throws InterruptedException {
        TradeStep step = new TradeStep(request.getCorrelationId(), span(request));
        try {
            if (request.hasPlace() || request.hasAmend()) {
                shared.budget().take(access.trader().owner(), access.token());
            }
            in.check(request);
            switch (request.getRequestCase()) {
                case SETTINGS -> step.ready = settings(request.getSettings());
                case PLACE ->
                    step.wanted = entry.check(
                            request.getPlace(),
                            access.trader(),
                            new StageClock(shared.clock(), MultiMap.caseInsensitiveMultiMap()));
                case AMEND -> step.amend = request.getAmend();
                case CANCEL ->
                    step.cancel = OrderEntry.command(
                            request.getCancel(), account, OrderEntry.trace(step.span.getSpanContext()));
                case HEARTBEAT ->
                    step.ready =
                            TradeOrdersResponse.newBuilder().setHeartbeat(TradeOrdersHeartbeat.getDefaultInstance());
                case REQUEST_NOT_SET -> throw new IllegalStateException("the request was validated");
            }
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception refused) {
            step.refusal = refused;
        }
        first = false;
        return step;
    }

    private Span span(TradeOrdersRequest request) {
        String traceparent = request.getTraceparent();
        Context parent = traceparent.isEmpty()
                ? Context.root()
                : shared.telemetry().extract(traceparent, TraceParentGetter.INSTANCE);
        return shared.telemetry()
                .tracer()
                .spanBuilder(METHOD + " " + request.getRequestCase().name().toLowerCase(java.util.Locale.ROOT))
                .setParent(parent)
                .addLink(Span.fromContext(streamTrace).getSpanContext())
                .setSpanKind(SpanKind.SERVER)
                .startSpan();
    }

    private TradeOrdersResponse.Builder settings(TradeOrdersSettings settings) throws Exception {
        if (!first) {
            throw ApiException.refuse(Reason.REQUEST_INVALID, "Settings are a stream's first message.")
                    .field("settings", "only as the first message")
                    .build();
        }
        if (settings.getCancelOnDisconnect()) {
            Reply reply = OrderEntry.await(entry.submit(renewal(SESSION_TIMEOUT.toMillis())));
            if (reply instanceof Reply.Refused refused) {
                throw Refusals.bounded(Reason.TOO_MANY_STREAMS, "sessions", refused.value(), refused.bound());
            }
            cancelsOnDisconnect = true;
        }
        if (settings.hasMaxSilence()) {
            maxSilence = Duration.ofNanos(Durations.toNanos(settings.getMaxSilence()));
        }
        return TradeOrdersResponse.newBuilder().setSettings(settings);
    }

    private Command.RenewSession renewal(long millis) {
        return new Command.RenewSession(account, sessionId, millis);
    }

    private void submitAll() throws Exception {
        List<TradeStep> steps = new ArrayList<>();
        try {
            do {
                steps.clear();
                steps.add(toSubmit.take());
                toSubmit.drainTo(steps, RESERVATIONS_MAX - 1);
                submit(steps.getLast() == TradeStep.END ? steps.subList(0, steps.size() - 1) : steps);
                toAnswer.addAll(steps);
            } while (steps.getLast() != TradeStep.END);
        } catch (Exception failed) {
            toAnswer.add(TradeStep.END);
            throw failed;
        }
    }

    private void submit(List<TradeStep> steps) throws InterruptedException {
        reserve(steps);
        for (TradeStep step : steps) {
            if (step.refusal == null && step.wanted != null) {
                Command.PlaceOrder order =
                        OrderEntry.command(step.wanted, step.reservation, OrderEntry.trace(step.span.getSpanContext()));
                step.reply = entry.submit(step.wanted.placement(order, cancelsOnDisconnect ? sessionId : null));
            } else if (step.refusal == null && step.cancel != null) {
                step.reply = entry.submit(step.cancel);
            } else if (step.refusal == null && step.amend != null) {
                amend(step);
            }
            lastReply = step.reply == null ? lastReply : step.reply;
        }
    }

    /** An earlier message may have placed the order, or changed it: what it is now has to be seen first. */
    private void amend(TradeStep step) throws InterruptedException {
        try (Scope _ = step.span.makeCurrent()) {
            entry.awaitSeen(lastReply);
            OrderEntry.Amending amending = entry.check(step.amend, access.trader());
            UUID reservation = UUID.randomUUID();
            if (amending.amendment().needsMargin()) {
                RiskGate.Need need = new RiskGate.Need(
                        reservation,
                        amending.amendment().ticket(),
                        amending.checked(),
                        amending.order().orderId());
                step.refusal = shared.risk()
                        .reserve(List.of(need), access.token())
                        .getFirst()
                        .orElse(null);
            }
            if (step.refusal == null) {
                step.amending = amending;
                step.reply = entry.submit(
                        OrderEntry.command(amending, reservation, OrderEntry.trace(step.span.getSpanContext())));
            }
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception refused) {
            step.refusal = refused;
        }
    }

    private void reserve(List<TradeStep> steps) throws InterruptedException {
        List<TradeStep> waiting = new ArrayList<>(steps.size());
        List<RiskGate.Need> needs = new ArrayList<>(steps.size());
        for (TradeStep step : steps) {
            if (step.refusal == null && step.wanted != null && !entry.isKnown(step.wanted)) {
                try {
                    entry.checkAlive(step.wanted);
                } catch (ApiException expired) {
                    step.refusal = expired;
                    continue;
                }
                step.reservation = UUID.randomUUID();
                waiting.add(step);
                needs.add(new RiskGate.Need(step.reservation, step.wanted.ticket(), step.wanted.checked()));
            }
        }
        if (needs.isEmpty()) {
            return;
        }
        // One call for several orders can be in one trace only.
        try (Scope _ = waiting.getFirst().span.makeCurrent()) {
            List<Optional<ApiException>> refusals = shared.risk().reserve(needs, access.token());
            for (int i = 0; i < waiting.size(); i++) {
                waiting.get(i).refusal = refusals.get(i).orElse(null);
            }
        }
    }

    private void answerAll() throws Exception {
        for (TradeStep step = toAnswer.take(); step != TradeStep.END; step = toAnswer.take()) {
            TradeOrdersResponse answer = answer(step)
                    .setCorrelationId(step.correlationId)
                    .setBudget(shared.budget().left(access.trader().owner()))
                    .setServerTime(Wire.time(shared.clock().instant()))
                    .build();
            step.span.end();
            inFlight.release();
            if (failure == null) {
                try {
                    out.answer(answer);
                } catch (InterruptedException stopped) {
                    throw stopped;
                } catch (Exception gone) {
                    // Nobody reads the answers any more; the spans of what is under way are still to be ended.
                    fail(gone);
                }
            }
        }
    }

    private TradeOrdersResponse.Builder answer(TradeStep step) throws InterruptedException {
        try {
            if (step.ready != null) {
                return step.ready;
            }
            if (step.cancel != null && step.refusal == null) {
                return TradeOrdersResponse.newBuilder()
                        .setOrder(entry.cancelled(step.cancel, OrderEntry.await(step.reply)));
            }
            if (step.amending != null) {
                return TradeOrdersResponse.newBuilder()
                        .setOrder(entry.amended(step.amending, OrderEntry.await(step.reply)));
            }
            OrderEntry.Placed placed = placed(step);
            step.span.setAttribute("quantdesk.order_id", placed.order().getOrderId());
            return TradeOrdersResponse.newBuilder().setOrder(placed.order()).setRepeatedRequest(placed.repeated());
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception refused) {
            Status status = ErrorMapper.toStatus(METHOD, refused);
            step.span.setStatus(StatusCode.ERROR, status.getMessage());
            step.span.setAttribute("error.type", ApiException.of(status).reason());
            return TradeOrdersResponse.newBuilder().setRefusal(status);
        }
    }

    private OrderEntry.Placed placed(TradeStep step) throws Exception {
        if (step.refusal == null) {
            return entry.placed(step.wanted, OrderEntry.await(step.reply));
        }
        if (step.wanted != null && step.refusal instanceof ApiException refusal) {
            return entry.repeatedOr(step.wanted, refusal);
        }
        throw step.refusal;
    }

    /** Keeps the engine's session and the trader's identity alive. */
    private void keepAlive() throws Exception {
        long renewedNanos = System.nanoTime();
        while (!ended.await(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)) {
            if (cancelsOnDisconnect) {
                renewSession();
            }
            long now = System.nanoTime();
            if (now - renewedNanos < IDENTITY_AGE.toNanos()) {
                continue;
            }
            try {
                access = shared.identities().renew(loginSession, access);
                renewedNanos = now;
            } catch (ApiException refused) {
                boolean over = refused.reason().equals(Reason.SESSION_INVALID.name())
                        || now - renewedNanos > IDENTITY_AGE_MAX.toNanos();
                if (over) {
                    throw refused;
                }
                LOG.warn("the identity of a trading stream can't be renewed yet: {}", refused.getMessage());
            }
        }
    }

    private void renewSession() throws InterruptedException {
        try {
            OrderEntry.await(entry.submit(renewal(SESSION_TIMEOUT.toMillis())));
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception refused) {
            LOG.warn("the session of a trading stream was not renewed, it ends unless it is: {}", refused.getMessage());
        }
    }

    private void endSession() {
        try (Scope _ = streamTrace.makeCurrent()) {
            entry.submit(renewal(0)).get(LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (Exception unanswered) {
            LOG.warn(
                    "the end of a trading stream's session was not acknowledged; the engine ends it within {} s",
                    SESSION_TIMEOUT.toSeconds(),
                    unanswered);
        }
    }
}
