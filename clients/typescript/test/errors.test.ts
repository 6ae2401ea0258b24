import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { createWebTransport, QuantDesk, QuantDeskError, REASONS, Refusal, Unreachable } from "../src/index.js";
import { RiskService } from "../src/gen/quantdesk/risk/v1/risk_service_pb.js";
import { fakeGateway, refusal } from "./fake-gateway.js";

async function errorOf(context: TestContext, thrown: ConnectError): Promise<QuantDeskError> {
  const gateway = await fakeGateway(context, (router) =>
    router.service(RiskService, { listPositions: () => { throw thrown; } }));
  try {
    await gateway.desk().positions();
  } catch (error) {
    assert.ok(error instanceof QuantDeskError);
    return error;
  }
  assert.fail("it was not refused");
}

test("should carry reason, category, figures and suggestion of a refusal", async (context) => {
  const metadata = { limit: "initial_margin", value: "1500", bound: "1000", suggested_quantity: "66.6", suggested_deposit: "500" };
  const error = await errorOf(context, refusal("INSUFFICIENT_MARGIN", Code.FailedPrecondition, {
    message: "The order needs 1500 USDC.", metadata, headers: { "x-trace-id": "4bf92f3577b34da6a3ce929d0e0e4736" },
  }));
  assert.ok(error instanceof Refusal);
  assert.equal(error.message, "The order needs 1500 USDC.");
  assert.deepEqual(
    [error.reason, error.category, error.code, error.retryable], ["INSUFFICIENT_MARGIN", "precondition", Code.FailedPrecondition, false]);
  assert.deepEqual(error.metadata, metadata);
  assert.deepEqual(error.suggestion, { quantity: "66.6", deposit: "500" });
  assert.equal(error.traceId, "4bf92f3577b34da6a3ce929d0e0e4736");
});

test("should say when to go on after too many calls", async (context) => {
  const error = await errorOf(context, refusal("RATE_LIMITED", Code.ResourceExhausted, { retrySeconds: 17 }));
  assert.deepEqual([error.category, error.retryable, error.retryAfterMillis], ["limit", true, 17_000]);
  assert.equal(error.suggestion, undefined);
});

test("should name the fields that break their rule", async (context) => {
  const error = await errorOf(context, refusal("REQUEST_INVALID", Code.InvalidArgument, { fields: { quantity: "must be above zero" } }));
  assert.deepEqual([error.category, error.fields], ["invalid_request", { quantity: "must be above zero" }]);
});

test("should judge a reason it does not know by its code", async (context) => {
  const error = await errorOf(context, refusal("MOON_IN_THE_WAY", Code.FailedPrecondition));
  assert.ok(error instanceof Refusal);
  assert.deepEqual([error.reason, error.category, error.retryable], ["MOON_IN_THE_WAY", "precondition", false]);
});

test("should not take another domain's reason for one of the mesh", async (context) => {
  const error = await errorOf(context, new ConnectError("no", Code.Unavailable));
  assert.ok(error instanceof Unreachable);
  assert.deepEqual([error.reason, error.category, error.retryable], ["UNAVAILABLE", "unavailable", true]);
});

test("should call a gateway that is down unreachable", async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  const desk = new QuantDesk({ transport: createWebTransport(`http://127.0.0.1:${port}`) });
  await assert.rejects(desk.markets(), Unreachable);
});

test("should have every reason of the contracts in the catalogue", () => {
  const reasons = JSON.parse(readFileSync("../../proto/reasons.json", "utf8")) as { reason: string; category: string }[];
  assert.ok(reasons.length > 40);
  assert.deepEqual(Object.keys(REASONS).sort(), reasons.map(({ reason }) => reason).sort());
  for (const { reason, category } of reasons) assert.equal(REASONS[reason as keyof typeof REASONS].category, category);
});
