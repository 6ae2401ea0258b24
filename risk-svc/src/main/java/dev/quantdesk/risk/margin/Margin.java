package dev.quantdesk.risk.margin;

/**
 * An account's margin, in millionths of a USDC.
 *
 * @param equityMicros collateral with realised and unrealised profit; exact, may be negative
 * @param requirementMicros initial margin of positions, open orders and reservations; rounded up in each market
 */
public record Margin(long equityMicros, long requirementMicros) {

    /** What more can be required; below zero when the account is under water. */
    public long freeMicros() {
        return Math.subtractExact(equityMicros, requirementMicros);
    }

    public Margin plusRequirement(long micros) {
        return new Margin(equityMicros, Math.addExact(requirementMicros, micros));
    }
}
