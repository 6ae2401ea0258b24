package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.kit.solana.Base58;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettlementTraceTest {
    private static final TraceParent SAMPLED = new TraceParent(0x1111L, 0x2222L, 0x3333L, (byte) 1);
    private static final TraceParent OTHER = new TraceParent(0x4444L, 0x5555L, 0x6666L, (byte) 1);
    private static final TraceParent UNSAMPLED = new TraceParent(0x7777L, 0x8888L, 0x9999L, (byte) 0);

    private final RecordedSpans spans = new RecordedSpans();
    private final SettlementScenario scenario =
            new SettlementScenario(SettlementConfig.defaults(""), spans.telemetry());

    @Test
    void shouldContinueEachOrdersOwnTraceFromSubmissionToConfirmation() {
        scenario.trade(0, 1, SAMPLED, OTHER);

        scenario.passUntilSettled(3_000);

        SpanData settlement = spans.named(BatchTrace.ORDER_SPAN).stream()
                .filter(span -> span.getTraceId().equals("00000000000011110000000000002222"))
                .findFirst()
                .orElseThrow();
        assertEquals(2, spans.named(BatchTrace.ORDER_SPAN).size());
        assertEquals("0000000000003333", settlement.getParentSpanId());
        assertTrue(settlement.getParentSpanContext().isRemote());
        EngineEvent.SettlementConfirmed confirmed =
                scenario.events(EngineEvent.SettlementConfirmed.class).getFirst();
        assertEquals(
                Base58.encode(confirmed.signature()),
                settlement.getAttributes().get(AttributeKey.stringKey("solana.signature")));
        assertEquals(confirmed.slot(), settlement.getAttributes().get(AttributeKey.longKey("solana.slot")));
        assertEquals(1L, settlement.getAttributes().get(AttributeKey.longKey("quantdesk.order_id")));
        assertEquals(List.of(1L), settlement.getAttributes().get(AttributeKey.longArrayKey("quantdesk.trade_ids")));
        assertEquals(
                List.of(BatchTrace.SEND_SPAN, BatchTrace.CONFIRM_SPAN),
                spans.childrenOf(settlement).stream().map(SpanData::getName).toList());
    }

    @Test
    void shouldLinkTheBatchToItsOrdersWhenTheyShareATransaction() {
        scenario.trade(0, 1, SAMPLED, OTHER);

        scenario.passUntilSettled(3_000);

        SpanData batch = spans.named(BatchTrace.BATCH_SPAN).getFirst();
        assertFalse(batch.getParentSpanContext().isValid());
        Set<String> linked = linked(batch);
        assertEquals(
                spans.named(BatchTrace.ORDER_SPAN).stream()
                        .map(SpanData::getSpanId)
                        .collect(Collectors.toSet()),
                linked);
        for (SpanData order : spans.named(BatchTrace.ORDER_SPAN)) {
            assertEquals(Set.of(batch.getSpanId()), linked(order));
        }
    }

    @Test
    void shouldLeaveOrdersAloneWhenTheirTraceIsUnsampledOrMissing() {
        scenario.trade(0, 1, UNSAMPLED, TraceParent.NONE);

        scenario.passUntilSettled(3_000);

        assertEquals(List.of(), spans.named(BatchTrace.ORDER_SPAN));
        assertEquals(1, spans.named(BatchTrace.BATCH_SPAN).size());
    }

    @Test
    void shouldTakeUpTheTraceAgainWhenRestartedInFlight() {
        scenario.trade(0, 1, SAMPLED, TraceParent.NONE);
        scenario.passUntil("sent", () -> scenario.chain.sends == 1, 3_000);

        scenario.crashAndRestart();
        scenario.passUntilSettled(3_000);

        SpanData settlement = spans.named(BatchTrace.ORDER_SPAN).getFirst();
        assertEquals(1, spans.named(BatchTrace.ORDER_SPAN).size());
        assertEquals("0000000000003333", settlement.getParentSpanId());
        long submittedMillis = scenario.events(EngineEvent.SettlementSubmitted.class)
                .getFirst()
                .timeMillis();
        assertEquals(submittedMillis * 1_000_000, settlement.getStartEpochNanos());
        assertEquals(
                List.of(BatchTrace.CONFIRM_SPAN),
                spans.childrenOf(settlement).stream().map(SpanData::getName).toList());
    }

    @Test
    void shouldMarkTheSpansFailedWhenTheTransactionIsRejected() {
        scenario.chain.refusedInPreflight = memo -> true;
        scenario.trade(0, 1, SAMPLED, TraceParent.NONE);

        scenario.passUntil(
                "given up",
                () -> !scenario.events(EngineEvent.SettlementReverted.class).isEmpty(),
                3_000);
        scenario.pass(50);

        for (String name : List.of(BatchTrace.ORDER_SPAN, BatchTrace.SEND_SPAN, BatchTrace.BATCH_SPAN)) {
            SpanData span = spans.named(name).getFirst();
            assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode(), name);
            assertTrue(span.getStatus().getDescription().contains("0x2"), name);
        }
    }

    private static Set<String> linked(SpanData span) {
        return span.getLinks().stream()
                .map(LinkData::getSpanContext)
                .map(context -> context.getSpanId())
                .collect(Collectors.toSet());
    }
}
