// What the trader does: place, cancel, and what follows from it on this screen.
import {
  type Order, OutcomeUnknown, type OrderTicket, type PlacedOrder, QuantDeskError,
} from "@quantdesk/client";
import { isOpen } from "./feed.js";
import { desk, noticeSessionEnd, signer } from "./session.js";
import { store } from "./store.js";

export type Outcome =
  | { readonly kind: "placed"; readonly order: Order }
  | { readonly kind: "refused"; readonly error: QuantDeskError }
  /** Nobody could be asked. `ask` asks once more. */
  | { readonly kind: "unknown"; readonly ask: () => Promise<Outcome> }
  | { readonly kind: "not-placed"; readonly why: string };

/** Signs one order and sends it. Never sent anew under another id: where the answer is lost, the mesh is asked. */
export async function place(ticket: OrderTicket, onResolving: () => void): Promise<Outcome> {
  const clickedAt = performance.timeOrigin + performance.now();
  const key = signer();
  if (key === undefined) return { kind: "not-placed", why: "The session key has ended. Renew it above, next to your address." };
  try {
    const prepared = await desk.prepareOrder(ticket, key);
    try {
      const placed = await desk.place(prepared);
      remember(placed, clickedAt);
      return { kind: "placed", order: placed.order };
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      onResolving();
      return await resolved(error);
    }
  } catch (error) {
    noticeSessionEnd(error);
    if (error instanceof QuantDeskError) return { kind: "refused", error };
    throw error;
  }
}

async function resolved(unknown: OutcomeUnknown): Promise<Outcome> {
  const seen = new AbortController();
  try {
    // The stream of orders may tell sooner than the question is answered.
    const order = await Promise.race([unknown.resolve({ signal: seen.signal }), onStream(unknown.clientOrderId, seen.signal)]);
    return order === undefined
      ? { kind: "not-placed", why: "No answer came, and the order was not placed. It can be sent again." }
      : { kind: "placed", order };
  } catch (error) {
    noticeSessionEnd(error);
    // Whatever hinders the question, the order's outcome stays open.
    if (error instanceof QuantDeskError) return { kind: "unknown", ask: () => resolved(error instanceof OutcomeUnknown ? error : unknown) };
    throw error;
  } finally {
    seen.abort();
  }
}

/** The order once the screen has it, however that came about. */
function onStream(clientOrderId: string, signal: AbortSignal): Promise<Order> {
  return new Promise((found) => {
    const look = () => {
      const order = [...store.getState().orders.values()].find((each) => each.clientOrderId === clientOrderId);
      if (order !== undefined) found(order);
    };
    const stop = store.subscribe(look);
    signal.addEventListener("abort", stop, { once: true });
    look();
  });
}

function remember(placed: PlacedOrder, clickedAt: number): void {
  store.setState(({ orders, journeys }) => {
    const id = placed.order.orderId;
    const known = orders.get(id);
    const order = known !== undefined && known.sequence > placed.order.sequence ? known : placed.order;
    return {
      orders: new Map(orders).set(id, order),
      journeys: new Map(journeys).set(id, { ...journeys.get(id), order, seen: { clickedAt, placed } }),
    };
  });
  void refreshAccount();
}

export async function cancel(orderId: string): Promise<void> {
  try {
    const order = await desk.cancel({ orderId });
    store.setState(({ orders }) => {
      const known = orders.get(orderId);
      return known !== undefined && known.sequence > order.sequence ? {} : { orders: new Map(orders).set(orderId, order) };
    });
  } catch (error) {
    noticeSessionEnd(error);
    throw error;
  }
}

/** @returns what could not be cancelled, in words */
export async function cancelAll(): Promise<string[]> {
  const open = [...store.getState().orders.values()].filter(isOpen);
  const outcomes = await Promise.allSettled(open.map(({ orderId }) => cancel(orderId)));
  return outcomes.flatMap((outcome, index) =>
    outcome.status === "rejected" ? [`Order ${open[index]!.orderId}: ${messageOf(outcome.reason)}`] : []);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Questions are counted against the address's limit: no more than one of each in these times. */
const POSITIONS_EVERY_MILLIS = 1_000;
/** A fill that is not in the positions yet is asked for this soon, but not often. */
const CATCH_UP_MILLIS = 100;
const CATCH_UPS_MAX = 3;
const BALANCES_EVERY_MILLIS = 5_000;
/** Marks move without orders: what hangs on them is asked for anew this often, while somebody looks. */
const MARKS_EVERY_MILLIS = 5_000;
const HISTORY_ORDERS = 100;
let refreshing: Promise<void> | undefined;
let again = false;
let balancesAt = 0;
let balancesDue: ReturnType<typeof setTimeout> | undefined;

/** Positions, margin and balances as risk-svc has them; once more if something happened meanwhile. */
export function refreshAccount(): Promise<void> {
  again = true;
  refreshing ??= refreshLoop().finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

/** Orders of earlier visits, for their fills and journeys. What the stream knows better stays as it is. */
export async function loadHistory(): Promise<void> {
  try {
    const past = await desk.listOrders(HISTORY_ORDERS);
    store.setState(({ orders, journeys }) => {
      const newer = (order: Order) => (orders.get(order.orderId)?.sequence ?? -1n) >= order.sequence;
      const missing = past.filter((order) => !newer(order));
      return {
        orders: new Map([...missing.map((order) => [order.orderId, order] as const), ...orders]),
        journeys: new Map([...missing.map((order) => [order.orderId, { order }] as const), ...journeys]),
      };
    });
  } catch (error) {
    noticeSessionEnd(error);
    // Without it the screen lacks history, and says so by its empty tables; the stream goes on.
    if (!(error instanceof QuantDeskError)) throw error;
  }
}

/** Follows the marks of open positions. */
export function followMarks(): void {
  setInterval(() => {
    const { account, positions, resting } = store.getState();
    if (account !== undefined && positions.length > 0 && !resting && !document.hidden) void refreshAccount();
  }, MARKS_EVERY_MILLIS);
}

async function refreshLoop(): Promise<void> {
  let catchUps = 0;
  while (again && store.getState().account !== undefined) {
    again = false;
    let pause = POSITIONS_EVERY_MILLIS;
    try {
      const positions = await desk.positions();
      store.setState({ positions: positions.positions, margin: positions.margin });
      markDrawn(positions.sequence);
      // risk-svc follows the engine: what has just filled may take a moment to be in its positions.
      if (isBehind(positions.sequence)) {
        again = true;
        if (catchUps++ < CATCH_UPS_MAX) pause = CATCH_UP_MILLIS;
      } else {
        catchUps = 0;
      }
      const left = balancesAt + BALANCES_EVERY_MILLIS - Date.now();
      if (left <= 0) {
        balancesAt = Date.now();
        store.setState({ balances: await desk.balances() });
      } else {
        balancesDue ??= setTimeout(() => {
          balancesDue = undefined;
          void refreshAccount();
        }, left);
      }
    } catch (error) {
      noticeSessionEnd(error);
      if (!(error instanceof QuantDeskError)) throw error;
      if (!error.retryable && error.category !== "outcome_unknown") return;
      again = true;
      pause = Math.max(pause, error.retryAfterMillis ?? 0);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function isBehind(sequence: bigint): boolean {
  return [...store.getState().journeys.values()].some(
    ({ order, drawnAt, seen }) => seen !== undefined && drawnAt === undefined && order.fills.length > 0 && order.sequence > sequence);
}

/** Notes when the positions that contain an order's fills were painted. */
function markDrawn(sequence: bigint): void {
  const waiting = [...store.getState().journeys].filter(
    ([, { order, drawnAt }]) => drawnAt === undefined && order.fills.length > 0 && order.sequence <= sequence);
  if (waiting.length === 0) return;
  // The second frame begins after the first has been painted.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const drawnAt = performance.timeOrigin + performance.now();
    store.setState(({ journeys }) => {
      const next = new Map(journeys);
      for (const [id] of waiting) {
        const facts = next.get(id);
        if (facts !== undefined && facts.seen !== undefined) next.set(id, { ...facts, drawnAt });
      }
      return { journeys: next };
    });
  }));
}

/** Orders that were open when the stream was lost and are in no snapshot since: asks what became of them. */
export async function settleDoubts(): Promise<void> {
  const { orders, streams } = store.getState();
  if (streams.orders?.state !== "live") return;
  const doubtful = [...orders.values()].filter(isOpen);
  for (const { orderId } of doubtful) {
    try {
      const order = await desk.getOrder({ orderId });
      store.setState((state) => {
        const known = state.orders.get(orderId);
        return known !== undefined && known.sequence >= order.sequence ? {} : { orders: new Map(state.orders).set(orderId, order) };
      });
    } catch (error) {
      noticeSessionEnd(error);
      if (!(error instanceof QuantDeskError)) throw error;
      return;
    }
  }
}
