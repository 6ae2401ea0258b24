package dev.quantdesk.mesh.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The spans of one trace, as a tree. */
public record Trace(String traceId, List<Span> spans) {
    /**
     * One span.
     *
     * @param parentId empty for a root
     * @param startMicros microseconds since the epoch
     */
    public record Span(
            String id,
            String parentId,
            String service,
            String name,
            String kind,
            long startMicros,
            long durationMicros,
            Map<String, String> tags) {
        public boolean failed() {
            return tags.containsKey("error");
        }
    }

    public Trace {
        spans = spans.stream()
                .sorted(Comparator.comparingLong(Span::startMicros))
                .toList();
    }

    /** Names of the services that took part. */
    public Set<String> services() {
        return spans.stream().map(Span::service).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether no span lacks the one above it: spans of different services arrive in no particular order. */
    public boolean isConnected() {
        Set<String> ids = spans.stream().map(Span::id).collect(Collectors.toSet());
        return spans.stream().allMatch(span -> span.parentId().isEmpty() || ids.contains(span.parentId()));
    }

    /** The spans above {@code span}, the nearest first. */
    public List<Span> ancestors(Span span) {
        Map<String, Span> byId = spans.stream().collect(Collectors.toMap(Span::id, each -> each, (first, _) -> first));
        List<Span> ancestors = new ArrayList<>();
        for (Span at = byId.get(span.parentId());
                at != null && ancestors.size() < spans.size();
                at = byId.get(at.parentId())) {
            ancestors.add(at);
        }
        return ancestors;
    }

    /** The tree with offsets from the start and durations in milliseconds, a line for each span. */
    public String render() {
        if (spans.isEmpty()) {
            return "(no spans)";
        }
        Map<String, List<Span>> children = new HashMap<>();
        Set<String> ids = spans.stream().map(Span::id).collect(Collectors.toSet());
        for (Span span : spans) {
            String parent = ids.contains(span.parentId()) ? span.parentId() : "";
            children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(span);
        }
        StringBuilder text = new StringBuilder("trace " + traceId + ", " + spans.size() + " spans\n");
        long start = spans.getFirst().startMicros();
        render(children, "", "", start, text);
        return text.toString();
    }

    private static void render(
            Map<String, List<Span>> children, String parent, String indent, long start, StringBuilder text) {
        List<Span> level = children.getOrDefault(parent, List.of());
        for (int i = 0; i < level.size(); i++) {
            Span span = level.get(i);
            boolean last = i == level.size() - 1;
            String branch = parent.isEmpty() ? "" : last ? "└─ " : "├─ ";
            text.append(String.format(
                    "%10.1f ms %10.1f ms  %s%s%s  %s%s%n",
                    (span.startMicros() - start) / 1e3,
                    span.durationMicros() / 1e3,
                    indent,
                    branch,
                    span.service(),
                    span.name(),
                    span.failed() ? "  ERROR " + span.tags().get("error") : ""));
            render(children, span.id(), parent.isEmpty() ? "" : indent + (last ? "   " : "│  "), start, text);
        }
    }
}
