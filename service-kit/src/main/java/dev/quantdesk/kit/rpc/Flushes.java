package dev.quantdesk.kit.rpc;

import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Sends what is written in one turn of an event loop in one packet. Of itself each HTTP/2 frame is flushed on its own, up to three for
 * an answer, and the gateway wakes up for each.
 */
public final class Flushes {
    private static final int TOGETHER_MAX = 256;

    private Flushes() {}

    /** For a connection that has just been made, on its event loop. */
    public static void together(HttpConnection connection) {
        if (connection instanceof ConnectionBase transport) {
            transport.channel().pipeline().addFirst(new FlushConsolidationHandler(TOGETHER_MAX, true));
        }
    }
}
