/// <reference lib="webworker" />
// Runs the streams away from the page's thread, and hands over what came in batches.
import { createWebTransport, QuantDesk, QuantDeskError, type StreamEvent, type StreamOptions } from "@quantdesk/client";
import type { Batch, OrderStep, StreamName, StreamStatus, Wish } from "./messages.js";

declare const self: DedicatedWorkerGlobalScope;

/** Half a frame: the page draws once a frame whatever comes. */
const BATCH_MILLIS = 8;
/** Levels a side that leave the worker; the whole book stays here, for the checksum. */
const BOOK_DEPTH = 100;
const TRADES_MAX = 200;

const desk = new QuantDesk({ transport: createWebTransport(self.location.origin), session: "cookie" });
const now = () => performance.timeOrigin + performance.now();

type Pending = { -readonly [K in keyof Batch]: Batch[K] } & { trades: Batch["trades"][number][]; flow: Batch["flow"][number][]; insights: Batch["insights"][number][]; orders: OrderStep[] };

let market = "";
let bookChanges = 0;
let pending = nothing();
let timer: ReturnType<typeof setTimeout> | undefined;
let resting = true;
let wantsOrders = false;
let publicStreams: AbortController | undefined;
let orderStream: AbortController | undefined;
let insightStream: AbortController | undefined;

function nothing(): Pending {
  return { market, bookChanges, trades: [], tradesAnew: false, flow: [], insights: [], orders: [], streams: {} };
}

function later(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    const batch: Batch = { ...pending, market, bookChanges };
    pending = nothing();
    self.postMessage(batch);
  }, BATCH_MILLIS);
}

function status(name: StreamName, state: StreamStatus): void {
  pending.streams = { ...pending.streams, [name]: state };
  later();
}

async function run<S, U>(
  name: StreamName,
  signal: AbortSignal,
  open: (options: StreamOptions) => AsyncIterable<StreamEvent<S, U>>,
  take: (event: StreamEvent<S, U>) => void,
): Promise<void> {
  const onState: StreamOptions["onState"] = (state, { retryInMillis, error }) => {
    if (signal.aborted) return;
    status(name, {
      state,
      ...(retryInMillis !== undefined && { retryAt: now() + retryInMillis }),
      ...(error && { trouble: { message: error.message, reason: error.reason, category: error.category } }),
    });
  };
  try {
    for await (const event of open({ signal, onState })) {
      take(event);
      later();
    }
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof QuantDeskError)) throw error;
    status(name, { state: "ended", trouble: { message: error.message, reason: error.reason, category: error.category } });
  }
}

function watch(symbol: string): void {
  market = symbol;
  const { orders } = pending;
  pending = { ...nothing(), orders };
  publicStreams?.abort();
  if (resting) return;
  publicStreams = new AbortController();
  const { signal } = publicStreams;
  void run("book", signal, (options) => desk.streamOrderBook(symbol, options), (event) => {
    if (event.kind !== "snapshot" && event.kind !== "update") return;
    const { bids, asks, ...rest } = event.value;
    pending.book = { ...rest, bids: bids.slice(0, BOOK_DEPTH), asks: asks.slice(0, BOOK_DEPTH) };
    pending.bookAt = now();
    bookChanges++;
  });
  void run("trades", signal, (options) => desk.streamTrades(symbol, options), (event) => {
    if (event.kind === "gap") pending.tradesAnew = true;
    if (event.kind === "snapshot" || event.kind === "update") {
      if (event.kind === "snapshot") pending.tradesAnew = true;
      pending.trades.push(...event.value);
      if (pending.trades.length > TRADES_MAX) pending.trades.splice(0, pending.trades.length - TRADES_MAX);
    }
  });
  void run("flow", signal, (options) => desk.streamOrderFlow(symbol, options), (event) => {
    if (event.kind === "update") pending.flow.push(event.value);
  });
}

function watchOrders(on: boolean): void {
  wantsOrders = on;
  orderStream?.abort();
  if (resting || !on) return;
  orderStream = new AbortController();
  void run("orders", orderStream.signal, (options) => desk.streamOrders(options), (event) => {
    if (event.kind === "snapshot") pending.orders.push({ kind: "snapshot", orders: event.value });
    if (event.kind === "update") pending.orders.push({ kind: "update", update: event.value });
  });
}

function watchInsights(): void {
  insightStream?.abort();
  if (resting) return;
  insightStream = new AbortController();
  void run("insights", insightStream.signal, (options) => desk.streamInsights("", options), (event) => {
    if (event.kind === "update") pending.insights.push(event.value);
  });
}

function rest(now: boolean): void {
  resting = now;
  watchInsights();
  watchOrders(wantsOrders);
  if (market !== "") watch(market);
}

self.onmessage = ({ data }: MessageEvent<Wish>) => {
  if (data.type === "market") watch(data.market);
  else if (data.type === "orders") watchOrders(data.on);
  else rest(data.rest);
};
