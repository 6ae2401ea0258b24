import { FillSettlement, type Order, OrderChange, type OrderUpdate } from "@quantdesk/client";
import { describe, expect, test } from "vitest";
import { duration, journeyOf, type JourneyFacts, note } from "../src/data/journey.js";

const SERVER = 1_000_000_000_000;
/** The server's clock is five seconds ahead of the browser's. */
const clock = { offsetMillis: 5_000, uncertaintyMillis: 3 };
const BROWSER = SERVER - clock.offsetMillis;

function time(millis: number) {
  const at = SERVER + millis;
  return { seconds: BigInt(Math.floor(at / 1_000)), nanos: Math.round((at % 1_000) * 1e6) };
}

function order(part: object): Order {
  return { orderId: "7", sequence: 1n, fills: [], createTime: time(22), updateTime: time(22), ...part } as unknown as Order;
}

const fill = (settlement: FillSettlement, slot: bigint) => ({ tradeId: "1", tradeTime: time(22), settlement, slot });

const seen = {
  clickedAt: BROWSER,
  placed: {
    sentAt: BROWSER + 2,
    answeredAt: BROWSER + 40,
    response: {
      stages: [
        { name: "gateway", startTime: time(6), endTime: time(10) },
        { name: "checks", startTime: time(10), endTime: time(11) },
        { name: "risk", startTime: time(11), endTime: time(18) },
        { name: "engine", startTime: time(18), endTime: time(30) },
      ],
    },
  },
} as unknown as NonNullable<JourneyFacts["seen"]>;

function change(facts: JourneyFacts | undefined, kind: OrderChange, at: number, part: object): JourneyFacts {
  return note(facts, { sequence: 1n, change: kind, order: order({ ...part, updateTime: time(at) }) } as unknown as OrderUpdate);
}

function settled(withSeen: boolean): JourneyFacts {
  let facts: JourneyFacts | undefined;
  facts = change(facts, OrderChange.FILLED, 22, { fills: [fill(FillSettlement.PENDING, 0n)] });
  facts = change(facts, OrderChange.SETTLEMENT_SENT, 70, { fills: [fill(FillSettlement.SENT, 0n)] });
  facts = change(facts, OrderChange.SETTLEMENT_CONFIRMED, 830, { fills: [fill(FillSettlement.CONFIRMED, 4340n)] });
  facts = change(facts, OrderChange.SETTLED, 831, { fills: [fill(FillSettlement.CONFIRMED, 4340n)] });
  return { ...facts, drawnAt: BROWSER + 120, ...(withSeen && { seen }) };
}

describe("an order placed from here", () => {
  const journey = journeyOf(settled(true), clock);

  test("passes every stage from the click to the slot, aligned to the browser's clock", () => {
    expect(journey.stages.map(({ id, start, end }) => [id, start - BROWSER, end - BROWSER])).toEqual([
      ["sign", 0, 2],
      ["uplink", 2, 6],
      ["gateway", 6, 10],
      ["checks", 10, 11],
      ["risk", 11, 18],
      ["engine", 18, 30],
      ["batch", 22, 70],
      ["drawn", 22, 120],
      ["answer", 30, 40],
      ["chain", 70, 830],
    ]);
  });

  test("marks the way that its finality waited for", () => {
    expect(journey.stages.filter(({ critical }) => !critical).map(({ id }) => id)).toEqual(["drawn", "answer"]);
  });

  test("counts slots before milliseconds", () => {
    expect(journey.slots).toBe(2);
    expect(journey.slot).toBe(4340n);
    expect(journey.complete).toBe(true);
  });

  test("has doubt only between clocks", () => {
    expect(journey.stages.filter(({ spans }) => spans === "both").map(({ id }) => id)).toEqual(["uplink", "drawn", "answer"]);
    expect(journey.uncertaintyMillis).toBe(3);
  });
});

test("an order from elsewhere shows what the order itself knows", () => {
  const journey = journeyOf(settled(false), clock);
  expect(journey.fromHere).toBe(false);
  expect(journey.stages.map(({ id }) => id)).toContain("accepted");
  expect(journey.stages.map(({ id }) => id)).not.toContain("gateway");
});

test("an order that rests and never fills has no settlement", () => {
  const journey = journeyOf({ order: order({}), seen }, clock);
  expect(journey.slot).toBeUndefined();
  expect(journey.stages.map(({ id }) => id)).not.toContain("chain");
});

test.each([[0.04, "0.0 ms"], [0.7, "0.7 ms"], [12.4, "12 ms"], [999.4, "999 ms"], [1_234, "1.23 s"]])("%s ms reads %s", (millis, text) => {
  expect(duration(millis)).toBe(text);
});
