package dev.quantdesk.mesh.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a process and its children use.
 *
 * @param cpu processor time since the start of each process
 * @param residentBytes memory that is in use, shared pages counted in proportion
 */
public record ProcessUsage(Duration cpu, long residentBytes, Duration uptime) {

    /** Usage of {@code pid} with its descendants, or nothing when it is gone. */
    public static Optional<ProcessUsage> of(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(handle -> {
            List<ProcessHandle> family = new ArrayList<>(List.of(handle));
            handle.descendants().forEach(family::add);
            return sum(handle, family);
        });
    }

    /** Usage of {@code pid} alone, or nothing when it is gone. */
    public static Optional<ProcessUsage> ofOne(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(handle -> sum(handle, List.of(handle)));
    }

    private static ProcessUsage sum(ProcessHandle first, List<ProcessHandle> family) {
        Duration cpu = Duration.ZERO;
        long bytes = 0;
        for (ProcessHandle member : family) {
            cpu = cpu.plus(member.info().totalCpuDuration().orElse(Duration.ZERO));
            bytes += residentBytes(member.pid());
        }
        Instant started = first.info().startInstant().orElse(Instant.now());
        return new ProcessUsage(cpu, bytes, Duration.between(started, Instant.now()));
    }

    /** Proportional set size where the system tells it, else the resident set size. */
    private static long residentBytes(long pid) {
        long proportional = kilobytes(Path.of("/proc/" + pid + "/smaps_rollup"), "Pss:");
        return 1024 * (proportional > 0 ? proportional : kilobytes(Path.of("/proc/" + pid + "/status"), "VmRSS:"));
    }

    private static long kilobytes(Path file, String label) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(label)) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
            return 0;
        } catch (IOException gone) {
            // The process ended meanwhile, or the system has no such file.
            return 0;
        }
    }
}
