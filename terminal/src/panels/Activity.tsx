import { FillSettlement, Liquidity, type Order, OrderStatus, OrderType, Side, TimeInForce, toMillis } from "@quantdesk/client";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { cancelEverything, onSignal } from "../commands.js";
import { isOpen } from "../data/feed.js";
import { store, use } from "../data/store.js";
import { cancel, messageOf } from "../data/trading.js";
import { clockTime, grouped, usd, words } from "../format.js";

type Tab = "open" | "orders" | "fills" | "positions" | "balances";
const ROWS = 100;

function newest(orders: ReadonlyMap<string, Order>): bigint {
  let last = 0n;
  for (const id of orders.keys()) if (BigInt(id) > last) last = BigInt(id);
  return last;
}

export function Activity() {
  const orders = use((state) => state.orders);
  const positions = use((state) => state.positions);
  const balances = use((state) => state.balances);
  const [tab, setTab] = useState<Tab>("open");
  const [said, setSaid] = useState("");
  useEffect(() => onSignal("cancelled", (text) => setSaid(text ?? "")), []);
  // A new order ends what was said of those before.
  useEffect(() => setSaid(""), [newest(orders)]);
  const all = useMemo(() => [...orders.values()].sort((a, b) => (BigInt(b.orderId) > BigInt(a.orderId) ? 1 : -1)), [orders]);
  const open = all.filter(isOpen);
  const tabs: [Tab, string, number][] = [
    ["open", "Open orders", open.length],
    ["orders", "Orders", all.length],
    ["fills", "Fills", all.reduce((sum, { fills }) => sum + fills.length, 0)],
    ["positions", "Positions", positions.length],
    ["balances", "Balances", balances.length],
  ];
  return (
    <section className="panel activity" aria-label="Orders, fills, positions and balances">
      <div className="panel-head">
        <div className="tabs" role="tablist" aria-label="What to show">
          {tabs.map(([id, label, count]) => (
            <button key={id} type="button" role="tab" id={`tab-${id}`} aria-selected={tab === id} aria-controls="activity" onClick={() => setTab(id)}>
              {label} <span className="count">{count}</span>
            </button>
          ))}
        </div>
        <span className="aside">
          <span className="quiet" role="status">{said}</span>
          <button type="button" className="small danger" disabled={open.length === 0} onClick={cancelEverything} title="Shift+X">Cancel all</button>
        </span>
      </div>
      <div className="table" id="activity" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {(tab === "open" || tab === "orders") && <Orders orders={tab === "open" ? open : all} onTrouble={setSaid} />}
        {tab === "fills" && <Fills orders={all} />}
        {tab === "positions" && <Positions />}
        {tab === "balances" && (
          <Table head={["Asset", "Amount", "Available"]} rows={balances.map((b) => [b.asset, b.asset, usd(b.amount), usd(b.available)])} empty="No collateral" />
        )}
      </div>
    </section>
  );
}

/** The first cell of a row is its key. */
function Table(props: { head: string[]; rows: ReactNode[][]; empty: string }) {
  if (props.rows.length === 0) return <p className="quiet pad">{props.empty}</p>;
  return (
    <table>
      <thead>
        <tr>{props.head.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
      </thead>
      <tbody>
        {props.rows.map(([key, ...cells]) => (
          <tr key={String(key)}>{cells.map((cell, index) => <td key={props.head[index]}>{cell}</td>)}</tr>
        ))}
      </tbody>
    </table>
  );
}

function Orders({ orders, onTrouble }: { orders: readonly Order[]; onTrouble: (text: string) => void }) {
  const stop = (orderId: string) => {
    cancel(orderId).then(() => onTrouble(`Order ${orderId} is cancelled.`), (error: unknown) => onTrouble(messageOf(error)));
  };
  return (
    <Table
      head={["Time", "Order", "Market", "Side", "Type", "Price", "Quantity", "Filled", "Average", "Status", "Actions"]}
      empty="None"
      rows={orders.slice(0, ROWS).map((order) => [
        order.orderId,
        order.createTime ? clockTime(toMillis(order.createTime)) : "",
        <button type="button" className="link" aria-label={`Journey of order ${order.orderId}`} onClick={() => store.setState({ openJourney: order.orderId })}>
          {order.orderId}
        </button>,
        order.market,
        <span className={order.side === Side.BUY ? "buy" : "sell"}>{words(Side[order.side])}</span>,
        `${words(OrderType[order.type])} ${TimeInForce[order.timeInForce]}${order.postOnly ? " post" : ""}${order.reduceOnly ? " reduce" : ""}`,
        grouped(order.price),
        grouped(order.quantity),
        grouped(order.filledQuantity),
        order.averagePrice === "" ? "–" : grouped(order.averagePrice),
        <span data-status={OrderStatus[order.status]}>{words(OrderStatus[order.status])}</span>,
        isOpen(order) ? (
          <button type="button" className="small danger" aria-label={`Cancel order ${order.orderId}`} onClick={() => stop(order.orderId)}>Cancel</button>
        ) : (
          <button type="button" className="small" aria-label={`Open the journey of order ${order.orderId}`} onClick={() => store.setState({ openJourney: order.orderId })}>Journey</button>
        ),
      ])}
    />
  );
}

function Fills({ orders }: { orders: readonly Order[] }) {
  const fills = orders.flatMap((order) => order.fills.map((fill) => ({ order, fill })));
  return (
    <Table
      head={["Time", "Trade", "Market", "Side", "Price", "Quantity", "Liquidity", "On chain"]}
      empty="No fills yet"
      rows={fills.slice(0, ROWS).map(({ order, fill }) => [
        `${order.orderId}/${fill.tradeId}`,
        fill.tradeTime ? clockTime(toMillis(fill.tradeTime)) : "",
        fill.tradeId,
        order.market,
        <span className={order.side === Side.BUY ? "buy" : "sell"}>{words(Side[order.side])}</span>,
        grouped(fill.price),
        grouped(fill.quantity),
        words(Liquidity[fill.liquidity]),
        fill.settlement === FillSettlement.CONFIRMED ? (
          <span className="good" title={fill.settlementSignature}>slot {fill.slot.toString()}</span>
        ) : (
          words(FillSettlement[fill.settlement])
        ),
      ])}
    />
  );
}

function Positions() {
  const positions = use((state) => state.positions);
  return (
    <Table
      head={["Market", "Size", "Entry", "Mark", "Unrealised", "Initial margin"]}
      empty="Flat"
      rows={positions.map((position) => [
        position.market,
        position.market,
        <span className={position.size.startsWith("-") ? "sell" : "buy"}>{grouped(position.size)}</span>,
        grouped(position.entryPrice),
        grouped(position.markPrice),
        <span className={position.unrealizedPnl.startsWith("-") ? "sell" : "buy"}>{usd(position.unrealizedPnl)}</span>,
        usd(position.initialMargin),
      ])}
    />
  );
}
