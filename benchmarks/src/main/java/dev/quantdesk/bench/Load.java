package dev.quantdesk.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Calls made by several workers for a bounded time, each after the answer to the one before. */
final class Load {
    private static final long LATENCY_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Histogram latencies = new Histogram(LATENCY_MAX_NANOS, 3);
    private double seconds;

    /** One call of one worker. */
    @FunctionalInterface
    interface Call {
        void make(int worker) throws Exception;
    }

    /** Makes calls with {@code workers} workers for {@code duration} and adds what was measured to this load. */
    void run(int workers, Duration duration, Call call) throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + duration.toNanos();
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
            List<Future<Histogram>> results = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                int worker = i;
                results.add(threads.submit(() -> work(worker, end, call)));
            }
            for (Future<Histogram> result : results) {
                latencies.add(result.get());
            }
        }
        seconds += (System.nanoTime() - start) / 1e9;
    }

    private static Histogram work(int worker, long end, Call call) throws Exception {
        Histogram own = new Histogram(LATENCY_MAX_NANOS, 3);
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            call.make(worker);
            own.recordValue(Math.min(System.nanoTime() - start, LATENCY_MAX_NANOS));
        }
        return own;
    }

    double perSecond() {
        return latencies.getTotalCount() / seconds;
    }

    double millisAt(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }
}
