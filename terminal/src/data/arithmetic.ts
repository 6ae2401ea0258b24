// The ticket's sums, exact: scaled integers throughout.
import { add, type BookView, formatDecimal, multiply, parseDecimal, type Scaled, unitsAt } from "@quantdesk/client";

const USDC_SCALE = 6;
const ZERO: Scaled = { units: 0n, scale: 0 };

/** `a / b` with `scale` decimal places, rounded away from zero. */
export function divide(a: Scaled, b: Scaled, scale: number): Scaled {
  if (b.units === 0n) throw new RangeError("division by zero");
  const numerator = a.units * 10n ** BigInt(scale + b.scale);
  const denominator = b.units * 10n ** BigInt(a.scale);
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  const away = (numerator < 0n) === (denominator < 0n) ? 1n : -1n;
  return { units: rest === 0n ? quotient : quotient + away, scale };
}

/** Initial margin of an order, in USDC, rounded up to a millionth. */
export function marginNeeded(price: string, quantity: string, marginFraction: string): string {
  const exact = multiply(multiply(parseDecimal(price), parseDecimal(quantity)), parseDecimal(marginFraction));
  return formatDecimal(divide(exact, { units: 1n, scale: 0 }, USDC_SCALE));
}

export interface Slippage {
  /** Average price of what the book shown would fill. */
  readonly averagePrice: string;
  /** Distance of the average from the middle, in basis points of it; positive is worse. */
  readonly basisPoints: string;
  /** Whether the book shown holds the whole quantity. */
  readonly complete: boolean;
}

/** What a taker of `quantity` (base asset) would pay against this book; undefined when it is empty on either side. */
export function slippage(book: BookView, side: "buy" | "sell", quantity: string): Slippage | undefined {
  const bid = book.bids[0];
  const ask = book.asks[0];
  if (bid === undefined || ask === undefined) return undefined;
  const contracts = book.quantityUnit === "USD";
  let left = parseDecimal(quantity);
  if (left.units <= 0n) return undefined;
  let cost = ZERO;
  let filled = ZERO;
  for (const level of side === "buy" ? book.asks : book.bids) {
    const price = parseDecimal(level.price);
    const size = parseDecimal(level.quantity);
    // A contract is one dollar: so many of the base asset at this price.
    const offered = contracts ? divide(size, price, 9) : size;
    const taken = smaller(left, offered);
    cost = add(cost, multiply(price, taken));
    filled = add(filled, taken);
    left = add(left, { units: -taken.units, scale: taken.scale });
    if (left.units <= 0n) break;
  }
  if (filled.units === 0n) return undefined;
  const average = divide(cost, filled, 6);
  const middle = divide(add(parseDecimal(bid.price), parseDecimal(ask.price)), { units: 2n, scale: 0 }, 9);
  const distance = add(average, { units: -middle.units, scale: middle.scale });
  const worse = side === "buy" ? distance : { units: -distance.units, scale: distance.scale };
  const basisPoints = divide(multiply(worse, { units: 10_000n, scale: 0 }), middle, 1);
  return { averagePrice: formatDecimal(average), basisPoints: formatDecimal(basisPoints), complete: left.units <= 0n };
}

function smaller(a: Scaled, b: Scaled): Scaled {
  const scale = Math.max(a.scale, b.scale);
  return unitsAt(a, scale) <= unitsAt(b, scale) ? a : b;
}

/** A price `basisPoints` worse than `price` for this side, on the market's tick. */
export function worsePrice(price: string, side: "buy" | "sell", basisPoints: bigint, tickSize: string): string {
  const factor = { units: 10_000n + (side === "buy" ? basisPoints : -basisPoints), scale: 4 };
  const tick = parseDecimal(tickSize);
  const ticks = divide(multiply(parseDecimal(price), factor), tick, 0);
  return formatDecimal(multiply(ticks, tick));
}
