import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidInput, seedKey, signerOf, webCryptoKey } from "../src/index.js";
import { base58 } from "@scure/base";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

test("should sign with a seed's key as RFC 8032 says", async () => {
  // Section 7.1, test 2.
  const key = await seedKey(hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  assert.equal(key.publicKey, base58.encode(hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")));
  assert.equal(
    Buffer.from(await key.sign(hex("72"))).toString("hex"),
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  );
});

test("should refuse a seed of another length", async () => {
  await assert.rejects(seedKey(new Uint8Array(31)), InvalidInput);
});

test("should make session keys that sign and whose private half can't be read out", async () => {
  const { cryptoKey, publicKey, sign } = await webCryptoKey();
  await assert.rejects(crypto.subtle.exportKey("pkcs8", cryptoKey.privateKey));
  await assert.rejects(crypto.subtle.exportKey("jwk", cryptoKey.privateKey));
  const text = new TextEncoder().encode("an intent");
  assert.ok(await crypto.subtle.verify("Ed25519", cryptoKey.publicKey, Buffer.from(await sign(text)), text));
  assert.equal((await signerOf(cryptoKey)).publicKey, publicKey);
});
