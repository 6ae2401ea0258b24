import type { BookView } from "@quantdesk/client";
import { describe, expect, test } from "vitest";
import { divide, marginNeeded, slippage, worsePrice } from "../src/data/arithmetic.js";

function book(quantityUnit: string, bids: [string, string][], asks: [string, string][]): BookView {
  const levels = (side: [string, string][]) => side.map(([price, quantity]) => ({ price, quantity }));
  return { market: "X-PERP", sequence: 1n, epoch: 1n, checksum: 0, quantityUnit, bids: levels(bids), asks: levels(asks) };
}

describe("margin needed", () => {
  test.each([
    ["150", "2", "0.1", "30"],
    ["0.0001", "0.1", "0.1", "0.000001"],
    ["0.00011", "0.1", "0.1", "0.000002"],
    ["999999999999.9", "999999999999.9", "0.05", "49999999999990000000000.0005"],
  ])("%s × %s × %s is %s, rounded up to a millionth", (price, quantity, fraction, margin) => {
    expect(marginNeeded(price, quantity, fraction)).toBe(margin);
  });
});

describe("slippage", () => {
  const base = book("SOL", [["99", "10"], ["98", "10"]], [["101", "1"], ["103", "3"]]);

  test("is the distance of the average from the middle", () => {
    expect(slippage(base, "buy", "1")).toEqual({ averagePrice: "101", basisPoints: "100", complete: true });
    expect(slippage(base, "buy", "4")).toEqual({ averagePrice: "102.5", basisPoints: "250", complete: true });
    expect(slippage(base, "sell", "20")).toEqual({ averagePrice: "98.5", basisPoints: "150", complete: true });
  });

  test("says when the book is too thin", () => {
    expect(slippage(base, "buy", "5")?.complete).toBe(false);
  });

  test("counts contracts of one dollar at their price", () => {
    const contracts = book("USD", [["1999", "1000"]], [["2000", "4000"], ["2002", "100000"]]);
    expect(slippage(contracts, "buy", "2")).toMatchObject({ averagePrice: "2000", complete: true });
    expect(slippage(contracts, "buy", "4")).toMatchObject({ averagePrice: "2001", complete: true });
  });

  test("knows nothing of a one-sided book or of no quantity", () => {
    expect(slippage(book("SOL", [], [["1", "1"]]), "buy", "1")).toBeUndefined();
    expect(slippage(base, "buy", "0")).toBeUndefined();
  });
});

describe("the bound of a market order", () => {
  test.each([
    ["150.01", "buy", 100n, "0.01", "151.52"],
    ["150.01", "sell", 100n, "0.01", "148.51"],
    ["65000.5", "buy", 100n, "0.5", "65651"],
  ] as const)("%s %s %s bp on %s is %s", (price, side, points, tick, bound) => {
    expect(worsePrice(price, side, points, tick)).toBe(bound);
  });
});

test("division rounds away from zero and never divides by it", () => {
  const number = (units: bigint) => ({ units, scale: 0 });
  expect(divide(number(1n), number(3n), 2)).toEqual({ units: 34n, scale: 2 });
  expect(divide(number(-1n), number(3n), 2)).toEqual({ units: -34n, scale: 2 });
  expect(divide(number(6n), number(3n), 2)).toEqual({ units: 200n, scale: 2 });
  expect(() => divide(number(1n), number(0n), 2)).toThrow(RangeError);
});
