package dev.quantdesk.mesh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a JVM has kept of its classes from its last run, so that the next one starts faster. Of older classes it neither uses nor replaces
 * it: every start would be a third slower from then on.
 */
final class ClassData {
    private ClassData() {}

    /** The archive for {@code mainClass}, which is not there yet or is of these classes. @param classes jars, or directories of jars */
    static Path archive(Path directory, String mainClass, List<Path> classes) throws IOException {
        Path archive = Files.createDirectories(directory).resolve(mainClass + ".jsa");
        if (Files.exists(archive)) {
            FileTime made = Files.getLastModifiedTime(archive);
            for (Path each : classes) {
                if (isAnyNewer(each, made)) {
                    Files.deleteIfExists(archive);
                    break;
                }
            }
        }
        return archive;
    }

    private static boolean isAnyNewer(Path jars, FileTime than) throws IOException {
        try (Stream<Path> files = Files.walk(jars, 1)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.getLastModifiedTime(file).compareTo(than) > 0) {
                    return true;
                }
            }
            return false;
        }
    }
}
