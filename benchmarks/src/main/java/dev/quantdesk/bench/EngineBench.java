package dev.quantdesk.bench;

import com.sun.management.ThreadMXBean;
import dev.quantdesk.bench.book.ExchangeCoreBook;
import dev.quantdesk.bench.book.MeshBook;
import dev.quantdesk.bench.book.MessageTape;
import dev.quantdesk.bench.book.Regime;
import dev.quantdesk.bench.book.TestedBook;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The order book alone beside exchange-core's, in five regimes: rounds of the two in turn, the median of each. */
final class EngineBench {
    private static final int DEPTH = 20_000;
    private static final long SEED = 7;
    private static final double GOAL_RATIO = 1.3;

    private final int messages;
    private final int rounds;
    private final Consumer<String> progress;

    EngineBench(boolean quick, Consumer<String> progress) {
        this.messages = quick ? 300_000 : 1_000_000;
        this.rounds = quick ? 3 : 9;
        this.progress = progress;
    }

    /** What one round of one book gave. */
    private record Run(double messagesPerSecond, long digest) {}

    List<Figure> run() {
        List<Figure> figures = new ArrayList<>();
        double worstRatio = Double.MAX_VALUE;
        double mostBytes = 0;
        for (Regime regime : Regime.values()) {
            MessageTape tape = MessageTape.of(regime, messages, DEPTH, SEED);
            List<Run> ours = new ArrayList<>();
            List<Run> peers = new ArrayList<>();
            // The first round of each warms the compiler up.
            for (int round = 0; round <= rounds; round++) {
                Run mine = measure(tape, () -> new MeshBook(tape.size()));
                Run theirs = measure(tape, ExchangeCoreBook::new);
                if (mine.digest() != theirs.digest()) {
                    throw new IllegalStateException("the two books disagree in regime " + regime);
                }
                if (round > 0) {
                    ours.add(mine);
                    peers.add(theirs);
                }
            }
            double own = median(ours.stream().mapToDouble(Run::messagesPerSecond));
            double peer = median(peers.stream().mapToDouble(Run::messagesPerSecond));
            worstRatio = Math.min(worstRatio, own / peer);
            mostBytes = Math.max(mostBytes, allocated(tape));
            String name = "exchange-core: %,d/s".formatted(Math.round(peer));
            progress.accept("  %-10s %,12d/s beside %s".formatted(regime.title(), Math.round(own), name));
            figures.add(new Figure("book, " + regime.title(), own, "1/s", name, "none"));
        }
        figures.add(new Figure(
                "book, worst regime", worstRatio, "ratio", "exchange-core OrderBookDirectImpl", ">= " + GOAL_RATIO));
        figures.add(new Figure("book, allocated for each message", mostBytes, "bytes", "none", "0"));
        return figures;
    }

    private static Run measure(MessageTape tape, Supplier<TestedBook> maker) {
        TestedBook book = maker.get();
        tape.play(book, 0, tape.preparation());
        System.gc();
        long start = System.nanoTime();
        tape.play(book, tape.preparation(), tape.size());
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Run(
                (tape.size() - tape.preparation()) / seconds, book.report().digest());
    }

    /** Bytes for each message in a book that has been as large before. */
    private static double allocated(MessageTape tape) {
        MeshBook book = new MeshBook(tape.size());
        tape.play(book, 0, tape.size());
        book.empty();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        tape.play(book, 0, tape.size());
        return (threads.getCurrentThreadAllocatedBytes() - before) / (double) tape.size();
    }

    private static double median(java.util.stream.DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return Arrays.stream(sorted).skip((sorted.length - 1) / 2).findFirst().orElseThrow();
    }
}
