// Brings the page to life: configuration, markets, streams, and the session of an earlier visit.
import { QuantDeskError } from "@quantdesk/client";
import { type Feed, startFeed } from "./data/feed.js";
import { followLiveWindow, type LiveWindow } from "./data/live.js";
import { desk, resume } from "./data/session.js";
import { type Config, store } from "./data/store.js";
import { followMarks, loadHistory, messageOf, refreshAccount, settleDoubts } from "./data/trading.js";

const RETRY_MILLIS = 2_000;
const FIRST_MARKET = "SOL-PERP";

/** A window that is not live after this long says why. */
const RESTING_AFTER_MILLIS = 500;

let feed: Feed | undefined;
let liveWindow: LiveWindow | undefined;

export function selectMarket(symbol: string): void {
  feed?.watch(symbol);
}

/** Makes this window the one that follows the streams. */
export function followHere(): void {
  liveWindow?.take();
}

function startWindow(running: Feed): void {
  let saying: ReturnType<typeof setTimeout> | undefined;
  const sayLater = () => {
    saying = setTimeout(() => store.setState({ resting: !document.hidden }), RESTING_AFTER_MILLIS);
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(saying);
    if (!document.hidden && Object.keys(store.getState().streams).length === 0) sayLater();
  });
  sayLater();
  liveWindow = followLiveWindow((live) => {
    clearTimeout(saying);
    running.rest(!live);
    if (live) store.setState({ resting: false });
    else sayLater();
  });
}

export function start(): void {
  feed = startFeed(() => void refreshAccount());
  startWindow(feed);
  followMarks();
  let account: string | undefined;
  let ordersLive = false;
  store.subscribe(({ account: next, streams }) => {
    if (next?.address !== account) {
      account = next?.address;
      feed!.watchOrders(account !== undefined);
      if (account !== undefined) {
        void refreshAccount();
        void loadHistory();
      }
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
