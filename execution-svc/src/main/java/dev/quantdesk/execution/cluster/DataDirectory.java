package dev.quantdesk.execution.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The directory a node keeps its log in, held by an operating system lock while open. The lock ends with the process
 * however it dies, so the liveness files of a killed predecessor may be removed at once instead of waited for.
 */
final class DataDirectory implements AutoCloseable {
    /** Changes whenever the same log would give other events: then an old log must not be replayed. */
    private static final int ENGINE_VERSION = 1;

    private static final String LOCK_FILE = "LOCK";
    private static final String IDENTITY_FILE = "engine.txt";
    private static final String MEMBER_FILE = "member.txt";

    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** @throws EngineStartException when it is in use, cannot be written, or its log is of another kind */
    static DataDirectory open(EngineNodeConfig config) {
        Path path = config.dataDir();
        try {
            Files.createDirectories(path);
            DataDirectory directory = new DataDirectory(path, lock(path));
            try {
                directory.checkIdentity(config);
                directory.checkMember(config.members());
                directory.removeLivenessFiles();
                TornEntries.erase(directory.archive());
                return directory;
            } catch (IOException | RuntimeException e) {
                directory.close();
                throw e;
            }
        } catch (IOException e) {
            throw new EngineStartException("the order engine cannot use " + path + ": " + e, e);
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process: the same answer as for another one.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new EngineStartException("another order engine uses " + path + "; stop it, or choose another directory");
    }

    /** A log replayed under other rules would give other orders and trades than were acknowledged. */
    private void checkIdentity(EngineNodeConfig config) throws IOException {
        StringBuilder identity = new StringBuilder("engine version " + ENGINE_VERSION + "\n");
        config.markets().forEach(market -> identity.append(market).append('\n'));
        identity.append(config.limits()).append('\n');
        String present = readOrWrite(IDENTITY_FILE, identity.toString());
        if (!present.contentEquals(identity)) {
            throw new EngineStartException("the log in " + path + " was written with other markets, limits or engine ("
                    + IDENTITY_FILE + " has them); restore those settings, or choose another directory");
        }
    }

    /**
     * One of several members may lack orders that the others have acknowledged: alone, it would go on without them. And
     * two new members, with nothing in their logs, could outvote one that was alone before and has everything in its own.
     */
    private void checkMember(EngineMembers members) throws IOException {
        boolean marked = Files.exists(path.resolve(MEMBER_FILE));
        if (members.isAlone() && !marked) {
            return;
        }
        if (!marked && Files.exists(cluster())) {
            throw new EngineStartException("the log in " + path + " is that of a member that was alone; choose another "
                    + "directory, or grow the cluster as docs/scaling.md says");
        }
        String member =
                "member " + members.memberId() + " of " + members.members().size() + "\n";
        String present = readOrWrite(MEMBER_FILE, member);
        if (!present.equals(member)) {
            throw new EngineStartException("the log in " + path + " is that of " + present.strip()
                    + " and may lack what the others have; start it as that again, or choose another directory");
        }
    }

    /** What the file holds, which is {@code content} when there was none. */
    private String readOrWrite(String name, String content) throws IOException {
        Path file = path.resolve(name);
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            Path temporary = path.resolve(name + ".tmp");
            Files.writeString(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            return content;
        }
    }

    /** The parts that wrote them are closed, or died with their process. */
    void removeLivenessFiles() throws IOException {
        removeMarkFiles("archive");
        removeMarkFiles("cluster");
    }

    private void removeMarkFiles(String folder) throws IOException {
        Path directory = path.resolve(folder);
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*-mark*.dat")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    Path archive() {
        return path.resolve("archive");
    }

    Path cluster() {
        return path.resolve("cluster");
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot release " + path, e);
        }
    }
}
