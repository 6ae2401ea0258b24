package dev.quantdesk.execution.engine;

/**
 * How an algo order is worked. What chance decides comes from {@code seed} alone, which is in the journal: a replay makes the same
 * choices, and nobody can foresee them who does not know it.
 */
public sealed interface AlgoTerms {
    /** Child orders at most of one algo order: a day in steps of 30 s. */
    int CHILDREN_MAX = 2_880;

    /** Leaves room for {@code .} and the child's number within {@link Command#CLIENT_ORDER_ID_LENGTH_MAX}. */
    int CLIENT_ORDER_ID_LENGTH_MAX = 31;

    long DURATION_MILLIS_MIN = 10_000;
    long DURATION_MILLIS_MAX = 86_400_000;
    long INTERVAL_MILLIS_MIN = 1_000;

    /** How far a child's size may be from the usual one, hundredths of a percent. */
    int SIZE_RANDOM_BPS_MAX = 5_000;

    /** How much later than its time a slice may come, hundredths of a percent of the interval. */
    int TIME_RANDOM_BPS_MAX = 9_000;

    long seed();

    /** The same terms, whatever chance decides. */
    AlgoTerms withoutSeed();

    /**
     * Works by slices in time, each an immediate-or-cancel order at the limit price at most.
     *
     * @param durationMillis after which what is left is cancelled; a whole multiple of the interval
     * @param intervalMillis from one slice to the next
     */
    record Twap(long durationMillis, long intervalMillis, int sizeRandomBps, int timeRandomBps, long seed)
            implements AlgoTerms {
        public Twap {
            Arguments.range("duration", durationMillis, DURATION_MILLIS_MIN, DURATION_MILLIS_MAX);
            Arguments.range("interval", intervalMillis, INTERVAL_MILLIS_MIN, durationMillis);
            Arguments.range("slices", durationMillis / intervalMillis, 2, CHILDREN_MAX);
            if (durationMillis % intervalMillis != 0) {
                throw new IllegalArgumentException("the duration is no multiple of the interval");
            }
            Arguments.range("sizeRandomBps", sizeRandomBps, 0, SIZE_RANDOM_BPS_MAX);
            Arguments.range("timeRandomBps", timeRandomBps, 0, TIME_RANDOM_BPS_MAX);
        }

        public int slices() {
            return (int) (durationMillis / intervalMillis);
        }

        @Override
        public AlgoTerms withoutSeed() {
            return new Twap(durationMillis, intervalMillis, sizeRandomBps, timeRandomBps, 0);
        }
    }

    /**
     * Shows a tip of itself in the book, and the next one at the end of the line once that is filled.
     *
     * @param visibleLots of a tip, before chance
     */
    record Iceberg(long visibleLots, int sizeRandomBps, long seed) implements AlgoTerms {
        public Iceberg {
            Arguments.range("visibleLots", visibleLots, 1, MarketRules.LOTS_MAX);
            Arguments.range("sizeRandomBps", sizeRandomBps, 0, SIZE_RANDOM_BPS_MAX);
        }

        @Override
        public AlgoTerms withoutSeed() {
            return new Iceberg(visibleLots, sizeRandomBps, 0);
        }
    }
}
