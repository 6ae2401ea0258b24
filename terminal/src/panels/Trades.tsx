import { toMillis, TradeSide } from "@quantdesk/client";
import { rulesOf, use } from "../data/store.js";
import { clockTime, grouped, padded } from "../format.js";
import { Panel } from "./Panel.js";

const ROWS = 60;

export function Trades() {
  const trades = use((state) => state.trades);
  const tick = use(rulesOf)?.tickSize ?? "1";
  return (
    <Panel name="trades" title="Trades" help="Trades of the reference venue">
      <ol className="tape" aria-label="Latest trades, newest first" tabIndex={0}>
        {trades.slice(0, ROWS).map((trade) => (
          <li key={`${trade.epoch}/${trade.sequence}`} className="row">
            <span className={trade.takerSide === TradeSide.BUY ? "buy" : "sell"}>{grouped(padded(trade.price, tick))}</span>
            <span>{grouped(trade.quantity)}</span>
            <span className="quiet">{trade.venueTime ? clockTime(toMillis(trade.venueTime)) : ""}</span>
          </li>
        ))}
        {trades.length === 0 && <li className="quiet pad">No trade yet</li>}
      </ol>
    </Panel>
  );
}
