// From the worker's batches to the store: collected as they come, published once per animation frame.
import { type Insight, type Order, OrderStatus } from "@quantdesk/client";
import { type JourneyFacts, note } from "./journey.js";
import type { Batch, OrderStep, Wish } from "./messages.js";
import { NO_ACCOUNT, type State, store } from "./store.js";

const TRADES_MAX = 100;
const FLOW_MAX = 180;
const INSIGHTS_MAX = 50;
/** Orders kept on the screen; those that are still open are never dropped. */
const ORDERS_MAX = 500;

/** What a batch makes of the state. Pure. */
export function applied(state: State, batch: Batch): Partial<State> {
  const current = batch.market === state.market;
  const trades = batch.tradesAnew ? [] : state.trades;
  return {
    streams: { ...state.streams, ...batch.streams },
    bookChanges: batch.bookChanges,
    ...(current && batch.book && { book: batch.book, bookAt: batch.bookAt ?? state.bookAt }),
    ...(current && (batch.trades.length > 0 || batch.tradesAnew) && {
      trades: [...batch.trades.toReversed(), ...trades].slice(0, TRADES_MAX),
    }),
    ...(current && batch.flow.length > 0 && { flow: [...state.flow, ...batch.flow].slice(-FLOW_MAX) }),
    ...(batch.insights.length > 0 && { insights: withInsights(state.insights, batch.insights) }),
    ...(batch.orders.length > 0 && withOrders(state, batch.orders)),
  };
}

/** Newest first. A stream that begins anew tells the latest ones again. */
function withInsights(known: readonly Insight[], news: readonly Insight[]): readonly Insight[] {
  const same = (a: Insight, b: Insight) => a.sequence === b.sequence && a.summary === b.summary;
  const fresh = news.filter((insight) => !known.some((old) => same(old, insight)));
  return [...fresh.toReversed(), ...known].slice(0, INSIGHTS_MAX);
}

export function isOpen({ status }: Order): boolean {
  return status === OrderStatus.OPEN || status === OrderStatus.PARTIALLY_FILLED || status === OrderStatus.UNTRIGGERED
    || status === OrderStatus.PENDING || status === OrderStatus.IN_AUCTION;
}

function withOrders(state: State, steps: readonly OrderStep[]): Pick<State, "orders" | "journeys"> {
  const orders = new Map(state.orders);
  const journeys = new Map(state.journeys);
  for (const step of steps) {
    if (step.kind === "snapshot") {
      // An order that was open and is not in a snapshot has ended while nobody listened: it is asked for (see trading.ts).
      for (const order of step.orders) take(orders, journeys, order, undefined);
    } else {
      take(orders, journeys, step.update.order!, note(journeys.get(step.update.order!.orderId), step.update));
    }
  }
  prune(orders, journeys);
  return { orders, journeys };
}

function take(orders: Map<string, Order>, journeys: Map<string, JourneyFacts>, order: Order, facts: JourneyFacts | undefined): void {
  const known = orders.get(order.orderId);
  if (known === undefined || known.sequence <= order.sequence) orders.set(order.orderId, order);
  journeys.set(order.orderId, facts ?? { ...journeys.get(order.orderId), order });
}

function prune(orders: Map<string, Order>, journeys: Map<string, JourneyFacts>): void {
  for (const [id, order] of orders) {
    if (orders.size <= ORDERS_MAX) return;
    if (isOpen(order)) continue;
    orders.delete(id);
    journeys.delete(id);
  }
}

export interface Feed {
  watch(market: string): void;
  watchOrders(on: boolean): void;
  rest(rest: boolean): void;
}

/** @param afterOrders called after a publish that contained orders */
export function startFeed(afterOrders: () => void): Feed {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  let batches: Batch[] = [];
  let frame = 0;
  const publish = () => {
    frame = 0;
    const taken = batches;
    batches = [];
    let state = store.getState();
    for (const batch of taken) state = { ...state, ...applied(state, batch) };
    store.setState(state, true);
    if (taken.some(({ orders }) => orders.length > 0)) afterOrders();
  };
  worker.onmessage = ({ data }: MessageEvent<Batch>) => {
    batches.push(data);
    if (frame === 0) frame = requestAnimationFrame(publish);
  };
  const wish = (message: Wish) => worker.postMessage(message);
  return {
    watch(market) {
      store.setState({ market, book: undefined, frozenBook: undefined, bookAt: 0, trades: [], flow: [] });
      wish({ type: "market", market });
    },
    watchOrders(on) {
      if (!on) store.setState(NO_ACCOUNT);
      wish({ type: "orders", on });
    },
    rest(rest) {
      if (rest) store.setState({ streams: {} });
      wish({ type: "rest", rest });
    },
  };
}
