import type { StreamStatus, Trouble } from "../data/messages.js";
import { use } from "../data/store.js";
import { followHere } from "../start.js";
import { useNow } from "./useNow.js";

const SKEW_MILLIS = 2_000;

/** The gateway is there, and a service behind it is not. */
const AWAY = new Set(["UPSTREAM_UNAVAILABLE", "SERVICE_STOPPING", "BOOK_NOT_READY"]);

function isLost(stream: StreamStatus | undefined): stream is StreamStatus {
  return stream?.state === "waiting" || stream?.state === "ended";
}

function causeOf(trouble: Trouble | undefined, what: string): string {
  if (trouble?.category === "limit") return "The limit of calls is reached";
  return trouble !== undefined && AWAY.has(trouble.reason) ? `${what} away for the moment` : "The connection to the gateway is lost";
}

/** What concerns the whole screen, in words, where it can't be overlooked. */
export function Banners() {
  const book = use((state) => state.streams.book);
  const orders = use((state) => state.streams.orders);
  const startTrouble = use((state) => state.startTrouble);
  const markets = use((state) => state.markets.length);
  const offset = use((state) => state.clockOffsetMillis);
  const uncertainty = use((state) => state.clockUncertaintyMillis);
  const resting = use((state) => state.resting);
  const now = useNow(250);
  const lost = [book, orders].find(isLost);
  const skewed = Number.isFinite(uncertainty) && Math.abs(offset) > SKEW_MILLIS + uncertainty;
  return (
    <div className="banners" role="status" aria-live="polite">
      {markets === 0 && startTrouble !== "" && <p className="banner bad">The gateway does not answer: {startTrouble} It is tried again every 2 s.</p>}
      {markets > 0 && lost !== undefined && (
        <p className="banner bad" data-testid="cut">
          {causeOf(lost.trouble, lost === book ? "Market data is" : "Order updates are")}
          {lost.trouble ? ` (${lost.trouble.message})` : ""}.{" "}
          {lost.retryAt !== undefined
            ? `Next try in ${Math.max(0, Math.ceil((lost.retryAt - now) / 1_000))} s. Orders you have placed are safe.`
            : "Reload the page to try again."}
        </p>
      )}
      {resting && (
        <p className="banner old" data-testid="resting">
          Another window of this browser follows the markets and your orders: a browser keeps too few connections to plain HTTP for two.
          What stands here is old.{" "}
          <button type="button" className="small" onClick={followHere}>Follow here</button>
        </p>
      )}
      {skewed && (
        <p className="banner old">
          This computer's clock is {(Math.abs(offset) / 1_000).toFixed(1)} s {offset > 0 ? "behind" : "ahead of"} the server's. Times shown are
          corrected; set the clock right.
        </p>
      )}
    </div>
  );
}
