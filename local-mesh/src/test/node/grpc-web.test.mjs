// A trader in JavaScript over gRPC-Web: streams the book, signs in, signs an intent and places an order through Envoy.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { before, test } from "node:test";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { SessionService } from "./gen/quantdesk/auth/v1/session_service_pb.js";
import {
  OrderService, OrderStatus, OrderType, Side, TimeInForce,
} from "./gen/quantdesk/execution/v1/order_service_pb.js";
import { MarketDataService } from "./gen/quantdesk/marketdata/v1/market_data_service_pb.js";
import { CollateralService } from "./gen/quantdesk/risk/v1/collateral_service_pb.js";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function base58(bytes) {
  let value = BigInt("0x" + Buffer.from(bytes).toString("hex"));
  let text = "";
  for (; value > 0n; value /= 58n) text = ALPHABET[Number(value % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(zeros) + text;
}

let token = "";
const transport = createGrpcWebTransport({
  baseUrl: process.env.GATEWAY,
  defaultTimeoutMs: 10_000,
  interceptors: [(next) => (request) => {
    if (token) request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  }],
});
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const account = base58(publicKey.export({ format: "der", type: "spki" }).subarray(-32));

function intentOf(market, side, price, quantity) {
  const steps = (value, step) => {
    const scale = Math.max(...[value, step].map((text) => (text.split(".")[1] ?? "").length));
    const units = (text) => BigInt(text.split(".").join("") + "0".repeat(scale - (text.split(".")[1] ?? "").length));
    return units(value) / units(step);
  };
  const bytes = Buffer.alloc(38);
  bytes.writeUInt32LE(Math.floor(Math.random() * 2 ** 32), 0);
  bytes.writeUInt32LE(Math.floor(Date.now() / 1000) + 300, 4);
  bytes.writeBigUInt64LE(steps(price, market.tickSize) | (side === Side.SELL ? 1n << 63n : 0n), 8);
  bytes.writeBigUInt64LE(steps(quantity, market.lotSize), 16);
  Buffer.from(market.intentDomain).copy(bytes, 24);
  return { intent: bytes, signature: sign(null, bytes, privateKey), signer: account };
}

before(() => assert.ok(process.env.GATEWAY, "GATEWAY names the gateway"));

test("streams the order book", { timeout: 20_000 }, async () => {
  const client = createClient(MarketDataService, transport);
  let sequence = 0n;
  let updates = 0;
  for await (const message of client.streamOrderBook({ market: "SOL-PERP" }, { timeoutMs: 15_000 })) {
    if (message.step.case === "snapshot") {
      sequence = message.step.value.sequence;
      assert.ok(message.step.value.bids.length > 0 && message.step.value.asks.length > 0);
    } else {
      assert.equal(message.step.value.sequence, ++sequence);
      if (++updates === 3) break;
    }
  }
  assert.equal(updates, 3);
});

test("refuses an order without a session, with its reason", { timeout: 20_000 }, async () => {
  const orders = createClient(OrderService, transport);
  await assert.rejects(orders.getOrder({ name: { case: "orderId", value: "1" } }), (failure) => {
    assert.ok(failure instanceof ConnectError);
    assert.equal(failure.code, Code.Unauthenticated);
    return true;
  });
});

test("signs in and places an order", { timeout: 30_000 }, async () => {
  const sessions = createClient(SessionService, transport);
  const { message } = await sessions.createChallenge({ address: account });
  const session = await sessions.createSession({ message, signature: sign(null, Buffer.from(message), privateKey) });
  token = session.token;
  await createClient(CollateralService, transport).requestTestFunds({ requestId: randomUUID() });
  const { markets } = await createClient(MarketDataService, transport).listMarkets({});
  const market = markets.find(({ symbol }) => symbol === "ADA-PERP");
  const orders = createClient(OrderService, transport);
  const clientOrderId = randomUUID();
  const placed = await orders.placeOrder({
    clientOrderId,
    market: market.symbol,
    side: Side.BUY,
    type: OrderType.LIMIT,
    timeInForce: TimeInForce.GTC,
    price: "0.05",
    quantity: "10",
    intent: intentOf(market, Side.BUY, "0.05", "10"),
  });
  assert.equal(placed.order.status, OrderStatus.OPEN);
  const { order } = await orders.getOrder({ name: { case: "clientOrderId", value: clientOrderId } });
  assert.equal(order.orderId, placed.order.orderId);
  const cancelled = await orders.cancelOrder({ name: { case: "orderId", value: order.orderId } });
  assert.equal(cancelled.order.status, OrderStatus.CANCELLED);
});
