package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassDataTest {
    private static final Instant BUILT = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    private Path lib;
    private Path jar;
    private Path archive;

    @BeforeEach
    void build() throws IOException {
        lib = Files.createDirectories(directory.resolve("lib"));
        jar = write(directory.resolve("own.jar"), BUILT);
        write(lib.resolve("one.jar"), BUILT);
        archive = directory.resolve("class-data/Main.jsa");
    }

    private static Path write(Path file, Instant modified) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
        return Files.setLastModifiedTime(file, FileTime.from(modified));
    }

    private void ask() throws IOException {
        assertEquals(archive, ClassData.archive(directory.resolve("class-data"), "Main", List.of(lib, jar)));
    }

    @Test
    void shouldMakeTheDirectoryWhenThereIsNoneYet() throws IOException {
        ask();
        assertTrue(Files.isDirectory(archive.getParent()));
        assertFalse(Files.exists(archive));
    }

    @Test
    void shouldKeepWhatIsOfTheseClasses() throws IOException {
        write(archive, BUILT.plusSeconds(1));
        ask();
        assertTrue(Files.exists(archive));
    }

    @Test
    void shouldRemoveWhatIsOlderThanAnyOfTheClasses() throws IOException {
        for (Path changed : List.of(jar, lib.resolve("one.jar"))) {
            write(archive, BUILT.plusSeconds(1));
            write(changed, BUILT.plusSeconds(2));
            ask();
            assertFalse(Files.exists(archive));
            write(changed, BUILT);
        }
    }
}
