import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { Calls } from "./calls.js";
import { localMillis, ServerClock } from "./clock.js";
import type { BookView } from "./book.js";
import { QuantDeskError, toError } from "./errors.js";
import { AccountService, type Delegate, type SubAccount } from "./gen/quantdesk/auth/v1/account_service_pb.js";
import { type Session, SessionService } from "./gen/quantdesk/auth/v1/session_service_pb.js";
import { type Order, OrderService, type OrderUpdate } from "./gen/quantdesk/execution/v1/order_service_pb.js";
import { type Insight, InsightService, type StreamOrderFlowResponse } from "./gen/quantdesk/intelligence/v1/insight_service_pb.js";
import { MarketDataService, type Trade } from "./gen/quantdesk/marketdata/v1/market_data_service_pb.js";
import { type Balance, CollateralService } from "./gen/quantdesk/risk/v1/collateral_service_pb.js";
import { type ListPositionsResponse, RiskService } from "./gen/quantdesk/risk/v1/risk_service_pb.js";
import { InvalidInput } from "./input.js";
import type { Signer } from "./keys.js";
import { MarketRules } from "./market.js";
import { type Amendment, type OrderTicket, placeOrder, type PlacedOrder, type PlaceOptions, prepareOrder, type PreparedOrder } from "./orders.js";
import { BookSource, InsightsSource, OrderFlowSource, OrdersSource, TradesSource } from "./sources.js";
import { follow, type StreamEvent, type StreamOptions } from "./streams.js";

const CALL_MILLIS = 10_000;

export interface QuantDeskOptions {
  readonly transport: Transport;
  /** "cookie" where a browser keeps the session by itself; else the client shows it as a bearer token. */
  readonly session?: "bearer" | "cookie";
  /** Number of the sub-account that orders, positions and balances are about; the wallet's own account without. */
  readonly subAccount?: number;
  /** Local Unix milliseconds. */
  readonly now?: () => number;
  /** Told after every answer from which the server's clock was read. */
  readonly onClock?: (clock: ServerClock) => void;
}

export interface DelegationLimits {
  /** Largest notional of one order, in USDC. */
  readonly maxOrderNotional: string;
  readonly lifeSeconds: number;
}

export type OrderName = { readonly orderId: string } | { readonly clientOrderId: string };

/** A trader at the mesh: one object for each session. */
export class QuantDesk {
  /** The server's clock, as the answers so far tell it. */
  readonly clock: ServerClock;
  /** The generated clients, for what has no method here. */
  readonly raw: {
    readonly marketData: Client<typeof MarketDataService>;
    readonly orders: Client<typeof OrderService>;
    readonly risk: Client<typeof RiskService>;
    readonly collateral: Client<typeof CollateralService>;
    readonly insights: Client<typeof InsightService>;
    readonly sessions: Client<typeof SessionService>;
    readonly accounts: Client<typeof AccountService>;
  };
  readonly #calls: Calls;
  readonly #now: () => number;
  readonly #bearer: boolean;
  #markets: Promise<ReadonlyMap<string, MarketRules>> | undefined;

  constructor(options: QuantDeskOptions) {
    this.#now = options.now ?? localMillis;
    this.clock = new ServerClock(this.#now, options.onClock);
    this.#bearer = options.session !== "cookie";
    const { subAccount } = options;
    if (subAccount !== undefined && !(Number.isSafeInteger(subAccount) && subAccount >= 1)) {
      throw new InvalidInput(`sub-accounts are numbered from 1, not ${subAccount}`);
    }
    this.#calls = new Calls(options.transport, this.clock, this.#now, subAccount);
    this.raw = {
      marketData: createClient(MarketDataService, this.#calls),
      orders: createClient(OrderService, this.#calls),
      risk: createClient(RiskService, this.#calls),
      collateral: createClient(CollateralService, this.#calls),
      insights: createClient(InsightService, this.#calls),
      sessions: createClient(SessionService, this.#calls),
      accounts: createClient(AccountService, this.#calls),
    };
  }

  /** Signs in with the wallet's signature (Sign-In With Solana). */
  async signIn(wallet: Signer): Promise<Session> {
    const { message } = await call(this.raw.sessions.createChallenge({ address: wallet.publicKey }, TIMEOUT));
    const signature = await wallet.sign(new TextEncoder().encode(message));
    const { token, session } = await call(this.raw.sessions.createSession({ message, signature }, TIMEOUT));
    if (this.#bearer) this.#calls.token = token;
    return session!;
  }

  async signOut(): Promise<void> {
    await call(this.raw.sessions.revokeSession({}, TIMEOUT));
    this.#calls.token = "";
  }

  /** The session that is open, or undefined when none is. */
  async session(): Promise<Session | undefined> {
    try {
      return (await call(this.raw.sessions.getSession({}, TIMEOUT))).session;
    } catch (error) {
      if (error instanceof QuantDeskError && error.category === "unauthenticated") return undefined;
      throw error;
    }
  }

  /** Lets a session key sign orders of this account, within limits that the wallet signs. */
  async delegate(wallet: Signer, key: Signer, limits: DelegationLimits): Promise<Delegate> {
    const expires = Math.floor(this.clock.now() / 1_000 + limits.lifeSeconds);
    if (!(limits.lifeSeconds > 0)) throw new InvalidInput(`a delegation can't live for ${limits.lifeSeconds} s`);
    const text = [
      "QuantDesk delegation",
      `account: ${wallet.publicKey}`,
      `session key: ${key.publicKey}`,
      `max order notional: ${limits.maxOrderNotional} USDC`,
      `expires: ${expires}`,
    ].join("\n");
    const { delegate } = await call(
      this.raw.accounts.grantDelegate({
        publicKey: key.publicKey,
        expireTime: timestampFromMs(expires * 1_000),
        maxOrderNotional: limits.maxOrderNotional,
        signature: await wallet.sign(new TextEncoder().encode(text)),
      }, TIMEOUT),
    );
    return delegate!;
  }

  async revokeDelegate(publicKey: string): Promise<void> {
    await call(this.raw.accounts.revokeDelegate({ publicKey }, TIMEOUT));
  }

  async delegates(): Promise<Delegate[]> {
    return (await call(this.raw.accounts.listDelegates({}, TIMEOUT))).delegates;
  }

  /** Makes a sub-account of the wallet, or finds the one that has the name. */
  async createSubAccount(name: string): Promise<SubAccount> {
    return (await call(this.raw.accounts.createSubAccount({ name }, TIMEOUT))).subAccount!;
  }

  /** The wallet's sub-accounts, by number. */
  async subAccounts(): Promise<SubAccount[]> {
    return (await call(this.raw.accounts.listSubAccounts({}, TIMEOUT))).subAccounts;
  }

  /** All markets by symbol; asked for once. */
  async markets(): Promise<ReadonlyMap<string, MarketRules>> {
    this.#markets ??= call(this.raw.marketData.listMarkets({}, TIMEOUT)).then(
      ({ markets }) => new Map(markets.map((market) => [market.symbol, new MarketRules(market)])),
    );
    try {
      return await this.#markets;
    } catch (error) {
      this.#markets = undefined;
      throw error;
    }
  }

  /** Makes the order's id and signs its intent. Keep what comes back until its outcome is known. */
  async prepareOrder(ticket: OrderTicket, signer: Signer): Promise<PreparedOrder> {
    const market = (await this.markets()).get(ticket.market);
    if (market === undefined) throw new InvalidInput(`there is no market ${JSON.stringify(ticket.market)}`);
    return prepareOrder(ticket, market, signer, this.clock.now());
  }

  /** Sends a prepared order. Sending the same one again is safe. @throws Refusal @throws OutcomeUnknown */
  place(order: PreparedOrder, options?: PlaceOptions): Promise<PlacedOrder> {
    return placeOrder(this.raw.orders, order, this.#now, options);
  }

  /** Changes an open order within the intent it was signed with; what is not given stays. */
  async amend(name: OrderName, change: Amendment): Promise<Order> {
    return (await call(this.raw.orders.amendOrder({ name: nameOf(name), ...change }, TIMEOUT))).order!;
  }

  async cancel(name: OrderName): Promise<Order> {
    return (await call(this.raw.orders.cancelOrder({ name: nameOf(name) }, TIMEOUT))).order!;
  }

  async getOrder(name: OrderName): Promise<Order> {
    return (await call(this.raw.orders.getOrder({ name: nameOf(name) }, TIMEOUT))).order!;
  }

  /** The account's orders, newest first, at most 100; `before` is the order id that the page before ended with. */
  async listOrders(pageSize = 50, before = ""): Promise<Order[]> {
    return (await call(this.raw.orders.listOrders({ pageSize, pageToken: before }, TIMEOUT))).orders;
  }

  /** Positions and margin. */
  positions(): Promise<ListPositionsResponse> {
    return call(this.raw.risk.listPositions({}, TIMEOUT));
  }

  async balances(): Promise<Balance[]> {
    return (await call(this.raw.collateral.getBalances({}, TIMEOUT))).balances;
  }

  /** Test USDC, once for each account, on the local chain only. @returns what was credited, empty where it had been before */
  async requestTestFunds(): Promise<string> {
    return (await call(this.raw.collateral.requestTestFunds({ requestId: crypto.randomUUID() }, TIMEOUT))).credited;
  }

  streamOrderBook(market: string, options?: StreamOptions): AsyncGenerator<StreamEvent<BookView>, void, undefined> {
    return follow(new BookSource(this.raw.marketData, market), options);
  }

  streamTrades(market: string, options?: StreamOptions): AsyncGenerator<StreamEvent<Trade[]>, void, undefined> {
    return follow(new TradesSource(this.raw.marketData, market), options);
  }

  streamOrders(options?: StreamOptions): AsyncGenerator<StreamEvent<Order[], OrderUpdate>, void, undefined> {
    return follow(new OrdersSource(this.raw.orders), options);
  }

  streamOrderFlow(
    market: string,
    options?: StreamOptions,
  ): AsyncGenerator<StreamEvent<never, StreamOrderFlowResponse>, void, undefined> {
    return follow(new OrderFlowSource(this.raw.insights, market), options);
  }

  /** @param market symbol, or empty for all */
  streamInsights(market = "", options?: StreamOptions): AsyncGenerator<StreamEvent<never, Insight>, void, undefined> {
    return follow(new InsightsSource(this.raw.insights, market), options);
  }
}

const TIMEOUT = { timeoutMs: CALL_MILLIS };

async function call<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    throw toError(thrown);
  }
}

function nameOf(name: OrderName) {
  return "orderId" in name
    ? { case: "orderId" as const, value: name.orderId }
    : { case: "clientOrderId" as const, value: name.clientOrderId };
}
