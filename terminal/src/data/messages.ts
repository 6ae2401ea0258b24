// What the page and its worker say to each other.
import type {
  BookView, Insight, Order, OrderUpdate, StreamOrderFlowResponse, StreamState, Trade,
} from "@quantdesk/client";

export type StreamName = "book" | "trades" | "flow" | "insights" | "orders";

/** To the worker: which streams to run. */
export type Wish =
  | { readonly type: "market"; readonly market: string }
  | { readonly type: "orders"; readonly on: boolean }
  /** Whether to hold no connection at all; so it is at first. */
  | { readonly type: "rest"; readonly rest: boolean };

/** What broke a stream, in the words that are shown. */
export interface Trouble {
  readonly message: string;
  readonly reason: string;
  readonly category: string;
}

export interface StreamStatus {
  readonly state: StreamState | "ended";
  /** Local Unix milliseconds of the next try. */
  readonly retryAt?: number;
  readonly trouble?: Trouble;
}

/** One step of the orders stream. */
export type OrderStep =
  | { readonly kind: "snapshot"; readonly orders: Order[] }
  | { readonly kind: "update"; readonly update: OrderUpdate };

/**
 * From the worker: what came since the last time. Of the book only its latest state is here; trades, insights and above all
 * orders are all here, in order.
 */
export interface Batch {
  readonly market: string;
  readonly book?: BookView;
  readonly bookAt?: number;
  /** Changes of the book since the page was opened, coalesced or not. */
  readonly bookChanges: number;
  readonly trades: readonly Trade[];
  readonly tradesAnew: boolean;
  readonly flow: readonly StreamOrderFlowResponse[];
  readonly insights: readonly Insight[];
  readonly orders: readonly OrderStep[];
  readonly streams: Partial<Record<StreamName, StreamStatus>>;
}
