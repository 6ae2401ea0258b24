import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { interceptorsOf, type TransportOptions } from "./transport.js";

/** How often a quiet connection is tried, so that a dead one is noticed. */
const PING_MILLIS = 15_000;
const PING_TIMEOUT_MILLIS = 5_000;

/** gRPC over HTTP/2, for programs in Node. @param baseUrl the gateway, such as "http://localhost:3002" */
export function createNodeTransport(baseUrl: string, options: TransportOptions = {}): Transport {
  return createGrpcTransport({
    baseUrl,
    pingIntervalMs: PING_MILLIS,
    pingTimeoutMs: PING_TIMEOUT_MILLIS,
    interceptors: interceptorsOf(options),
  });
}
