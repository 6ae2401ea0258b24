package dev.quantdesk.mesh.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Starts parts, waits until they are healthy, starts again those that die, and stops them all in reverse order. A part that
 * dies more than {@value #RESTARTS_MAX} times within a minute is left down and reported.
 */
public final class Supervisor implements AutoCloseable {
    private static final int RESTARTS_MAX = 8;
    private static final Duration RESTART_WINDOW = Duration.ofMinutes(1);
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(250);
    private static final Duration HEALTH_INTERVAL = Duration.ofMillis(100);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(2);
    /** The first stop after a build writes class data, all services at once: on two slow cores that has taken more than 12 s. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

    private final Consumer<String> progress;
    private final List<Part> parts = new CopyOnWriteArrayList<>();
    private final List<List<Part>> waves = new CopyOnWriteArrayList<>();
    private final Map<String, Duration> readyAfter = new ConcurrentHashMap<>();
    private final Map<String, List<Long>> restarts = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean closing;
    private volatile Runnable onChange = () -> {};
    private Thread watcher;

    /** @param progress told what happens, one line at a time */
    public Supervisor(Consumer<String> progress) {
        this.progress = progress;
    }

    /** Called whenever a process was started or has ended. */
    public void onChange(Runnable listener) {
        this.onChange = listener;
    }

    /** Starts parts that do not need each other, without waiting for their health. They are stopped together as well. */
    public void start(List<Part> wave) throws PartFailedException {
        if (closing) {
            throw new PartFailedException("the mesh is stopping");
        }
        waves.add(List.copyOf(wave));
        for (Part part : wave) {
            parts.add(part);
            part.start();
        }
        onChange.run();
    }

    /** Waits until the parts are healthy. @throws PartFailedException naming the first that is not in time */
    public void awaitHealthy(List<Part> expected) throws PartFailedException, InterruptedException {
        Map<Part, Future<?>> waits = new LinkedHashMap<>();
        long startNanos = System.nanoTime();
        for (Part part : expected) {
            waits.put(part, threads.submit(() -> {
                awaitHealthy(part, startNanos);
                return null;
            }));
        }
        long nextProgress = startNanos + PROGRESS_INTERVAL.toNanos();
        while (!waits.values().stream().allMatch(Future::isDone)) {
            Thread.sleep(HEALTH_INTERVAL);
            throwFirstFailure(waits);
            if (System.nanoTime() > nextProgress) {
                List<String> missing = waits.entrySet().stream()
                        .filter(wait -> !wait.getValue().isDone())
                        .map(wait -> wait.getKey().name())
                        .toList();
                progress.accept("  waiting for " + String.join(", ", missing));
                nextProgress += PROGRESS_INTERVAL.toNanos();
            }
        }
        throwFirstFailure(waits);
    }

    private static void throwFirstFailure(Map<Part, Future<?>> waits) throws PartFailedException {
        for (Future<?> wait : waits.values()) {
            if (wait.state() == Future.State.FAILED) {
                if (wait.exceptionNow() instanceof PartFailedException failed) {
                    throw failed;
                }
                throw new IllegalStateException(wait.exceptionNow());
            }
        }
    }

    private void awaitHealthy(Part part, long startNanos) throws PartFailedException, InterruptedException {
        long deadline = System.nanoTime() + part.startTimeout().toNanos();
        while (!part.isHealthy()) {
            if (!part.isAlive()) {
                throw new PartFailedException(
                        part.name() + " ended while starting. Its last lines:\n" + part.lastWords());
            }
            if (System.nanoTime() > deadline) {
                throw new PartFailedException(part.name() + " is not healthy after "
                        + part.startTimeout().toSeconds() + " s. Its last lines:\n" + part.lastWords());
            }
            Thread.sleep(HEALTH_INTERVAL);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
        readyAfter.put(part.name(), took);
        progress.accept(String.format("  %-18s ready after %.1f s", part.name(), took.toMillis() / 1e3));
    }

    /** From now on parts that die are started again. */
    public void watch() {
        watcher = Thread.ofPlatform().name("watch").daemon().start(() -> {
            while (!closing) {
                for (Part part : parts) {
                    if (!part.isAlive() && !closing) {
                        restart(part);
                    }
                }
                try {
                    Thread.sleep(WATCH_INTERVAL);
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        });
    }

    private void restart(Part part) {
        long now = System.nanoTime();
        List<Long> recent = restarts.computeIfAbsent(part.name(), _ -> new ArrayList<>());
        recent.removeIf(then -> now - then > RESTART_WINDOW.toNanos());
        if (recent.size() >= RESTARTS_MAX) {
            if (recent.size() == RESTARTS_MAX) {
                recent.add(now);
                progress.accept(part.name() + " keeps ending and is left down. Its last lines:\n" + part.lastWords());
            }
            return;
        }
        recent.add(now);
        progress.accept(part.name() + " has ended and is started again");
        try {
            part.start();
        } catch (PartFailedException failed) {
            progress.accept(failed.getMessage());
        }
        onChange.run();
    }

    public List<Part> parts() {
        return List.copyOf(parts);
    }

    public Part part(String name) {
        return parts.stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no part is named " + name));
    }

    private void awaitStop(Future<?> stop) {
        try {
            stop.get();
        } catch (java.util.concurrent.ExecutionException failed) {
            progress.accept("a part did not stop as it should: " + failed.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops every part, the last started first; those started together stop together. */
    @Override
    public void close() {
        closing = true;
        if (watcher != null) {
            watcher.interrupt();
        }
        for (List<Part> wave : new ArrayList<>(waves).reversed()) {
            List<Future<?>> stops = new ArrayList<>();
            wave.forEach(part -> stops.add(threads.submit(() -> part.stop(STOP_PATIENCE))));
            for (Future<?> stop : stops) {
                awaitStop(stop);
            }
        }
        threads.shutdownNow();
        onChange.run();
    }
}
