import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { toMillis } from "./clock.js";
import type { Decimal } from "./decimal.js";
import { OutcomeUnknown, type QuantDeskError, toError, Unreachable } from "./errors.js";
import {
  AuctionPreference, type Order, type OrderService, OrderType, type PlaceOrderResponse, PriceSource, SelfTradePrevention, Side,
  TimeInForce,
} from "./gen/quantdesk/execution/v1/order_service_pb.js";
import { encodeIntent } from "./intent.js";
import { InvalidInput } from "./input.js";
import type { Signer } from "./keys.js";
import type { MarketRules } from "./market.js";
import { sleep } from "./streams.js";

export interface OrderTicket {
  readonly market: string;
  readonly side: "buy" | "sell";
  readonly type: keyof typeof TYPES;
  readonly timeInForce: "gtc" | "gtt" | "ioc" | "fok";
  /** Limit price, of a pegged order how far it follows; for a type without one the worst price that it may trade at. */
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly postOnly?: boolean;
  /** Lets a post-only order rest one tick behind the best opposite price instead of being refused. */
  readonly postOnlySlide?: boolean;
  /** What happens when it meets an order of its own account; without it the incoming order expires. */
  readonly selfTradePrevention?: "expireTaker" | "expireMaker" | "expireBoth" | "none";
  /** Price that a stop or take-profit order waits for. */
  readonly triggerPrice?: Decimal;
  /** Price that its trigger or its peg watches; the mark price without it. */
  readonly priceSource?: "mark" | "index" | "last";
  /** Distance of a trailing stop from the best price: in USDC, or in hundredths of a percent. */
  readonly trail?: { readonly amount: Decimal } | { readonly bps: number };
  /** What a pegged order adds to the price it follows. */
  readonly pegOffset?: Decimal;
  /** Whether it opens an auction before it takes; without it its size decides. */
  readonly auction?: "open" | "none";
  /** When a "gtt" order ends, in whole Unix milliseconds. */
  readonly expireTime?: number;
  readonly reduceOnly?: boolean;
  /**
   * How long the signature counts; a day for "gtc" and for what waits for a price, until its time for "gtt", a minute for
   * the others. At most 30 days.
   */
  readonly lifeSeconds?: number;
}

/** What of an open order is to be changed. */
export interface Amendment {
  readonly price?: Decimal;
  /** With what has filled. */
  readonly quantity?: Decimal;
  readonly triggerPrice?: Decimal;
}

/** An order with its one id and its one signed intent, ready to be sent, once or again. Keep it before sending. */
export interface PreparedOrder {
  readonly clientOrderId: string;
  readonly ticket: OrderTicket;
  readonly intent: Uint8Array;
  readonly signature: Uint8Array;
  readonly signer: string;
}

export interface PlacedOrder {
  readonly order: Order;
  /** Whether an earlier sending had placed it. */
  readonly repeated: boolean;
  readonly response: PlaceOrderResponse;
  readonly traceId: string;
  /** Unix milliseconds by the server's clock, at its answer. */
  readonly serverTime: number;
  /** Unix milliseconds by the local clock. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

export interface PlaceOptions {
  readonly signal?: AbortSignal;
  /** Sent along; a `traceparent` among them makes the order part of that trace. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ResolveOptions {
  readonly signal?: AbortSignal;
}

type Orders = Client<typeof OrderService>;

const TYPES = {
  limit: OrderType.LIMIT,
  market: OrderType.MARKET,
  stopMarket: OrderType.STOP_MARKET,
  stopLimit: OrderType.STOP_LIMIT,
  takeProfitMarket: OrderType.TAKE_PROFIT_MARKET,
  takeProfitLimit: OrderType.TAKE_PROFIT_LIMIT,
  trailingStop: OrderType.TRAILING_STOP,
  pegged: OrderType.PEGGED,
};
/** Types without a price of their own: only their intent bounds them. */
const MARKET_TYPES = new Set<OrderTicket["type"]>(["market", "stopMarket", "takeProfitMarket", "trailingStop"]);
const AT_ONCE = new Set<OrderTicket["type"]>(["limit", "market", "pegged"]);

const DAY_SECONDS = 86_400;
const MINUTE_SECONDS = 60;
const LIFE_MAX_SECONDS = 30 * DAY_SECONDS;
/** The longest that the gateway lets an order wait for its answer. */
const CALL_MILLIS = 10_000;
/** An order that is not known this long after it was sent was not placed: no part of the mesh still holds the call. */
const GONE_MILLIS = 2 * CALL_MILLIS;
const RESOLVE_MILLIS = 60_000;
const RESOLVE_PAUSE_MIN_MILLIS = 250;
const RESOLVE_PAUSE_MAX_MILLIS = 2_000;

/** Refusals for passing reasons that are given before an order can reach the engine. */
const NOT_PLACED = new Set(["ENGINE_BUSY", "RISK_UNAVAILABLE", "MARK_PRICE_STALE"]);
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Counted up, so that the orders of one program never meet; started at random, so that two programs do not either. */
let nonce = crypto.getRandomValues(new Uint32Array(1))[0]!;

/** @param nowMillis the server's time */
export async function prepareOrder(
  ticket: OrderTicket,
  market: MarketRules,
  signer: Signer,
  nowMillis: number,
): Promise<PreparedOrder> {
  if ((ticket.expireTime !== undefined) !== (ticket.timeInForce === "gtt")) {
    throw new InvalidInput("an expire time goes with \"gtt\", and with nothing else");
  }
  const life = ticket.lifeSeconds ?? lifeOf(ticket, nowMillis);
  if (!(life > 0 && life <= LIFE_MAX_SECONDS)) throw new InvalidInput(`an order can't live for ${life} s`);
  nonce = (nonce + 1) >>> 0;
  const intent = encodeIntent({
    nonce,
    expirySeconds: Math.floor(nowMillis / 1_000 + life),
    sell: ticket.side === "sell",
    priceTicks: market.toTicks(ticket.price),
    quantityLots: market.toLots(ticket.quantity),
    domain: market.intentDomain,
  });
  return {
    clientOrderId: randomHex(16),
    ticket: { ...ticket },
    intent,
    signature: await signer.sign(intent),
    signer: signer.publicKey,
  };
}

function lifeOf({ type, timeInForce, expireTime }: OrderTicket, nowMillis: number): number {
  // The intent's expiry is in whole seconds.
  if (expireTime !== undefined) return (expireTime - nowMillis) / 1_000 + 1;
  return timeInForce === "gtc" || !AT_ONCE.has(type) ? DAY_SECONDS : MINUTE_SECONDS;
}

/** @throws Refusal when it was not placed, @throws OutcomeUnknown when that is not known */
export async function placeOrder(
  orders: Orders,
  order: PreparedOrder,
  now: () => number,
  options: PlaceOptions = {},
): Promise<PlacedOrder> {
  const headers = new Headers(options.headers);
  const traceparent = headers.get("traceparent") ?? `00-${randomHex(16)}-${randomHex(8)}-01`;
  const traceId = TRACEPARENT.exec(traceparent)?.[1];
  if (traceId === undefined) throw new InvalidInput(`${JSON.stringify(traceparent)} is no traceparent`);
  headers.set("traceparent", traceparent);
  const sentAt = now();
  try {
    const response = await orders.placeOrder(requestOf(order), { timeoutMs: CALL_MILLIS, headers, ...signalOf(options) });
    return {
      order: response.order!,
      repeated: response.repeatedRequest,
      response,
      // Of the sending that placed it, which may have been an earlier one.
      traceId: response.order!.traceId,
      serverTime: toMillis(response.serverTime!),
      sentAt,
      answeredAt: now(),
    };
  } catch (thrown) {
    const error = toError(thrown, traceId);
    throw mayHaveBeenPlaced(error) ? unknown(orders, order, now, sentAt, error) : error;
  }
}

function requestOf({ clientOrderId, ticket, intent, signature, signer }: PreparedOrder) {
  return {
    clientOrderId,
    market: ticket.market,
    side: { buy: Side.BUY, sell: Side.SELL }[ticket.side],
    type: TYPES[ticket.type],
    timeInForce: { gtc: TimeInForce.GTC, ioc: TimeInForce.IOC, fok: TimeInForce.FOK, gtt: TimeInForce.GTT }[ticket.timeInForce],
    price: MARKET_TYPES.has(ticket.type) ? "" : ticket.price,
    triggerPrice: ticket.triggerPrice ?? "",
    pegOffset: ticket.pegOffset ?? "",
    ...(ticket.priceSource !== undefined && {
      priceSource: { mark: PriceSource.MARK, index: PriceSource.INDEX, last: PriceSource.LAST }[ticket.priceSource],
    }),
    ...(ticket.auction !== undefined && {
      auction: { open: AuctionPreference.OPEN, none: AuctionPreference.NONE }[ticket.auction],
    }),
    ...(ticket.trail !== undefined && { trail: trailOf(ticket.trail) }),
    quantity: ticket.quantity,
    postOnly: ticket.postOnly ?? false,
    postOnlySlide: ticket.postOnlySlide ?? false,
    reduceOnly: ticket.reduceOnly ?? false,
    selfTradePrevention: {
      expireTaker: SelfTradePrevention.EXPIRE_TAKER,
      expireMaker: SelfTradePrevention.EXPIRE_MAKER,
      expireBoth: SelfTradePrevention.EXPIRE_BOTH,
      none: SelfTradePrevention.NONE,
    }[ticket.selfTradePrevention ?? "expireTaker"],
    ...(ticket.expireTime !== undefined && { expireTime: timestampFromMs(ticket.expireTime) }),
    intent: { intent, signature, signer },
  };
}

function trailOf(trail: NonNullable<OrderTicket["trail"]>) {
  return "bps" in trail
    ? ({ case: "trailBps", value: trail.bps } as const)
    : ({ case: "trailAmount", value: trail.amount } as const);
}

function signalOf({ signal }: ResolveOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function mayHaveBeenPlaced(error: QuantDeskError): boolean {
  if (NOT_PLACED.has(error.reason)) return false;
  return error instanceof Unreachable || ["unavailable", "internal", "outcome_unknown"].includes(error.category);
}

function unknown(orders: Orders, order: PreparedOrder, now: () => number, sentAt: number, error: QuantDeskError): OutcomeUnknown {
  const ask = (options?: ResolveOptions) => resolve(orders, order, now, sentAt, options);
  return new OutcomeUnknown(order.clientOrderId, error, ask, error);
}

async function resolve(
  orders: Orders,
  order: PreparedOrder,
  now: () => number,
  sentAt: number,
  options: ResolveOptions = {},
): Promise<Order | undefined> {
  const name = { case: "clientOrderId", value: order.clientOrderId } as const;
  const giveUpAt = now() + RESOLVE_MILLIS;
  let pause = RESOLVE_PAUSE_MIN_MILLIS;
  for (;;) {
    let error: QuantDeskError;
    try {
      return (await orders.getOrder({ name }, { timeoutMs: CALL_MILLIS, ...signalOf(options) })).order;
    } catch (thrown) {
      error = toError(thrown);
    }
    const missing = error.category === "not_found";
    if (missing && now() - sentAt > GONE_MILLIS) return undefined;
    if (!missing && !error.retryable && !(error instanceof Unreachable)) throw error;
    const wait = Math.max(pause, error.retryAfterMillis ?? 0);
    if (options.signal?.aborted || now() + wait > giveUpAt) throw unknown(orders, order, now, sentAt, error);
    await sleep(wait, options.signal);
    pause = Math.min(2 * pause, RESOLVE_PAUSE_MAX_MILLIS);
  }
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, "0")).join("");
}
