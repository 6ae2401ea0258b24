package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.SignedIntent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Decides which waiting fills go into one transaction: the longest run from the front that fits. Pure. */
final class BatchPlanner {
    static final int TRADES_MAX = Command.TRADES_PER_SETTLEMENT_MAX;

    /** Distinct signed intents that fit a transaction, whatever the memo's trade ids; a seventh would not. */
    static final int INTENTS_MAX = 6;

    private BatchPlanner() {}

    /** @param full whether waiting for more fills could not make the batch larger */
    record Plan(List<Fill> fills, boolean full) {}

    /** Plans from fills in settlement order; looks at no more than the first {@link #TRADES_MAX}. */
    static Plan plan(Iterable<Fill> waiting) {
        List<Fill> fills = new ArrayList<>();
        Set<SignedIntent> intents = new HashSet<>();
        for (Fill fill : waiting) {
            Set<SignedIntent> added = new HashSet<>(List.of(fill.maker().intent()));
            added.add(fill.taker().intent());
            added.removeAll(intents);
            if (intents.size() + added.size() > INTENTS_MAX) {
                return new Plan(List.copyOf(fills), true);
            }
            intents.addAll(added);
            fills.add(fill);
            if (fills.size() == TRADES_MAX) {
                return new Plan(List.copyOf(fills), true);
            }
        }
        return new Plan(List.copyOf(fills), false);
    }
}
