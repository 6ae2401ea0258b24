// Everything the screen shows, outside React. Written once per animation frame by the feed, and by what the trader does.
import type {
  Balance, BookView, Insight, Margin, MarketRules, Order, Position, StreamOrderFlowResponse, Trade,
} from "@quantdesk/client";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { JourneyFacts } from "./journey.js";
import type { StreamName, StreamStatus } from "./messages.js";

export interface Account {
  readonly address: string;
  readonly kind: "development" | "wallet";
  readonly sessionEndsAt: number;
}

export interface SessionKeyInfo {
  readonly publicKey: string;
  readonly maxOrderNotional: string;
  readonly endsAt: number;
}

export interface Config {
  readonly traceUrl: string;
  readonly cluster: string;
}

export interface State {
  readonly config: Config;
  readonly markets: readonly MarketRules[];
  readonly market: string;
  readonly book: BookView | undefined;
  /** What is shown of the book while it is frozen. */
  readonly frozenBook: BookView | undefined;
  readonly bookAt: number;
  readonly bookChanges: number;
  readonly trades: readonly Trade[];
  readonly flow: readonly StreamOrderFlowResponse[];
  readonly insights: readonly Insight[];
  readonly streams: Partial<Record<StreamName, StreamStatus>>;
  /** Whether another window of this browser follows the streams. */
  readonly resting: boolean;
  /** Why the markets could not be had yet. */
  readonly startTrouble: string;
  readonly account: Account | undefined;
  readonly sessionEnded: boolean;
  readonly sessionKey: SessionKeyInfo | undefined;
  readonly orders: ReadonlyMap<string, Order>;
  readonly journeys: ReadonlyMap<string, JourneyFacts>;
  readonly positions: readonly Position[];
  readonly margin: Margin | undefined;
  readonly balances: readonly Balance[];
  readonly openJourney: string | undefined;
  readonly clockOffsetMillis: number;
  readonly clockUncertaintyMillis: number;
}

export const NO_ACCOUNT = {
  account: undefined,
  sessionKey: undefined,
  orders: new Map<string, Order>(),
  journeys: new Map<string, JourneyFacts>(),
  positions: [],
  margin: undefined,
  balances: [],
  openJourney: undefined,
} satisfies Partial<State>;

export const store = createStore<State>(() => ({
  ...NO_ACCOUNT,
  config: { traceUrl: "", cluster: "other" },
  markets: [],
  market: "",
  book: undefined,
  frozenBook: undefined,
  bookAt: 0,
  bookChanges: 0,
  trades: [],
  flow: [],
  insights: [],
  streams: {},
  resting: false,
  startTrouble: "",
  sessionEnded: false,
  clockOffsetMillis: 0,
  clockUncertaintyMillis: Number.POSITIVE_INFINITY,
}));

export function use<T>(select: (state: State) => T): T {
  return useStore(store, select);
}

export function rulesOf(state: State): MarketRules | undefined {
  return state.markets.find(({ symbol }) => symbol === state.market);
}

/** Frozen or live. */
export function shownBook(state: State): BookView | undefined {
  return state.frozenBook ?? state.book;
}
