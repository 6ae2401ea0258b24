import { crc32 } from "./crc32.js";
import { type Decimal, parseDecimal, unitsAt } from "./decimal.js";
import type { OrderBook, OrderBookUpdate, PriceLevel } from "./gen/quantdesk/marketdata/v1/market_data_service_pb.js";

/** Levels a side that the checksum covers. */
const CHECKSUM_DEPTH = 25;
const PRICE_SCALE = 9;

export interface BookLevel {
  readonly price: Decimal;
  readonly quantity: Decimal;
}

/** An order book at one sequence; the arrays are not changed afterwards. */
export interface BookView {
  readonly market: string;
  readonly sequence: bigint;
  readonly epoch: bigint;
  /** Best (highest) first. */
  readonly bids: readonly BookLevel[];
  /** Best (lowest) first. */
  readonly asks: readonly BookLevel[];
  readonly quantityUnit: string;
  readonly checksum: number;
}

interface Level extends BookLevel {
  readonly key: bigint;
}

/** What a stream of changes has broken: the book can't be followed further and has to be fetched anew. */
export class BrokenBook extends Error {
  override readonly name = "BrokenBook";
}

/** One side of a book, best first. */
class Side {
  #levels: readonly Level[];

  constructor(levels: readonly PriceLevel[], readonly descending: boolean) {
    this.#levels = levels.map(toLevel);
  }

  get levels(): readonly Level[] {
    return this.#levels;
  }

  apply(changes: readonly PriceLevel[]): void {
    if (changes.length === 0) return;
    const levels = [...this.#levels];
    for (const change of changes) {
      const level = toLevel(change);
      const index = this.#find(levels, level.key);
      const present = levels[index]?.key === level.key;
      if (change.quantity === "0") {
        if (present) levels.splice(index, 1);
      } else {
        levels.splice(index, present ? 1 : 0, level);
      }
    }
    this.#levels = levels;
  }

  /** The first index whose level is not better than `key`. */
  #find(levels: readonly Level[], key: bigint): number {
    let low = 0;
    let high = levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const better = this.descending ? levels[middle]!.key > key : levels[middle]!.key < key;
      if (better) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function toLevel({ price, quantity }: PriceLevel): Level {
  return { price, quantity, key: unitsAt(parseDecimal(price), PRICE_SCALE) };
}

/** A book that is kept by applying changes in sequence. Every state is held against its checksum. */
export class Book {
  readonly #bids: Side;
  readonly #asks: Side;
  readonly #market: string;
  readonly #quantityUnit: string;
  readonly epoch: bigint;
  sequence: bigint;
  #checksum = 0;

  /** @throws BrokenBook when the snapshot is not what its checksum says */
  constructor(snapshot: OrderBook) {
    this.#bids = new Side(snapshot.bids, true);
    this.#asks = new Side(snapshot.asks, false);
    this.#market = snapshot.market;
    this.#quantityUnit = snapshot.quantityUnit;
    this.epoch = snapshot.epoch;
    this.sequence = snapshot.sequence;
    this.#verify(snapshot.checksum);
  }

  /** @throws BrokenBook when the change does not follow, or does not lead to its checksum */
  apply(update: OrderBookUpdate): void {
    if (update.epoch !== this.epoch || update.sequence !== this.sequence + 1n) {
      throw new BrokenBook(`change ${update.epoch}/${update.sequence} does not follow ${this.epoch}/${this.sequence}`);
    }
    this.#bids.apply(update.bids);
    this.#asks.apply(update.asks);
    this.sequence = update.sequence;
    this.#verify(update.checksum);
  }

  view(): BookView {
    return {
      market: this.#market,
      sequence: this.sequence,
      epoch: this.epoch,
      bids: this.#bids.levels,
      asks: this.#asks.levels,
      quantityUnit: this.#quantityUnit,
      checksum: this.#checksum,
    };
  }

  #verify(expected: number): void {
    this.#checksum = checksum(this.#asks.levels, this.#bids.levels);
    if (this.#checksum !== expected) {
      throw new BrokenBook(`the book at ${this.sequence} has checksum ${this.#checksum} instead of ${expected}`);
    }
  }
}

/** CRC-32 over the best levels, as the comment of `OrderBook.checksum` says. */
export function checksum(asks: readonly BookLevel[], bids: readonly BookLevel[]): number {
  let text = "";
  for (const side of [asks, bids]) {
    for (const { price, quantity } of side.slice(0, CHECKSUM_DEPTH)) text += `${price}:${quantity};`;
  }
  return crc32(text);
}
