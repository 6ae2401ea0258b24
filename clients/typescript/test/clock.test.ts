import assert from "node:assert/strict";
import { test } from "node:test";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ServerClock } from "../src/index.js";
import { MarketDataService } from "../src/gen/quantdesk/marketdata/v1/market_data_service_pb.js";
import { fakeGateway } from "./fake-gateway.js";

test("should know nothing before the first answer", () => {
  const clock = new ServerClock();
  assert.deepEqual([clock.offsetMillis, clock.uncertaintyMillis, clock.samples], [0, Number.POSITIVE_INFINITY, 0]);
});

test("should put the server's time in the middle of the call", () => {
  const clock = new ServerClock(() => 2_000);
  clock.observe(1_000, timestampFromMs(6_050), 1_100);
  assert.deepEqual([clock.offsetMillis, clock.uncertaintyMillis], [5_000, 50]);
  assert.equal(clock.now(), 7_000);
  assert.equal(clock.toLocal(7_000), 2_000);
});

test("should trust the quickest of the recent answers", () => {
  const clock = new ServerClock();
  clock.observe(0, timestampFromMs(900), 1_000);
  clock.observe(2_000, timestampFromMs(2_505), 2_010);
  clock.observe(3_000, timestampFromMs(4_400), 4_000);
  assert.deepEqual([clock.offsetMillis, clock.uncertaintyMillis, clock.samples], [500, 5, 3]);
});

test("should forget old answers, for clocks drift", () => {
  const clock = new ServerClock();
  clock.observe(0, timestampFromMs(101), 2);
  clock.observe(700_000, timestampFromMs(700_250), 700_100);
  assert.deepEqual([clock.offsetMillis, clock.uncertaintyMillis, clock.samples], [200, 50, 1]);
});

test("should keep no more than 32 answers", () => {
  const clock = new ServerClock();
  for (let at = 0; at < 100; at++) clock.observe(at, timestampFromMs(at), at + 1);
  assert.equal(clock.samples, 32);
});

test("should tell after every reading what counts now", () => {
  const told: number[] = [];
  const clock = new ServerClock(undefined, ({ offsetMillis }) => told.push(offsetMillis));
  clock.observe(0, timestampFromMs(900), 1_000);
  clock.observe(2_000, undefined, 2_010);
  clock.observe(2_000, timestampFromMs(2_505), 2_010);
  clock.observe(3_000, timestampFromMs(4_400), 4_000);
  assert.deepEqual(told, [400, 500, 500]);
});

test("should learn from every answer to a call", async (context) => {
  const gateway = await fakeGateway(context, (router) =>
    router.service(MarketDataService, { listMarkets: () => ({ markets: [], serverTime: timestampFromMs(Date.now() + 60_000) }) }));
  const told: unknown[] = [];
  const desk = gateway.desk({ onClock: (clock) => told.push(clock) });
  await desk.markets();
  assert.equal(desk.clock.samples, 1);
  assert.deepEqual(told, [desk.clock]);
  assert.ok(Math.abs(desk.clock.offsetMillis - 60_000) <= desk.clock.uncertaintyMillis + 50);
});
