package dev.quantdesk.bench.book;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The book of this project beside two oracles, message by message: the same reports, the same best prices and the same depth.
 * {@code -Dquantdesk.oracle.messages} and {@code -Dquantdesk.oracle.seeds} make the run longer; a failure prints its seed.
 */
class BookOracleTest {
    private static final int MESSAGES = Integer.getInteger("quantdesk.oracle.messages", 50_000);
    private static final int SEEDS = Integer.getInteger("quantdesk.oracle.seeds", 3);
    private static final int DEPTH = 2_000;
    private static final int LOOK_EVERY = 500;
    private static final int LEVELS = 40;

    @ParameterizedTest
    @EnumSource
    @Timeout(3_600)
    void shouldReportWhatTheOraclesReport(Regime regime) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            MessageTape tape = MessageTape.of(regime, MESSAGES, DEPTH, seed);
            MeshBook book = new MeshBook(tape.size());
            ReferenceBook reference = new ReferenceBook();
            ExchangeCoreBook core = new ExchangeCoreBook();
            for (int from = 0; from < tape.size(); from += LOOK_EVERY) {
                int to = Math.min(tape.size(), from + LOOK_EVERY);
                String where = regime + ", seed " + seed + ", messages " + from + " to " + to;
                tape.play(book, from, to);
                tape.play(reference, from, to);
                tape.play(core, from, to);
                assertSame(reference, book, where + ", the reference");
                assertSame(core, book, where + ", exchange-core");
            }
            assertTrue(book.report().trades() > MESSAGES / 50, regime + " trades too little to mean anything");
        }
    }

    private static void assertSame(TestedBook oracle, TestedBook book, String where) {
        assertEquals(oracle.report().trades(), book.report().trades(), where);
        assertEquals(oracle.report().tradedLots(), book.report().tradedLots(), where);
        assertEquals(oracle.report().digest(), book.report().digest(), where);
        for (boolean buy : new boolean[] {true, false}) {
            assertArrayEquals(oracle.depth(buy, LEVELS), book.depth(buy, LEVELS), where);
        }
    }
}
