import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeIntent, type Intent, InvalidInput } from "../src/index.js";

const intent: Intent = {
  nonce: 0x01020304,
  expirySeconds: 0x05060708,
  sell: true,
  priceTicks: 0x090a0b0c0d0e0f10n,
  quantityLots: 0x1112131415161718n,
  domain: Buffer.from("a0a1a2a3a4a5a6a7a8a9aaabacad", "hex"),
};

// Written by hand from the layout in the comment of SignedIntent; the services are tested against the same bytes.
const GOLDEN = "04030201" + "08070605" + "100f0e0d0c0b0a89" + "1817161514131211" + "a0a1a2a3a4a5a6a7a8a9aaabacad";

test("should write every field of an intent at its place, little-endian", () => {
  assert.equal(Buffer.from(encodeIntent(intent)).toString("hex"), GOLDEN);
  assert.equal(encodeIntent({ ...intent, sell: false })[15], 0x09);
});

test("should carry the largest values", () => {
  const largest = { ...intent, nonce: 0xffff_ffff, expirySeconds: 0xffff_ffff, priceTicks: 2n ** 63n - 1n, quantityLots: 2n ** 63n - 1n };
  assert.equal(Buffer.from(encodeIntent(largest)).toString("hex", 0, 24), "ff".repeat(23) + "7f");
});

test("should refuse what does not fit instead of cutting it off", () => {
  const wrong: Partial<Intent>[] = [
    { nonce: -1 }, { nonce: 2 ** 32 }, { nonce: 0.5 }, { expirySeconds: 2 ** 32 }, { expirySeconds: Number.NaN },
    { priceTicks: -1n }, { priceTicks: 2n ** 63n }, { quantityLots: 0n }, { quantityLots: 2n ** 63n }, { domain: new Uint8Array(13) },
  ];
  for (const field of wrong) assert.throws(() => encodeIntent({ ...intent, ...field }), InvalidInput);
});
