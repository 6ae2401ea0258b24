export { Book, BrokenBook, type BookLevel, type BookView, checksum } from "./book.js";
export { type DelegationLimits, type OrderName, QuantDesk, type QuantDeskOptions } from "./client.js";
export { localMillis, ServerClock, toMillis } from "./clock.js";
export {
  add, type Decimal, formatDecimal, fromSteps, multiply, OffStep, parseDecimal, type Scaled, toSteps, unitsAt,
} from "./decimal.js";
export {
  type Category, type ErrorFacts, OutcomeUnknown, QuantDeskError, Refusal, type Suggestion, toError, Unreachable,
} from "./errors.js";
export { InvalidInput } from "./input.js";
export { encodeIntent, type Intent } from "./intent.js";
export { seedKey, type Signer, signerOf, webCryptoKey, type WebCryptoSigner } from "./keys.js";
export { MarketRules } from "./market.js";
export type { Amendment, OrderTicket, PlacedOrder, PlaceOptions, PreparedOrder, ResolveOptions } from "./orders.js";
export type { Gap, Resumed, Snapshot, StreamEvent, StreamOptions, StreamState, Update } from "./streams.js";
export { createWebTransport, type TransportOptions } from "./transport.js";
export { REASONS } from "./gen/reasons.js";
export type { Delegate, Delegate as Delegation, SubAccount } from "./gen/quantdesk/auth/v1/account_service_pb.js";
export { type Session, Tier } from "./gen/quantdesk/auth/v1/session_service_pb.js";
export {
  BracketRole, CancelReason, type Fill, FillSettlement, Liquidity, type Order, type OrderBracket, OrderChange, type OrderStage, OrderStatus, OrderType,
  type OrderUpdate, type PlaceOrderResponse, SelfTradePrevention, Side, TimeInForce,
} from "./gen/quantdesk/execution/v1/order_service_pb.js";
export { type Insight, InsightKind, type StreamOrderFlowResponse } from "./gen/quantdesk/intelligence/v1/insight_service_pb.js";
export { PriceSource, type Trade, TradeSide } from "./gen/quantdesk/marketdata/v1/market_data_service_pb.js";
export type { Balance } from "./gen/quantdesk/risk/v1/collateral_service_pb.js";
export type { ListPositionsResponse, Margin, Position } from "./gen/quantdesk/risk/v1/risk_service_pb.js";
