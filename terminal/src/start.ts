// Brings the page to life: configuration, markets, streams, and the session of an earlier visit.
import { QuantDeskError } from "@quantdesk/client";
import { type Feed, startFeed } from "./data/feed.js";
import { desk, resume } from "./data/session.js";
import { type Config, store } from "./data/store.js";
import { messageOf, readClock, refreshAccount, settleDoubts } from "./data/trading.js";

const RETRY_MILLIS = 2_000;
const FIRST_MARKET = "SOL-PERP";

let feed: Feed | undefined;

export function selectMarket(symbol: string): void {
  feed?.watch(symbol);
}

export function start(): void {
  feed = startFeed(() => void refreshAccount());
  let account: string | undefined;
  let ordersLive = false;
  store.subscribe(({ account: next, streams }) => {
    if (next?.address !== account) {
      account = next?.address;
      feed!.watchOrders(account !== undefined);
      if (account !== undefined) void refreshAccount();
    }
    const live = streams.orders?.state === "live";
    if (live && !ordersLive) void settleDoubts();
    ordersLive = live;
  });
  void untilItWorks(loadConfig);
  void untilItWorks(loadMarkets);
  void untilItWorks(resume);
}

async function loadConfig(): Promise<void> {
  const answer = await fetch("/config.json");
  if (!answer.ok) throw new Error(`/config.json: ${answer.status}`);
  store.setState({ config: (await answer.json()) as Config });
}

async function loadMarkets(): Promise<void> {
  const markets = [...(await desk.markets()).values()];
  store.setState({ markets, startTrouble: "" });
  readClock();
  const first = markets.find(({ symbol }) => symbol === FIRST_MARKET) ?? markets[0];
  if (first !== undefined) selectMarket(first.symbol);
}

async function untilItWorks(step: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await step();
      return;
    } catch (error) {
      store.setState({ startTrouble: messageOf(error) });
      const wait = error instanceof QuantDeskError ? (error.retryAfterMillis ?? 0) : 0;
      await new Promise((resolve) => setTimeout(resolve, Math.max(RETRY_MILLIS, wait)));
    }
  }
}
