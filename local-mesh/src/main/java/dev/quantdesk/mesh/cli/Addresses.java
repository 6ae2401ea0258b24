package dev.quantdesk.mesh.cli;

import dev.quantdesk.mesh.MeshOptions;

/** What to open and what to try. */
final class Addresses {
    private Addresses() {}

    static String of(MeshOptions options) {
        String gateway = options.gatewayAddress();
        return """

                Terminal     http://%1$s/
                Gateway      http://%1$s   (gRPC, gRPC-Web and JSON on one port)
                Trace page   %2$s
                Solana RPC   %3$s
                Try          grpcurl -plaintext %1$s list
                             grpcurl -plaintext -d '{"market":"SOL-PERP","depth":5}' %1$s \\
                               quantdesk.marketdata.v1.MarketDataService/GetOrderBook
                             curl http://%1$s/v1/markets
                             ./quantdesk demo     ./quantdesk status     ./quantdesk trace ORDER_ID
                The mesh is up. Ctrl-C (or ./quantdesk down) stops it.""".formatted(gateway, options.tracePage(), options.solanaRpcUrl());
    }
}
