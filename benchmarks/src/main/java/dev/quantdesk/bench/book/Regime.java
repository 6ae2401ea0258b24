package dev.quantdesk.bench.book;

/** How far the market's middle swings, and how the messages are mixed. */
public enum Regime {
    STATIC("static", 0, 40, 45, 10),
    NORMAL("normal", 0.02, 42, 40, 10),
    SWING_25("25 % swing", 0.25, 42, 40, 10),
    SWING_40("40 % swing", 0.40, 45, 35, 12),
    SWING_60("60 % swing", 0.60, 48, 30, 14);

    private final String title;
    final double swing;
    /** Percent of the messages that are new limit orders and cancels; of the rest, percent that take at once. */
    final int limits;

    final int cancels;
    final int takes;

    Regime(String title, double swing, int limits, int cancels, int takes) {
        this.title = title;
        this.swing = swing;
        this.limits = limits;
        this.cancels = cancels;
        this.takes = takes;
    }

    public String title() {
        return title;
    }
}
