// What becomes of an order, also when no answer comes.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import {
  InvalidInput, type OrderTicket, OutcomeUnknown, type PreparedOrder, type QuantDesk, Refusal, seedKey, type Signer,
} from "../src/index.js";
import { SessionService } from "../src/gen/quantdesk/auth/v1/session_service_pb.js";
import { OrderService, OrderStatus, type PlaceOrderRequest, SelfTradePrevention, TimeInForce } from "../src/gen/quantdesk/execution/v1/order_service_pb.js";
import { MarketDataService } from "../src/gen/quantdesk/marketdata/v1/market_data_service_pb.js";
import { fakeGateway, refusal, serverTime, SOL } from "./fake-gateway.js";

const TICKET: OrderTicket = { market: "SOL-PERP", side: "buy", type: "limit", timeInForce: "gtc", price: "150.02", quantity: "1.5" };
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const orderOf = (clientOrderId: string) => ({ orderId: "42", clientOrderId, status: OrderStatus.OPEN, traceId: TRACE });
const broken = () => new ConnectError("cut", Code.Unavailable);

interface Mesh {
  readonly desk: QuantDesk;
  readonly key: Signer;
  readonly sent: PlaceOrderRequest[];
  readonly headers: Headers[];
  place: () => ConnectError | undefined;
  get: () => ConnectError | undefined;
  /** Moves the clock of the client. */
  later(millis: number): void;
}

async function meshOf(context: TestContext): Promise<Mesh> {
  let offset = 0;
  const sent: PlaceOrderRequest[] = [];
  const headers: Headers[] = [];
  const orders: Partial<ServiceImpl<typeof OrderService>> = {
    placeOrder: (request, { requestHeader }) => {
      sent.push(request);
      headers.push(requestHeader);
      const error = mesh.place();
      if (error) throw error;
      return { order: orderOf(request.clientOrderId), serverTime: serverTime() };
    },
    getOrder: ({ name }) => {
      const error = mesh.get();
      if (error) throw error;
      assert.equal(name.case, "clientOrderId");
      return { order: orderOf(name.value!), serverTime: serverTime() };
    },
  };
  const gateway = await fakeGateway(context, (router) => router
    .service(OrderService, orders)
    .service(MarketDataService, { listMarkets: () => ({ markets: [SOL], serverTime: serverTime() }) }));
  const mesh: Mesh = {
    desk: gateway.desk({ now: () => performance.timeOrigin + performance.now() + offset }),
    key: await seedKey(new Uint8Array(32).fill(7)),
    sent,
    headers,
    place: () => undefined,
    get: () => undefined,
    later: (millis) => { offset += millis; },
  };
  return mesh;
}

async function unknownOf({ desk }: Mesh, order: PreparedOrder): Promise<OutcomeUnknown> {
  try {
    await desk.place(order);
  } catch (error) {
    assert.ok(error instanceof OutcomeUnknown, String(error));
    assert.deepEqual([error.reason, error.category, error.clientOrderId], ["OUTCOME_UNKNOWN", "outcome_unknown", order.clientOrderId]);
    return error;
  }
  assert.fail("it was answered");
}

test("should sign the bounds of the ticket and send them under one id", async (context) => {
  const mesh = await meshOf(context);
  const order = await mesh.desk.prepareOrder(TICKET, mesh.key);
  const { order: made, traceId, repeated } = await mesh.desk.place(order);
  const [request] = mesh.sent;
  assert.deepEqual([request?.clientOrderId, request?.price, request?.quantity], [order.clientOrderId, "150.02", "1.5"]);
  assert.deepEqual(request?.intent?.signature, await mesh.key.sign(order.intent));
  const intent = new DataView(order.intent.buffer, order.intent.byteOffset);
  assert.deepEqual([intent.getBigUint64(8, true), intent.getBigUint64(16, true)], [15_002n, 15n]);
  assert.deepEqual([made.status, traceId, repeated], [OrderStatus.OPEN, TRACE, false]);
  assert.match(mesh.headers[0]!.get("traceparent")!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

test("should send a market order without a price but sign its bound", async (context) => {
  const mesh = await meshOf(context);
  const order = await mesh.desk.prepareOrder({ ...TICKET, side: "sell", type: "market", timeInForce: "ioc", price: "140" }, mesh.key);
  await mesh.desk.place(order);
  assert.equal(mesh.sent[0]!.price, "");
  assert.equal(new DataView(order.intent.buffer).getBigUint64(8, true), (1n << 63n) | 14_000n);
});

test("should send what else a ticket says", async (context) => {
  const mesh = await meshOf(context);
  const expireTime = Date.now() + 90_500;
  const order = await mesh.desk.prepareOrder(
    { ...TICKET, timeInForce: "gtt", expireTime, postOnly: true, postOnlySlide: true, selfTradePrevention: "expireBoth" }, mesh.key);
  await mesh.desk.place(order);
  const [request] = mesh.sent;
  assert.deepEqual([request?.timeInForce, request?.postOnlySlide], [TimeInForce.GTT, true]);
  assert.equal(request?.selfTradePrevention, SelfTradePrevention.EXPIRE_BOTH);
  assert.equal(timestampMs(request.expireTime!), expireTime);
  const late = new DataView(order.intent.buffer).getUint32(4, true) * 1_000 - expireTime;
  assert.ok(late >= -100 && late <= 1_100, `${late}`);
});

test("should say that the outcome is unknown when the connection breaks and never send again", async (context) => {
  const mesh = await meshOf(context);
  mesh.place = broken;
  const order = await mesh.desk.prepareOrder(TICKET, mesh.key);
  const unknown = await unknownOf(mesh, order);
  assert.equal((await unknown.resolve())?.clientOrderId, order.clientOrderId);
  assert.equal(mesh.sent.length, 1);
});

for (const reason of ["UPSTREAM_UNAVAILABLE", "SERVICE_STOPPING", "OUTCOME_UNKNOWN", "INTERNAL"]) {
  test(`should not take ${reason} for a no`, async (context) => {
    const mesh = await meshOf(context);
    mesh.place = () => refusal(reason, Code.Unavailable);
    await unknownOf(mesh, await mesh.desk.prepareOrder(TICKET, mesh.key));
  });
}

for (const reason of ["RISK_UNAVAILABLE", "ENGINE_BUSY", "MARK_PRICE_STALE"]) {
  test(`should take ${reason} for a no, since it comes before the engine`, async (context) => {
    const mesh = await meshOf(context);
    mesh.place = () => refusal(reason, Code.Unavailable);
    const order = await mesh.desk.prepareOrder(TICKET, mesh.key);
    await assert.rejects(mesh.desk.place(order), (error) => error instanceof Refusal && error.retryable);
  });
}

test("should ask until the mesh is back", async (context) => {
  const mesh = await meshOf(context);
  mesh.place = () => new ConnectError("late", Code.DeadlineExceeded);
  const unknown = await unknownOf(mesh, await mesh.desk.prepareOrder(TICKET, mesh.key));
  let asked = 0;
  mesh.get = () => (++asked < 3 ? refusal("UPSTREAM_UNAVAILABLE", Code.Unavailable) : undefined);
  assert.equal((await unknown.resolve())?.orderId, "42");
  assert.equal(asked, 3);
});

test("should know that an order was not placed once no part can hold it, and send the very same again", async (context) => {
  const mesh = await meshOf(context);
  mesh.place = broken;
  mesh.get = () => refusal("ORDER_NOT_FOUND", Code.NotFound);
  const order = await mesh.desk.prepareOrder(TICKET, mesh.key);
  const unknown = await unknownOf(mesh, order);
  const resolved = unknown.resolve();
  setTimeout(() => mesh.later(21_000), 100);
  assert.equal(await resolved, undefined);
  mesh.place = () => undefined;
  await mesh.desk.place(order);
  assert.deepEqual(mesh.sent[0], mesh.sent[1]);
});

test("should say unknown again when nothing can be learned in time", async (context) => {
  const mesh = await meshOf(context);
  mesh.place = broken;
  mesh.get = broken;
  const unknown = await unknownOf(mesh, await mesh.desk.prepareOrder(TICKET, mesh.key));
  const resolved = unknown.resolve();
  setTimeout(() => mesh.later(61_000), 100);
  await assert.rejects(resolved, (again) => again instanceof OutcomeUnknown);
});

test("should pass on a refusal of the question", async (context) => {
  const mesh = await meshOf(context);
  mesh.place = broken;
  mesh.get = () => refusal("SESSION_INVALID", Code.Unauthenticated);
  const unknown = await unknownOf(mesh, await mesh.desk.prepareOrder(TICKET, mesh.key));
  await assert.rejects(unknown.resolve(), (error) => error instanceof Refusal && error.reason === "SESSION_INVALID");
});

test("should refuse a wrong ticket before anything is sent", async (context) => {
  const mesh = await meshOf(context);
  const wrong: Partial<OrderTicket>[] = [
    { market: "DOGE-PERP" }, { price: "150.001" }, { price: "1e3" }, { quantity: "0" }, { quantity: "-1" }, { lifeSeconds: 0 },
    { timeInForce: "gtt" }, { expireTime: Date.now() + 60_000 },
    { lifeSeconds: 3_000_000 },
  ];
  for (const field of wrong) await assert.rejects(mesh.desk.prepareOrder({ ...TICKET, ...field }, mesh.key), InvalidInput, JSON.stringify(field));
  assert.equal(mesh.sent.length, 0);
});

test("should sign in with the wallet's signature over the challenge", async (context) => {
  const key = await seedKey(new Uint8Array(32).fill(7));
  const shown: (string | null)[] = [];
  const gateway = await fakeGateway(context, (router) => router.service(SessionService, {
    createChallenge: () => ({ message: "sign this" }),
    createSession: async ({ signature }) => {
      assert.deepEqual(signature, await key.sign(new TextEncoder().encode("sign this")));
      return { token: "new", session: { account: key.publicKey } };
    },
    getSession: (_, { requestHeader }) => {
      shown.push(requestHeader.get("authorization"));
      throw refusal("SESSION_INVALID", Code.Unauthenticated);
    },
  }));
  const desk = gateway.desk();
  assert.equal((await desk.signIn(key)).account, key.publicKey);
  assert.equal(await desk.session(), undefined);
  assert.deepEqual(shown, ["Bearer new"]);
});
