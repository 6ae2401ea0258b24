package dev.quantdesk.execution.engine;

/**
 * An accepted order's place in its bracket, whose orders have the ids {@code bracketId} to {@code bracketId + legs - 1}.
 *
 * @param bracketId the id of its first order; 0 for an order of no bracket
 * @param exitAtMillis when its time exit goes to work, Unix milliseconds; 0 where it has none, or counts from the first fill
 * @param exitAfterMillis how long after the entry's first fill that is; 0 where it has none, or a time of its own
 */
public record BracketLeg(long bracketId, LegRole role, int legs, long exitAtMillis, long exitAfterMillis) {
    /** For an order of no bracket. */
    public static final BracketLeg NONE = new BracketLeg(0, LegRole.NONE, 0, 0, 0);

    public boolean isOfBracket() {
        return bracketId != 0;
    }

    /** Whether it waits until its bracket lets it go to work. */
    public boolean startsPending() {
        return role.isExit() || role == LegRole.ALTERNATIVE;
    }
}
