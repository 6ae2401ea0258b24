// Streams that are cut, skip, lie and come back.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import {
  type BookView, checksum, createWebTransport, QuantDesk, Refusal, type StreamEvent, type StreamOptions, type StreamState,
} from "../src/index.js";
import { OrderChange, OrderService, type StreamOrdersResponseSchema } from "../src/gen/quantdesk/execution/v1/order_service_pb.js";
import {
  MarketDataService, type StreamOrderBookRequest, StreamOrderBookResponseSchema, type StreamTradesResponseSchema,
} from "../src/gen/quantdesk/marketdata/v1/market_data_service_pb.js";
import { type FakeGateway, fakeGateway, refusal, serverTime, take, untilGone } from "./fake-gateway.js";

type BookMessage = MessageInitShape<typeof StreamOrderBookResponseSchema>;
type TradesMessage = MessageInitShape<typeof StreamTradesResponseSchema>;
type OrdersMessage = MessageInitShape<typeof StreamOrdersResponseSchema>;
type Part<M> = (signal: AbortSignal) => AsyncIterable<M>;

/** Sends the messages and then breaks off. */
function cut<M>(...messages: M[]): Part<M> {
  return async function* () {
    yield* messages;
    throw new ConnectError("cut", Code.Unavailable);
  };
}

/** Sends the messages and stays open. */
function hold<M>(...messages: M[]): Part<M> {
  return async function* (signal) {
    yield* messages;
    await untilGone(signal);
  };
}

function refuse<M>(error: ConnectError): Part<M> {
  return async function* () {
    throw error;
  };
}

/** Plays one part for each connection. */
function script<M>(parts: Part<M>[]): (request: unknown, context: HandlerContext) => AsyncIterable<M> {
  const left = [...parts];
  return (_, context) => left.shift()!(context.signal);
}

/** The messages of a book as the mesh sends them. */
class Tape {
  sequence = 7n;
  readonly #asks = new Map([["150.02", "5"], ["150.03", "1.5"]]);
  readonly #bids = new Map([["150.01", "2"], ["149.99", "40"]]);

  #sides() {
    const levels = (side: Map<string, string>, sign: number) =>
      [...side].map(([price, quantity]) => ({ price, quantity })).sort((a, b) => sign * (Number(a.price) - Number(b.price)));
    return { asks: levels(this.#asks, 1), bids: levels(this.#bids, -1) };
  }

  snapshot(): BookMessage {
    const { asks, bids } = this.#sides();
    const value = { market: "SOL-PERP", sequence: this.sequence, epoch: 1n, asks, bids, checksum: checksum(asks, bids) };
    return { step: { case: "snapshot", value }, serverTime: serverTime() };
  }

  update(changes: { bids?: [string, string][]; asks?: [string, string][] }): BookMessage {
    for (const [side, changed] of [[this.#bids, changes.bids], [this.#asks, changes.asks]] as const) {
      for (const [price, quantity] of changed ?? []) {
        if (quantity === "0") side.delete(price);
        else side.set(price, quantity);
      }
    }
    this.sequence += 1n;
    const { asks, bids } = this.#sides();
    const levels = (changed: [string, string][] = []) => changed.map(([price, quantity]) => ({ price, quantity }));
    const value = {
      market: "SOL-PERP", sequence: this.sequence, epoch: 1n, checksum: checksum(asks, bids),
      bids: levels(changes.bids), asks: levels(changes.asks),
    };
    return { step: { case: "update", value }, serverTime: serverTime() };
  }
}

interface BookFeed {
  readonly desk: QuantDesk;
  readonly gateway: FakeGateway;
  readonly requests: StreamOrderBookRequest[];
}

async function books(context: TestContext, ...parts: Part<BookMessage>[]): Promise<BookFeed> {
  const requests: StreamOrderBookRequest[] = [];
  const play = script(parts);
  const gateway = await fakeGateway(context, (router) => router.service(MarketDataService, {
    streamOrderBook: (request, handler) => {
      requests.push(request);
      return play(request, handler);
    },
  }));
  return { desk: gateway.desk(), gateway, requests };
}

const kinds = (events: StreamEvent<unknown>[]) => events.map(({ kind }) => kind);
const bookOf = (event: StreamEvent<BookView> | undefined): BookView => {
  assert.ok(event !== undefined && "value" in event);
  return event.value;
};

test("should follow a book level by level", async (context) => {
  const tape = new Tape();
  const { desk } = await books(
    context, hold(tape.snapshot(), tape.update({ bids: [["150.01", "0"]], asks: [["150.02", "7"], ["150.5", "1"]] })));
  const [first, second] = await take(desk.streamOrderBook("SOL-PERP"), 2);
  assert.deepEqual(bookOf(first).bids.map(({ price }) => price), ["150.01", "149.99"]);
  assert.deepEqual(bookOf(second).bids.map(({ price }) => price), ["149.99"]);
  assert.deepEqual(bookOf(second).asks.map(({ price, quantity }) => [price, quantity]), [["150.02", "7"], ["150.03", "1.5"], ["150.5", "1"]]);
  assert.equal(bookOf(second).sequence, 8n);
  assert.ok(first?.kind === "snapshot" && first.serverTime! > 0);
  // What was handed out before stays as it was.
  assert.equal(first.value.bids.length, 2);
});

test("should resume a cut book after the last sequence", async (context) => {
  const tape = new Tape();
  const { desk, requests } = await books(
    context, cut(tape.snapshot(), tape.update({ bids: [["150", "1"]] })), hold(tape.update({ bids: [["150", "2"]] })));
  const events = await take(desk.streamOrderBook("SOL-PERP"), 4);
  assert.deepEqual(kinds(events), ["snapshot", "update", "resumed", "update"]);
  assert.deepEqual(requests.map(({ resumeFromSequence }) => resumeFromSequence), [0n, 8n]);
});

test("should tell a gap when a resumed book starts anew", async (context) => {
  const tape = new Tape();
  const { desk } = await books(context, cut(tape.snapshot()), hold(tape.snapshot()));
  assert.deepEqual(kinds(await take(desk.streamOrderBook("SOL-PERP"), 3)), ["snapshot", "gap", "snapshot"]);
});

test("should drop a book that skips a sequence and fetch it anew", async (context) => {
  const tape = new Tape();
  const whole = tape.snapshot();
  tape.update({ bids: [["150", "1"]] });
  const { desk, requests } = await books(context, hold(whole, tape.update({ bids: [["150", "2"]] })), hold(tape.snapshot()));
  assert.deepEqual(kinds(await take(desk.streamOrderBook("SOL-PERP"), 3)), ["snapshot", "gap", "snapshot"]);
  assert.deepEqual(requests.map(({ resumeFromSequence }) => resumeFromSequence), [0n, 0n]);
});

test("should not believe a book whose checksum is wrong", async (context) => {
  const tape = new Tape();
  const whole = tape.snapshot();
  const wrong = create(StreamOrderBookResponseSchema, tape.update({ asks: [["150.02", "6"]] }));
  assert.ok(wrong.step.case === "update");
  wrong.step.value.asks[0]!.quantity = "6000";
  const { desk } = await books(context, hold(whole, wrong), hold(tape.snapshot()));
  const events = await take(desk.streamOrderBook("SOL-PERP"), 3);
  assert.deepEqual(kinds(events), ["snapshot", "gap", "snapshot"]);
  assert.match((events[1] as { why: string }).why, /checksum/);
  assert.equal(bookOf(events[2]).asks[0]!.quantity, "6");
});

test("should start anew when the place to resume from is gone", async (context) => {
  const tape = new Tape();
  const { desk } = await books(
    context, cut(tape.snapshot()), refuse(refusal("RESUME_EXPIRED", Code.OutOfRange)), hold(tape.snapshot()));
  assert.deepEqual(kinds(await take(desk.streamOrderBook("SOL-PERP"), 3)), ["snapshot", "gap", "snapshot"]);
});

test("should give up on a refusal that will not pass", async (context) => {
  const { desk } = await books(context, refuse(refusal("UNKNOWN_MARKET", Code.NotFound)));
  await assert.rejects(desk.streamOrderBook("DOGE-PERP").next(), (error) => error instanceof Refusal && error.reason === "UNKNOWN_MARKET");
});

test("should wait as long as the mesh asks for, and say so", async (context) => {
  const tape = new Tape();
  const { desk } = await books(
    context, refuse(refusal("RATE_LIMITED", Code.ResourceExhausted, { retrySeconds: 1 })), hold(tape.snapshot()));
  const states: [StreamState, number | undefined][] = [];
  const startedAt = performance.now();
  await take(desk.streamOrderBook("SOL-PERP", { onState: (state, { retryInMillis }) => states.push([state, retryInMillis]) }), 1);
  assert.ok(performance.now() - startedAt >= 1_000);
  assert.deepEqual(states.map(([state]) => state).filter((state) => state !== "live"), ["connecting", "waiting", "connecting"]);
  assert.ok(states.find(([state]) => state === "waiting")![1]! >= 1_000);
});

test("should survive connections that are torn", async (context) => {
  const tape = new Tape();
  const { desk, gateway } = await books(context, hold(tape.snapshot()), hold(tape.update({ bids: [["150", "1"]] })));
  const events = desk.streamOrderBook("SOL-PERP");
  assert.equal((await events.next()).value?.kind, "snapshot");
  gateway.cut();
  assert.deepEqual(kinds(await take(events, 2)), ["resumed", "update"]);
});

test("should make a connection anew that has gone silent, and resume", async (context) => {
  const tape = new Tape();
  const { desk, requests } = await books(context, hold(tape.snapshot()), hold(tape.update({ bids: [["150", "1"]] })));
  // Nothing passes but the silence, so that no connection is too slow for it.
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const events = desk.streamOrderBook("SOL-PERP", { silenceMillis: 200, onState: (state) => assert.notEqual(state, "waiting") });
  assert.equal((await events.next()).value?.kind, "snapshot");
  const rest = take(events, 2);
  context.mock.timers.tick(200);
  assert.deepEqual(kinds(await rest), ["resumed", "update"]);
  assert.deepEqual(requests.map(({ resumeFromSequence }) => resumeFromSequence), [0n, 7n]);
});

test("should say that a gateway which takes a call and never answers is away", async (context) => {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  context.after(() => server.close());
  const { port } = server.address() as { port: number };
  const desk = new QuantDesk({ transport: createWebTransport(`http://127.0.0.1:${port}`) });
  const stop = new AbortController();
  const trouble = await new Promise<string | undefined>((said) => {
    const onState: StreamOptions["onState"] = (state, { error }) => {
      if (state !== "waiting") return;
      stop.abort();
      said(error?.reason);
    };
    void desk.streamOrderBook("SOL-PERP", { silenceMillis: 200, signal: stop.signal, onState }).next();
  });
  assert.equal(trouble, "UNAVAILABLE");
});

test("should end when it is told to", async (context) => {
  const { desk } = await books(context, hold(new Tape().snapshot()));
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const { kind } of desk.streamOrderBook("SOL-PERP", { signal: stop.signal })) {
    seen.push(kind);
    stop.abort();
  }
  assert.deepEqual(seen, ["snapshot"]);
});

const trades = (sequences: bigint[], { gap = false, epoch = 1n } = {}): TradesMessage => ({
  gap,
  trades: sequences.map((sequence) => ({ market: "SOL-PERP", sequence, epoch, price: "150", quantity: "1" })),
});

test("should give each trade once and tell what is missing", async (context) => {
  const play = script<TradesMessage>([
    cut(trades([1n, 2n]), trades([3n])), cut(trades([3n, 4n])), cut(trades([9n], { gap: true })), hold(trades([1n], { epoch: 2n })),
  ]);
  const gateway = await fakeGateway(context, (router) => router.service(MarketDataService, { streamTrades: play }));
  const events = await take(gateway.desk().streamTrades("SOL-PERP"), 8);
  assert.deepEqual(kinds(events), ["snapshot", "update", "resumed", "update", "gap", "update", "gap", "update"]);
  const seen = events.flatMap((event) => ("value" in event ? event.value.map(({ sequence }) => sequence) : []));
  assert.deepEqual(seen, [1n, 2n, 3n, 4n, 9n, 1n]);
});

test("should give every change of an order exactly once over a cut", async (context) => {
  const change = (sequence: bigint, what: OrderChange, orderId = "42"): OrdersMessage =>
    ({ step: { case: "update", value: { sequence, change: what, order: { orderId } } } });
  const accepted = change(11n, OrderChange.ACCEPTED);
  const asked: bigint[] = [];
  const play = script<OrdersMessage>([
    cut<OrdersMessage>({ step: { case: "snapshot", value: { sequence: 10n } } }, accepted),
    hold(accepted, change(11n, OrderChange.FILLED, "7"), change(12n, OrderChange.FILLED)),
  ]);
  const gateway = await fakeGateway(context, (router) => router.service(OrderService, {
    streamOrders: (request, handler) => {
      asked.push(request.resumeFromSequence);
      return play(request, handler);
    },
  }));
  const events = await take(gateway.desk().streamOrders(), 5);
  assert.deepEqual(kinds(events), ["snapshot", "update", "resumed", "update", "update"]);
  const updates = events.flatMap((event) => (event.kind === "update" ? [[event.value.order?.orderId, event.value.change]] : []));
  assert.deepEqual(updates, [["42", OrderChange.ACCEPTED], ["7", OrderChange.FILLED], ["42", OrderChange.FILLED]]);
  assert.deepEqual(asked, [0n, 11n]);
});
