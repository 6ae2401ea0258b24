// A gateway in this process that speaks gRPC-Web over a real socket. A test says what it answers.
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { TestContext } from "node:test";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createWebTransport, QuantDesk, type QuantDeskOptions } from "../src/index.js";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../src/gen/google/rpc/error_details_pb.js";
import type { MarketSchema } from "../src/gen/quantdesk/marketdata/v1/market_data_service_pb.js";

export interface FakeGateway {
  readonly url: string;
  /** Breaks every connection off. */
  cut(): void;
  desk(options?: Omit<QuantDeskOptions, "transport">): QuantDesk;
}

export async function fakeGateway(test: TestContext, routes: (router: ConnectRouter) => void): Promise<FakeGateway> {
  const server = createServer(connectNodeAdapter({ routes }));
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const cut = () => sockets.forEach((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  test.after(() => {
    cut();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, cut, desk: (options) => new QuantDesk({ transport: createWebTransport(url), ...options }) };
}

export interface RefusalShape {
  readonly message?: string;
  readonly metadata?: Record<string, string>;
  readonly fields?: Record<string, string>;
  readonly retrySeconds?: number;
  readonly headers?: Record<string, string>;
}

/** A refusal in the form that the mesh gives it. */
export function refusal(reason: string, code: Code, shape: RefusalShape = {}): ConnectError {
  const { message = reason, metadata = {}, fields, retrySeconds, headers } = shape;
  return new ConnectError(message, code, headers, [
    { desc: ErrorInfoSchema, value: { reason, domain: "quantdesk", metadata } },
    ...(fields === undefined ? [] : [{
      desc: BadRequestSchema,
      value: { fieldViolations: Object.entries(fields).map(([field, description]) => ({ field, description })) },
    }]),
    ...(retrySeconds === undefined ? [] : [{ desc: RetryInfoSchema, value: { retryDelay: { seconds: BigInt(retrySeconds) } } }]),
  ]);
}

export const serverTime = () => timestampFromMs(Date.now());

export const SOL: MessageInitShape<typeof MarketSchema> = {
  symbol: "SOL-PERP",
  tickSize: "0.01",
  lotSize: "0.1",
  minQuantity: "0.1",
  maxQuantity: "10000",
  initialMarginFraction: "0.1",
  maintenanceMarginFraction: "0.05",
  intentDomain: Uint8Array.from({ length: 14 }, (_, index) => 0xa0 + index),
};

/** Ends a stream that waits for ever once the caller has gone. */
export function untilGone(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const gone = () => reject(new ConnectError("the caller has gone", Code.Canceled));
    if (signal.aborted) gone();
    signal.addEventListener("abort", gone, { once: true });
  });
}

/** The first `count` events. */
export async function take<T>(events: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}
