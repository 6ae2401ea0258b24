import { base58 } from "@scure/base";
import { InvalidInput } from "./input.js";

/** Whoever can sign for an account: a wallet, or a session key that a wallet has delegated. */
export interface Signer {
  /** Ed25519 public key, base58. */
  readonly publicKey: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

const ED25519 = "Ed25519";
/** What stands before the 32 bytes of a seed in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = Uint8Array.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]);

export interface WebCryptoSigner extends Signer {
  /** To be kept in IndexedDB; its private half can't be read out. */
  readonly cryptoKey: CryptoKeyPair;
}

/** A new key that cannot leave the browser, not even by this page's own code. */
export async function webCryptoKey(): Promise<WebCryptoSigner> {
  return signerOf((await crypto.subtle.generateKey(ED25519, false, ["sign", "verify"])) as CryptoKeyPair);
}

export async function signerOf(pair: CryptoKeyPair): Promise<WebCryptoSigner> {
  const publicKey = base58.encode(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  return { publicKey, cryptoKey: pair, sign: (bytes) => signWith(pair.privateKey, bytes) };
}

/** The key of a 32-byte seed: for development and for programs that keep their own keys. */
export async function seedKey(seed: Uint8Array): Promise<Signer> {
  if (seed.length !== 32) throw new InvalidInput(`a seed has 32 bytes, not ${seed.length}`);
  const encoded = new Uint8Array([...PKCS8_PREFIX, ...seed]);
  const key = await crypto.subtle.importKey("pkcs8", encoded, ED25519, true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", key);
  const raw = Uint8Array.from(atob(x!.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return { publicKey: base58.encode(raw), sign: (bytes) => signWith(key, bytes) };
}

async function signWith(key: CryptoKey, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(ED25519, key, bytes as BufferSource));
}
