import { afterAll, expect, test, vi } from "vitest";
import { store } from "../src/data/store.js";

vi.stubGlobal("location", { origin: "http://localhost:3002" });
const { desk } = await import("../src/data/session.js");
afterAll(() => vi.unstubAllGlobals());

const serverTime = (millis: number) =>
  ({ $typeName: "google.protobuf.Timestamp", seconds: BigInt(millis) / 1_000n, nanos: (millis % 1_000) * 1e6 }) as const;

test("shows the server's clock as the quickest answer told it, whichever call that was", () => {
  const shown = () => {
    const { clockOffsetMillis, clockUncertaintyMillis } = store.getState();
    return [clockOffsetMillis, clockUncertaintyMillis];
  };
  desk.clock.observe(1_000, serverTime(600_000 + 4_000), 4_000);
  expect(shown()).toEqual([601_500, 1_500]);
  desk.clock.observe(4_000, serverTime(600_000 + 4_010), 4_020);
  expect(shown()).toEqual([600_000, 10]);
  desk.clock.observe(5_000, serverTime(600_000 + 9_000), 9_000);
  expect(shown()).toEqual([600_000, 10]);
});
