import type { Interceptor, Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

export interface TransportOptions {
  /** A session made before, shown as bearer token with every call. */
  readonly token?: string;
}

/** gRPC-Web over fetch: browsers, workers and Node. @param baseUrl the gateway, such as "http://localhost:3002" */
export function createWebTransport(baseUrl: string, options: TransportOptions = {}): Transport {
  return createGrpcWebTransport({ baseUrl, interceptors: interceptorsOf(options) });
}

export function interceptorsOf({ token }: TransportOptions): Interceptor[] {
  if (token === undefined) return [];
  return [(next) => (call) => {
    if (!call.header.has("authorization")) call.header.set("authorization", `Bearer ${token}`);
    return next(call);
  }];
}
