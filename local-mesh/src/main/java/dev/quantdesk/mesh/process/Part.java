package dev.quantdesk.mesh.process;

import java.time.Duration;

/** One process of the mesh as its supervisor sees it. Calls come from the supervisor's threads, one at a time for a part. */
public interface Part {
    String name();

    /** Starts the process. @throws PartFailedException when it can't be started at all */
    void start() throws PartFailedException;

    /** Whether the process is there, healthy or not. */
    boolean isAlive();

    /** Whether the part answers as it should. Returns within two seconds. */
    boolean isHealthy();

    /** Process id, 0 while there is none. */
    long pid();

    /** How long the part may take from its start to being healthy. */
    Duration startTimeout();

    /** The last lines the process wrote, for a sentence about its failure. */
    String lastWords();

    /** Ends the process: asked first, after {@code patience} by force. */
    void stop(Duration patience);
}
