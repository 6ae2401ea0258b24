import { InvalidInput } from "./input.js";

/** What a trader signs: the bounds within which the order has to lie. */
export interface Intent {
  /** Unique for the signer until the expiry. */
  readonly nonce: number;
  readonly expirySeconds: number;
  readonly sell: boolean;
  readonly priceTicks: bigint;
  readonly quantityLots: bigint;
  /** The market's `intentDomain`, 14 bytes. */
  readonly domain: Uint8Array;
}

export const INTENT_LENGTH = 38;
const DOMAIN_LENGTH = 14;
const SELL = 1n << 63n;

/** The 38 bytes that are signed; the layout stands in the comment of `SignedIntent`. */
export function encodeIntent(intent: Intent): Uint8Array<ArrayBuffer> {
  if (intent.domain.length !== DOMAIN_LENGTH) throw new InvalidInput("an intent's domain has 14 bytes");
  if (intent.priceTicks < 0n || intent.priceTicks >= SELL) throw new InvalidInput("the price is out of range");
  if (intent.quantityLots <= 0n || intent.quantityLots >= SELL) throw new InvalidInput("the quantity is out of range");
  if (!isU32(intent.nonce)) throw new InvalidInput("the nonce is no 32-bit number");
  if (!isU32(intent.expirySeconds)) throw new InvalidInput("the expiry is out of range");
  const bytes = new Uint8Array(INTENT_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, intent.nonce, true);
  view.setUint32(4, intent.expirySeconds, true);
  view.setBigUint64(8, intent.priceTicks | (intent.sell ? SELL : 0n), true);
  view.setBigUint64(16, intent.quantityLots, true);
  bytes.set(intent.domain, 24);
  return bytes;
}

function isU32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}
