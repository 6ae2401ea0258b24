import type { BookLevel } from "@quantdesk/client";
import { toggleFreeze } from "../commands.js";
import { rulesOf, shownBook, use } from "../data/store.js";
import { grouped, padded } from "../format.js";
import { Panel } from "./Panel.js";
import { pickPrice } from "./Ticket.js";
import { useNow } from "./useNow.js";

const ROWS = 14;
const OLD_MILLIS = 3_000;
const STALE_MILLIS = 5_000;

export function Book() {
  const book = use(shownBook);
  const frozen = use((state) => state.frozenBook !== undefined);
  const rules = use(rulesOf);
  const tick = rules?.tickSize ?? "1";
  return (
    <Panel
      name="book"
      title="Order book"
      help="The reference venue's book, verified level by level. The house's quotes stand near its prices."
      aside={
        <span className="aside">
          <Age />
          <button type="button" className="small" aria-pressed={frozen} onClick={toggleFreeze} title="Freeze (f)">
            {frozen ? "Frozen" : "Freeze"}
          </button>
        </span>
      }
    >
      {book === undefined ? (
        <p className="quiet pad">Waiting for the order book…</p>
      ) : (
        <div className="ladder" data-sequence={book.sequence.toString()} data-checksum={book.checksum}>
          <div className="row head" aria-hidden="true">
            <span>Price</span>
            <span>Size ({book.quantityUnit})</span>
            <span>Total</span>
          </div>
          <Levels side="sell" levels={book.asks} tick={tick} />
          <Spread bid={book.bids[0]} ask={book.asks[0]} tick={tick} />
          <Levels side="buy" levels={book.bids} tick={tick} />
        </div>
      )}
    </Panel>
  );
}

function Levels(props: { side: "buy" | "sell"; levels: readonly BookLevel[]; tick: string }) {
  const levels = props.levels.slice(0, ROWS);
  // Bar lengths and totals are for the eye: the nearest double will do.
  let sum = 0;
  const totals = levels.map(({ quantity }) => (sum += Number(quantity)));
  const rows = levels.map((level, index) => (
    <li key={level.price}>
      <button
        type="button"
        className={`row level ${props.side}`}
        style={{ "--depth": `${sum === 0 ? 0 : (100 * totals[index]!) / sum}%` } as React.CSSProperties}
        title="Take this price"
        onClick={() => pickPrice(level.price, props.side === "buy" ? "sell" : "buy")}
      >
        <span className="price">{grouped(padded(level.price, props.tick))}</span>
        <span>{grouped(level.quantity)}</span>
        <span className="quiet">{compact(totals[index]!)}</span>
        <span className="sr">{props.side === "buy" ? "bid" : "ask"}</span>
      </button>
    </li>
  ));
  return (
    <ol className={`levels ${props.side}`} aria-label={props.side === "buy" ? "Bids, best first" : "Asks, best last"}>
      {props.side === "sell" ? rows.reverse() : rows}
    </ol>
  );
}

const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

function compact(value: number): string {
  return COMPACT.format(value);
}

function Spread(props: { bid: BookLevel | undefined; ask: BookLevel | undefined; tick: string }) {
  if (props.bid === undefined || props.ask === undefined) return <div className="spread">One side is empty</div>;
  const bid = Number(props.bid.price);
  const ask = Number(props.ask.price);
  return (
    <div className="spread">
      <span>Spread {padded((ask - bid).toFixed(9).replace(/\.?0+$/, ""), props.tick)}</span>
      <span className="quiet">{((20_000 * (ask - bid)) / (ask + bid)).toFixed(2)} bp</span>
    </div>
  );
}

/** How old the book is, once that is worth saying. */
function Age() {
  const at = use((state) => state.bookAt);
  const stream = use((state) => state.streams.book);
  const now = useNow(250);
  if (at === 0) return null;
  const age = Math.max(0, now - at);
  if (stream?.state === "waiting") return <span className="badge bad" role="status">stream cut · {Math.floor(age / 1_000)} s old</span>;
  if (age < OLD_MILLIS) return <span className="badge good" title="Every change is held against the server's checksum">live · verified</span>;
  return (
    <span className={age < STALE_MILLIS ? "badge old" : "badge bad"} role="status">
      {Math.floor(age / 1_000)} s old
    </span>
  );
}
