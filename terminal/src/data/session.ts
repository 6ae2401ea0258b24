// Who trades here: sign-in by a wallet or a development key, and the session key that makes one-click trading possible.
import {
  createWebTransport, QuantDesk, QuantDeskError, seedKey, type Signer, signerOf, webCryptoKey,
} from "@quantdesk/client";
import { del, get, set } from "idb-keyval";
import { store } from "./store.js";

export const desk = new QuantDesk({
  transport: createWebTransport(location.origin),
  session: "cookie",
  onClock: ({ offsetMillis, uncertaintyMillis }) =>
    store.setState({ clockOffsetMillis: offsetMillis, clockUncertaintyMillis: uncertaintyMillis }),
});

const DEVELOPMENT_KEY = "quantdesk.development-key";
const WHO = "quantdesk.account-kind";
const RENEW_BEFORE_MILLIS = 60_000;

interface StoredKey {
  readonly pair: CryptoKeyPair;
  readonly maxOrderNotional: string;
  readonly endsAt: number;
}

export interface Limits {
  readonly maxOrderNotional: string;
  readonly hours: number;
}

let sessionSigner: Signer | undefined;

/** The key that signs orders, while it is valid. */
export function signer(): Signer | undefined {
  const info = store.getState().sessionKey;
  return info !== undefined && info.endsAt > Date.now() ? sessionSigner : undefined;
}

/** A key of this browser alone, for the local chain. */
export async function developmentWallet(): Promise<Signer> {
  let hex = localStorage.getItem(DEVELOPMENT_KEY);
  if (hex === null) {
    hex = Array.from(crypto.getRandomValues(new Uint8Array(32)), (b) => b.toString(16).padStart(2, "0")).join("");
    localStorage.setItem(DEVELOPMENT_KEY, hex);
  }
  return seedKey(Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16)));
}

/** Opens the session and gives this browser's session key its limits. */
export async function signIn(wallet: Signer, kind: "development" | "wallet", limits: Limits): Promise<void> {
  const session = await desk.signIn(wallet);
  if (kind === "development") await desk.requestTestFunds();
  await delegate(wallet, limits);
  sessionStorage.setItem(WHO, kind);
  localStorage.setItem(WHO, kind);
  entered(session.account, kind, Number(session.expireTime?.seconds ?? 0n) * 1_000);
}

function entered(address: string, kind: "development" | "wallet", sessionEndsAt: number): void {
  store.setState({ account: { address, kind, sessionEndsAt }, sessionEnded: false });
}

async function delegate(wallet: Signer, limits: Limits): Promise<void> {
  const stored = await get<StoredKey>(wallet.publicKey);
  if (stored !== undefined) await desk.revokeDelegate((await signerOf(stored.pair)).publicKey);
  const key = await webCryptoKey();
  const lifeSeconds = limits.hours * 3_600;
  await desk.delegate(wallet, key, { maxOrderNotional: limits.maxOrderNotional, lifeSeconds });
  const kept: StoredKey = {
    pair: key.cryptoKey,
    maxOrderNotional: limits.maxOrderNotional,
    endsAt: Date.now() + lifeSeconds * 1_000 - RENEW_BEFORE_MILLIS,
  };
  await set(wallet.publicKey, kept);
  await useKey(kept);
}

async function useKey(kept: StoredKey): Promise<void> {
  sessionSigner = await signerOf(kept.pair);
  store.setState({
    sessionKey: { publicKey: sessionSigner.publicKey, maxOrderNotional: kept.maxOrderNotional, endsAt: kept.endsAt },
  });
}

/** After a reload: the cookie's session and the key in this browser, if both are still good. @returns whether they are */
export async function resume(): Promise<boolean> {
  const session = await desk.session();
  if (session === undefined) return false;
  const kept = await get<StoredKey>(session.account);
  if (kept !== undefined && kept.endsAt > Date.now()) await useKey(kept);
  const kind = localStorage.getItem(WHO) === "wallet" ? "wallet" : "development";
  entered(session.account, kind, Number(session.expireTime?.seconds ?? 0n) * 1_000);
  return true;
}

export async function signOut(): Promise<void> {
  const { account, sessionKey } = store.getState();
  if (sessionKey !== undefined) await desk.revokeDelegate(sessionKey.publicKey);
  if (account !== undefined) await del(account.address);
  sessionSigner = undefined;
  await desk.signOut();
}

/** To be called with whatever a call threw: a session that has ended asks for a new one. */
export function noticeSessionEnd(error: unknown): void {
  if (error instanceof QuantDeskError && error.category === "unauthenticated" && error.reason !== "SIGNATURE_INVALID") {
    store.setState({ sessionEnded: true });
  }
}
