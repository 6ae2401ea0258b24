import { add, formatDecimal, parseDecimal } from "@quantdesk/client";
import { divide } from "../data/arithmetic.js";
import { rulesOf, use } from "../data/store.js";
import { grouped, padded } from "../format.js";

export function MarketHead() {
  const rules = use(rulesOf);
  const book = use((state) => state.book);
  const last = use((state) => state.trades[0]);
  const bid = book?.bids[0]?.price;
  const ask = book?.asks[0]?.price;
  const middle = bid !== undefined && ask !== undefined
    ? formatDecimal(divide(add(parseDecimal(bid), parseDecimal(ask)), { units: 2n, scale: 0 }, 6))
    : undefined;
  return (
    <div className="market-head">
      <strong className="symbol">{rules?.symbol ?? "–"}</strong>
      <dl>
        <div>
          <dt>Mid</dt>
          <dd className="big">{middle === undefined ? "–" : grouped(middle)}</dd>
        </div>
        <div>
          <dt>Last</dt>
          <dd>{last === undefined || rules === undefined ? "–" : grouped(padded(last.price, rules.tickSize))}</dd>
        </div>
        <div>
          <dt>Bid</dt>
          <dd className="buy">{bid === undefined ? "–" : grouped(bid)}</dd>
        </div>
        <div>
          <dt>Ask</dt>
          <dd className="sell">{ask === undefined ? "–" : grouped(ask)}</dd>
        </div>
        <div>
          <dt>Tick / lot</dt>
          <dd>{rules === undefined ? "–" : `${rules.tickSize} / ${rules.lotSize}`}</dd>
        </div>
      </dl>
    </div>
  );
}
