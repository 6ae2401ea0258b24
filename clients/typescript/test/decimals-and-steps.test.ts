import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { add, formatDecimal, InvalidInput, MarketRules, multiply, OffStep, parseDecimal, unitsAt } from "../src/index.js";
import { MarketSchema } from "../src/gen/quantdesk/marketdata/v1/market_data_service_pb.js";
import { SOL } from "./fake-gateway.js";

const market = new MarketRules(create(MarketSchema, SOL));

test("should count prices in ticks exactly, also where floating point could not", () => {
  assert.equal(market.toTicks("0.29"), 29n);
  assert.equal(market.toTicks("150"), 15_000n);
  assert.equal(market.toTicks("90071992547409.93"), 9_007_199_254_740_993n);
  assert.equal(market.fromTicks(9_007_199_254_740_993n), "90071992547409.93");
  assert.equal(market.fromTicks(15_000n), "150");
});

test("should come back to the same number of steps", () => {
  for (let steps = 1n; steps < 10n ** 15n; steps = steps * 7n + 3n) {
    assert.equal(market.toTicks(market.fromTicks(steps)), steps);
    assert.equal(market.toLots(market.fromLots(steps)), steps);
  }
});

test("should refuse a value between two steps and name the step", () => {
  assert.throws(() => market.toTicks("150.005"), (error) => error instanceof OffStep && error.step === "0.01");
  assert.throws(() => market.toLots("0.25"), (error) => error instanceof OffStep && error.value === "0.25");
});

test("should refuse what is not a plain decimal number", () => {
  for (const text of ["", " 1", "1.", ".5", "1e3", "+1", "01", "0x10", "1,5", "NaN", "Infinity", "1.0000000000000000000"]) {
    assert.throws(() => parseDecimal(text), InvalidInput, text);
  }
});

test("should add and multiply without rounding", () => {
  assert.equal(formatDecimal(add(parseDecimal("0.1"), parseDecimal("0.2"))), "0.3");
  assert.equal(formatDecimal(add(parseDecimal("-1"), parseDecimal("0.25"))), "-0.75");
  assert.equal(formatDecimal(multiply(parseDecimal("149.99"), parseDecimal("0.3"))), "44.997");
  assert.equal(formatDecimal(multiply(parseDecimal("-0.5"), parseDecimal("0.2"))), "-0.1");
});

test("should refuse to drop digits", () => {
  assert.equal(unitsAt(parseDecimal("1.500"), 1), 15n);
  assert.throws(() => unitsAt(parseDecimal("1.55"), 1), OffStep);
});
