import { type Decimal, fromSteps, toSteps } from "./decimal.js";
import { type Market, PriceSource } from "./gen/quantdesk/marketdata/v1/market_data_service_pb.js";

/** A market's trading rules, with the arithmetic in ticks and lots that they imply. */
export class MarketRules {
  readonly symbol: string;
  readonly tickSize: Decimal;
  readonly lotSize: Decimal;
  readonly minQuantity: Decimal;
  readonly maxQuantity: Decimal;
  readonly initialMarginFraction: Decimal;
  readonly maintenanceMarginFraction: Decimal;
  readonly priceSource: PriceSource;
  readonly sourceInstrument: string;
  readonly intentDomain: Uint8Array;

  constructor(market: Market) {
    this.symbol = market.symbol;
    this.tickSize = market.tickSize;
    this.lotSize = market.lotSize;
    this.minQuantity = market.minQuantity;
    this.maxQuantity = market.maxQuantity;
    this.initialMarginFraction = market.initialMarginFraction;
    this.maintenanceMarginFraction = market.maintenanceMarginFraction;
    this.priceSource = market.priceSource;
    this.sourceInstrument = market.sourceInstrument;
    this.intentDomain = market.intentDomain;
  }

  /** @throws OffStep when the price is not a multiple of the tick size */
  toTicks(price: Decimal): bigint {
    return toSteps(price, this.tickSize);
  }

  fromTicks(ticks: bigint): Decimal {
    return fromSteps(ticks, this.tickSize);
  }

  /** @throws OffStep when the quantity is not a multiple of the lot size */
  toLots(quantity: Decimal): bigint {
    return toSteps(quantity, this.lotSize);
  }

  fromLots(lots: bigint): Decimal {
    return fromSteps(lots, this.lotSize);
  }
}
