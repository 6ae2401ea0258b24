// What keys, palette and buttons do alike.
import { cancelAll, messageOf } from "./data/trading.js";
import { store } from "./data/store.js";
import { selectMarket } from "./start.js";

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly keys?: string;
  readonly run: () => void;
}

/** Events that panels listen to, as one panel does not know the other. */
export type Signal = "focus-search" | "focus-ticket" | "buy" | "sell" | "help" | "palette" | "cancelled";

const signals = new EventTarget();

export function signal(name: Signal, detail?: string): void {
  signals.dispatchEvent(new CustomEvent(name, { detail }));
}

export function onSignal(name: Signal, listener: (detail: string | undefined) => void): () => void {
  const handle = (event: Event) => listener((event as CustomEvent<string | undefined>).detail);
  signals.addEventListener(name, handle);
  return () => signals.removeEventListener(name, handle);
}

export function toggleFreeze(): void {
  store.setState(({ frozenBook, book }) => ({ frozenBook: frozenBook === undefined ? book : undefined }));
}

export function cancelEverything(): void {
  cancelAll().then(
    (failed) => signal("cancelled", failed.length === 0 ? "Every open order is cancelled." : failed.join(" ")),
    (error: unknown) => signal("cancelled", messageOf(error)),
  );
}

export function commands(): Command[] {
  return [
    { id: "search", label: "Search markets", keys: "/", run: () => signal("focus-search") },
    { id: "ticket", label: "Go to the ticket", keys: "t", run: () => signal("focus-ticket") },
    { id: "buy", label: "Buy side", keys: "b", run: () => signal("buy") },
    { id: "sell", label: "Sell side", keys: "s", run: () => signal("sell") },
    { id: "freeze", label: "Freeze or release the order book", keys: "f", run: toggleFreeze },
    { id: "cancel", label: "Cancel all open orders", keys: "Shift+X", run: cancelEverything },
    { id: "help", label: "Keys", keys: "?", run: () => signal("help") },
    { id: "palette", label: "Command palette", keys: "Ctrl+K", run: () => signal("palette") },
    ...store.getState().markets.map(({ symbol }) => ({
      id: `market ${symbol}`,
      label: `Show ${symbol}`,
      run: () => selectMarket(symbol),
    })),
  ];
}

const KEYS: Record<string, string> = { "/": "search", t: "ticket", b: "buy", s: "sell", f: "freeze", X: "cancel", "?": "help" };

/** Keys work everywhere but in fields, where they are text. */
export function listenToKeys(): () => void {
  const listener = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      signal("palette");
      return;
    }
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const command = commands().find(({ id }) => id === KEYS[event.key]);
    if (command === undefined) return;
    event.preventDefault();
    command.run();
  };
  document.addEventListener("keydown", listener);
  return () => document.removeEventListener("keydown", listener);
}
