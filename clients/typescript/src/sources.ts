import type { CallOptions, Client } from "@connectrpc/connect";
import { Book, BrokenBook, type BookView } from "./book.js";
import type { Order, OrderService, OrderUpdate, StreamOrdersResponse } from "./gen/quantdesk/execution/v1/order_service_pb.js";
import type {
  Insight, InsightService, StreamInsightsResponse, StreamOrderFlowResponse,
} from "./gen/quantdesk/intelligence/v1/insight_service_pb.js";
import type {
  MarketDataService, StreamOrderBookResponse, StreamTradesResponse, Trade,
} from "./gen/quantdesk/marketdata/v1/market_data_service_pb.js";
import type { StreamEvent, StreamSource } from "./streams.js";

type MarketData = Client<typeof MarketDataService>;
type Orders = Client<typeof OrderService>;
type Insights = Client<typeof InsightService>;

/** An order book, kept level by level and held against the server's checksum at every step. */
export class BookSource implements StreamSource<StreamOrderBookResponse, BookView, BookView> {
  #book: Book | undefined;

  constructor(readonly client: MarketData, readonly market: string) {}

  get resumable(): boolean {
    return this.#book !== undefined;
  }

  open(options: CallOptions): AsyncIterable<StreamOrderBookResponse> {
    const resume = this.#book && { resumeFromSequence: this.#book.sequence, epoch: this.#book.epoch };
    return this.client.streamOrderBook({ market: this.market, ...resume }, options);
  }

  *accept({ step }: StreamOrderBookResponse): Iterable<StreamEvent<BookView>> {
    if (step.case === "snapshot") {
      this.#book = new Book(step.value);
      yield { kind: "snapshot", value: this.#book.view() };
    } else if (step.case === "update") {
      if (this.#book === undefined) throw new BrokenBook("a change came before any book");
      this.#book.apply(step.value);
      yield { kind: "update", value: this.#book.view() };
    }
  }

  reset(): void {
    this.#book = undefined;
  }
}

/** Trades of a market, each once and in order. */
export class TradesSource implements StreamSource<StreamTradesResponse, Trade[], Trade[]> {
  #sequence = 0n;
  #epoch = 0n;

  constructor(readonly client: MarketData, readonly market: string) {}

  get resumable(): boolean {
    return this.#sequence > 0n;
  }

  open(options: CallOptions): AsyncIterable<StreamTradesResponse> {
    return this.client.streamTrades(
      { market: this.market, resumeFromSequence: this.#sequence, epoch: this.#epoch },
      options,
    );
  }

  *accept({ trades, gap }: StreamTradesResponse): Iterable<StreamEvent<Trade[]>> {
    const started = this.#sequence > 0n;
    if (gap) yield { kind: "gap", why: "trades are missing" };
    else if (started && trades.some(({ epoch }) => epoch !== this.#epoch)) yield { kind: "gap", why: "a new run of the feed" };
    const fresh = trades.filter(({ epoch, sequence }) => epoch !== this.#epoch || sequence > this.#sequence);
    const last = fresh.at(-1);
    if (last !== undefined) {
      this.#sequence = last.sequence;
      this.#epoch = last.epoch;
    }
    if (fresh.length > 0 || !started) yield { kind: started ? "update" : "snapshot", value: fresh };
  }

  reset(): void {
    this.#sequence = 0n;
    this.#epoch = 0n;
  }
}

/** The caller's orders: every change exactly once, also over lost connections. */
export class OrdersSource implements StreamSource<StreamOrdersResponse, Order[], OrderUpdate> {
  #sequence = 0n;
  /** Changes of the last sequence that were handed on; undefined after a snapshot, which holds them all. */
  #ofLast: Set<string> | undefined;

  constructor(readonly client: Orders) {}

  get resumable(): boolean {
    return this.#sequence > 0n;
  }

  open(options: CallOptions): AsyncIterable<StreamOrdersResponse> {
    return this.client.streamOrders({ resumeFromSequence: this.#sequence }, options);
  }

  *accept({ step }: StreamOrdersResponse): Iterable<StreamEvent<Order[], OrderUpdate>> {
    if (step.case === "snapshot") {
      this.#sequence = step.value.sequence;
      this.#ofLast = undefined;
      yield { kind: "snapshot", value: step.value.orders };
    } else if (step.case === "update" && this.#isNew(step.value)) {
      yield { kind: "update", value: step.value };
    }
  }

  #isNew(update: OrderUpdate): boolean {
    if (update.sequence < this.#sequence) return false;
    if (update.sequence > this.#sequence) {
      this.#sequence = update.sequence;
      this.#ofLast = new Set();
    }
    if (this.#ofLast === undefined) return false;
    const key = `${update.order?.orderId}/${update.change}/${update.fill?.tradeId}`;
    if (this.#ofLast.has(key)) return false;
    this.#ofLast.add(key);
    return true;
  }

  reset(): void {
    this.#sequence = 0n;
    this.#ofLast = undefined;
  }
}

/** Order flow of a market. Intervals that passed without a connection are gone. */
export class OrderFlowSource implements StreamSource<StreamOrderFlowResponse, never, StreamOrderFlowResponse> {
  readonly resumable = false;

  constructor(readonly client: Insights, readonly market: string) {}

  open(options: CallOptions): AsyncIterable<StreamOrderFlowResponse> {
    return this.client.streamOrderFlow({ market: this.market }, options);
  }

  *accept(message: StreamOrderFlowResponse): Iterable<StreamEvent<never, StreamOrderFlowResponse>> {
    yield { kind: "update", value: message };
  }

  reset(): void {
    // It has no place to return to.
  }
}

/** Insights, each once. */
export class InsightsSource implements StreamSource<StreamInsightsResponse, never, Insight> {
  #sequence = 0n;

  constructor(readonly client: Insights, readonly market: string) {}

  get resumable(): boolean {
    return this.#sequence > 0n;
  }

  open(options: CallOptions): AsyncIterable<StreamInsightsResponse> {
    return this.client.streamInsights({ market: this.market, resumeFromSequence: this.#sequence }, options);
  }

  *accept({ insight }: StreamInsightsResponse): Iterable<StreamEvent<never, Insight>> {
    if (insight === undefined || insight.sequence <= this.#sequence) return;
    this.#sequence = insight.sequence;
    yield { kind: "update", value: insight };
  }

  reset(): void {
    this.#sequence = 0n;
  }
}
