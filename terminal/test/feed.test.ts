import { type Order, OrderChange, OrderStatus, type OrderUpdate } from "@quantdesk/client";
import { expect, test } from "vitest";
import { applied } from "../src/data/feed.js";
import type { Batch, OrderStep } from "../src/data/messages.js";
import { type State, store } from "../src/data/store.js";

const start: State = { ...store.getState(), market: "SOL-PERP" };

function batch(part: Partial<Batch>): Batch {
  return { market: "SOL-PERP", bookChanges: 0, trades: [], tradesAnew: false, flow: [], insights: [], orders: [], streams: {}, ...part };
}

function order(orderId: string, status: OrderStatus, sequence: bigint): Order {
  return { orderId, status, sequence, fills: [] } as unknown as Order;
}

function update(of: Order, change: OrderChange): OrderStep {
  return { kind: "update", update: { sequence: of.sequence, change, order: of } as unknown as OrderUpdate };
}

function after(state: State, ...batches: Batch[]): State {
  return batches.reduce((before, next) => ({ ...before, ...applied(before, next) }), state);
}

test("keeps every order, however many come at once", () => {
  const many = Array.from({ length: 400 }, (_, index) => update(order(String(index + 1), OrderStatus.OPEN, BigInt(index + 1)), OrderChange.ACCEPTED));
  expect(after(start, batch({ orders: many })).orders.size).toBe(400);
});

test("drops old orders beyond its bound, but none that is open", () => {
  const closed = Array.from({ length: 600 }, (_, index) => update(order(String(index + 1), OrderStatus.SETTLED, BigInt(index + 1)), OrderChange.SETTLED));
  const open = update(order("1000", OrderStatus.OPEN, 1_000n), OrderChange.ACCEPTED);
  const { orders, journeys } = after(start, batch({ orders: [open, ...closed] }));
  expect(orders.size).toBe(500);
  expect(journeys.size).toBe(500);
  expect(orders.has("1000")).toBe(true);
});

test("does not go back to an older state of an order", () => {
  const state = after(
    start,
    batch({ orders: [update(order("1", OrderStatus.FILLED, 7n), OrderChange.FILLED)] }),
    batch({ orders: [{ kind: "snapshot", orders: [order("1", OrderStatus.OPEN, 3n)] }] }),
  );
  expect(state.orders.get("1")?.status).toBe(OrderStatus.FILLED);
});

test("shows nothing of a market that is no longer looked at, but orders of every market", () => {
  const state = after(start, batch({
    market: "BTC-PERP",
    book: { market: "BTC-PERP" } as NonNullable<Batch["book"]>,
    trades: [{ market: "BTC-PERP" } as Batch["trades"][number]],
    orders: [update(order("1", OrderStatus.OPEN, 1n), OrderChange.ACCEPTED)],
  }));
  expect(state.book).toBeUndefined();
  expect(state.trades).toEqual([]);
  expect(state.orders.size).toBe(1);
});

test("puts the newest trade first and keeps a bounded tape", () => {
  const trades = Array.from({ length: 150 }, (_, index) => ({ sequence: BigInt(index) }) as Batch["trades"][number]);
  const state = after(start, batch({ trades: trades.slice(0, 60) }), batch({ trades: trades.slice(60) }));
  expect(state.trades).toHaveLength(100);
  expect(state.trades[0]?.sequence).toBe(149n);
  expect(after(state, batch({ tradesAnew: true, trades: trades.slice(0, 2) })).trades).toHaveLength(2);
});

test("tells an insight once, also when the stream begins anew", () => {
  const insight = (sequence: number) => ({ sequence: BigInt(sequence), summary: `insight ${sequence}` }) as Batch["insights"][number];
  const state = after(start, batch({ insights: [insight(1), insight(2)] }), batch({ insights: [insight(1), insight(2), insight(3)] }));
  expect(state.insights.map(({ sequence }) => sequence)).toEqual([3n, 2n, 1n]);
});
