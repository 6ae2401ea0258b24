// Streams a book, places an order, follows it to its settlement on chain and prints its trace id.
import {
  createWebTransport, multiply, formatDecimal, OrderChange, OrderStatus, OutcomeUnknown, parseDecimal, QuantDesk,
  type Order, type PreparedOrder, webCryptoKey,
} from "../src/index.js";

const MARKET = "SOL-PERP";
const QUANTITY = "1";
/** A market order may trade this much worse than the best price. */
const WORST = { units: 102n, scale: 2 };

const started = performance.now();
const desk = new QuantDesk({ transport: createWebTransport(process.argv[2] ?? "http://localhost:3002") });
const wallet = await webCryptoKey();
await desk.signIn(wallet);
console.log(`signed in as ${wallet.publicKey}, ${(await desk.requestTestFunds()) || "no"} test USDC credited`);

const ask = await bestAsk();
const market = (await desk.markets()).get(MARKET)!;
const worst = multiply(parseDecimal(ask), WORST);
const tick = parseDecimal(market.tickSize);
const ticks = (worst.units * 10n ** BigInt(tick.scale)) / (tick.units * 10n ** BigInt(worst.scale));
const key = await webCryptoKey();
await desk.delegate(wallet, key, { maxOrderNotional: "5000", lifeSeconds: 600 });

const updates = desk.streamOrders();
await updates.next();
const prepared = await desk.prepareOrder(
  { market: MARKET, side: "buy", type: "market", timeInForce: "ioc", price: market.fromTicks(ticks), quantity: QUANTITY },
  key,
);
const order = await place(prepared);
console.log(`order ${order.orderId}: ${OrderStatus[order.status]}, ${order.filledQuantity} filled`);
if (order.fills.length > 0) await settled(order.orderId);
await desk.revokeDelegate(key.publicKey);
console.log(`trace ${order.traceId}`);
console.log(`whole flow: ${Math.round(performance.now() - started)} ms`);

async function bestAsk(): Promise<string> {
  for await (const event of desk.streamOrderBook(MARKET)) {
    if (event.kind === "gap" || event.kind === "resumed") continue;
    const best = event.value.asks[0];
    console.log(`book at ${event.value.sequence}: ${event.value.bids[0]?.price} / ${best?.price}, checksum verified`);
    if (event.kind === "update" && best !== undefined) return best.price;
  }
  throw new Error("the book ended");
}

/** What becomes of an order is never guessed: where the answer is lost, the mesh is asked. */
async function place(order: PreparedOrder): Promise<Order> {
  try {
    return (await desk.place(order)).order;
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) throw error;
    return (await error.resolve()) ?? place(order);
  }
}

async function settled(orderId: string): Promise<void> {
  for await (const event of updates) {
    if (event.kind !== "update" || event.value.order?.orderId !== orderId) continue;
    const { change, fill } = event.value;
    console.log(`  ${OrderChange[change]}${fill ? ` ${fill.quantity} at ${formatDecimal(parseDecimal(fill.price))}` : ""}`);
    if (change === OrderChange.SETTLEMENT_CONFIRMED) console.log(`  confirmed in slot ${fill?.slot}`);
    if (change === OrderChange.SETTLED) return;
  }
}
