// A wallet's sub-accounts: made, listed and traded for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createWebTransport, InvalidInput, QuantDesk } from "../src/index.js";
import { AccountService } from "../src/gen/quantdesk/auth/v1/account_service_pb.js";
import { RiskService } from "../src/gen/quantdesk/risk/v1/risk_service_pb.js";
import { fakeGateway, serverTime } from "./fake-gateway.js";

const HEDGE = { number: 1, account: "2FbP8XpttBH59ZPA8GCbmyi7iN1XHSfC6tZQxkLxww8a", name: "hedge" };

test("should make and list sub-accounts", async (context) => {
  const gateway = await fakeGateway(context, (router) => router.service(AccountService, {
    createSubAccount: ({ name }) => ({ subAccount: { ...HEDGE, name }, serverTime: serverTime() }),
    listSubAccounts: () => ({ subAccounts: [HEDGE], serverTime: serverTime() }),
  }));
  const desk = gateway.desk();
  const made = await desk.createSubAccount("hedge");
  assert.deepEqual([made.number, made.account, made.name], [1, HEDGE.account, "hedge"]);
  assert.deepEqual((await desk.subAccounts()).map(({ number }) => number), [1]);
});

test("should name the sub-account with every call where one is given", async (context) => {
  const headers: Headers[] = [];
  const gateway = await fakeGateway(context, (router) => router.service(RiskService, {
    listPositions: (_, { requestHeader }) => {
      headers.push(requestHeader);
      return { serverTime: serverTime() };
    },
  }));
  await gateway.desk({ subAccount: 3 }).positions();
  await gateway.desk().positions();
  assert.deepEqual(headers.map((each) => each.get("x-sub-account")), ["3", null]);
});

test("should refuse what is no number of a sub-account", () => {
  const transport = createWebTransport("http://localhost:1");
  for (const subAccount of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => new QuantDesk({ transport, subAccount }), InvalidInput);
  }
});
