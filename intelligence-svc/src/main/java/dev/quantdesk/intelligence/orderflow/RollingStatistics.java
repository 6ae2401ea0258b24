package dev.quantdesk.intelligence.orderflow;

/** Mean and standard deviation of the latest values. Not thread-safe. */
final class RollingStatistics {
    private final double[] values;
    private final int known;
    private int count;
    private int next;

    /**
     * @param window values kept
     * @param known values needed before a score is given, at least 2
     */
    RollingStatistics(int window, int known) {
        if (known < 2 || known > window) {
            throw new IllegalArgumentException("a score from " + known + " of " + window + " values");
        }
        this.values = new double[window];
        this.known = known;
    }

    /**
     * Standard deviations (of the sample) by which {@code value} lies above the mean of the values kept; 0 while
     * there are too few of them or they are all alike.
     */
    double score(double value) {
        if (count < known) {
            return 0;
        }
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += values[i];
        }
        double mean = sum / count;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            squares += (values[i] - mean) * (values[i] - mean);
        }
        double deviation = Math.sqrt(squares / (count - 1));
        // Values that are alike but for rounding have no scale to measure with.
        return deviation <= Math.ulp(Math.abs(mean)) ? 0 : (value - mean) / deviation;
    }

    void add(double value) {
        values[next] = value;
        next = (next + 1) % values.length;
        count = Math.min(count + 1, values.length);
    }
}
