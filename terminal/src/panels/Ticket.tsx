import { CancelReason, OffStep, OrderStatus, type OrderTicket, type QuantDeskError, Unreachable } from "@quantdesk/client";
import { useEffect, useRef, useState } from "react";
import { onSignal } from "../commands.js";
import { marginNeeded, slippage, worsePrice } from "../data/arithmetic.js";
import { desk } from "../data/session.js";
import { rulesOf, store, use } from "../data/store.js";
import { type Outcome, place } from "../data/trading.js";
import { usd, words } from "../format.js";
import { Panel } from "./Panel.js";
import { useNow } from "./useNow.js";

type TimeInForce = OrderTicket["timeInForce"];

interface Form {
  readonly side: "buy" | "sell";
  readonly type: "limit" | "market";
  readonly timeInForce: TimeInForce;
  readonly price: string;
  readonly quantity: string;
  /** Minutes until a good-till-time order ends. */
  readonly minutes: number;
  readonly postOnly: boolean;
  readonly postOnlySlide: boolean;
  readonly reduceOnly: boolean;
}

type Progress =
  | { readonly kind: "idle" }
  | { readonly kind: "sending" }
  | { readonly kind: "resolving" }
  | { readonly kind: "unknown"; readonly ask: () => Promise<Outcome> }
  | { readonly kind: "said"; readonly tone: "good" | "bad"; readonly text: string; readonly orderId?: string }
  | { readonly kind: "refused"; readonly error: QuantDeskError; readonly retryAt: number };

/** A market order may trade this much worse than the best price. */
const MARKET_BOUND_BASIS_POINTS = 100n;
const EMPTY: Form = { side: "buy", type: "limit", timeInForce: "gtc", price: "", quantity: "", minutes: 60, postOnly: false, postOnlySlide: false, reduceOnly: false };

/** How long a good-till-time order may be asked to work. */
const LIVES: readonly (readonly [minutes: number, label: string])[] = [[1, "1 minute"], [10, "10 minutes"], [60, "1 hour"], [480, "8 hours"], [1_440, "1 day"], [10_080, "7 days"]];

const picks = new EventTarget();

/** Fills the ticket from the book. */
export function pickPrice(price: string, side: "buy" | "sell"): void {
  picks.dispatchEvent(new CustomEvent("pick", { detail: { price, side } }));
}

export function Ticket() {
  const rules = use(rulesOf);
  const account = use((state) => state.account);
  const sessionKey = use((state) => state.sessionKey);
  const [form, setForm] = useState<Form>(EMPTY);
  const [progress, setProgress] = useState<Progress>({ kind: "idle" });
  const quantity = useRef<HTMLInputElement>(null);
  const change = (part: Partial<Form>) => {
    setForm((before) => sound({ ...before, ...part }));
    setProgress((before) => (isOpenQuestion(before) ? before : { kind: "idle" }));
  };
  useEffect(() => onSignal("focus-ticket", () => quantity.current?.focus()), []);
  useEffect(() => onSignal("buy", () => change({ side: "buy" })), []);
  useEffect(() => onSignal("sell", () => change({ side: "sell" })), []);
  useEffect(() => {
    const pick = (event: Event) => {
      const { price, side } = (event as CustomEvent<{ price: string; side: "buy" | "sell" }>).detail;
      change({ type: "limit", timeInForce: "gtc", price, side });
    };
    picks.addEventListener("pick", pick);
    return () => picks.removeEventListener("pick", pick);
  }, []);
  // What was meant for one market is not meant for another.
  useEffect(() => change({ price: "", quantity: "" }), [rules?.symbol]);

  const busy = isOpenQuestion(progress);
  const problem = rules === undefined ? "Waiting for the markets…" : problemOf(form, (f) => {
    if (f.type === "limit" && rules.toTicks(f.price) <= 0n) throw new RangeError("The price has to be above zero.");
    if (rules.toLots(f.quantity) <= 0n) throw new RangeError("The quantity has to be above zero.");
  });

  const submit = async () => {
    if (rules === undefined || busy || problem !== "") return;
    const price = form.type === "limit" ? form.price : marketBound(form.side, rules.tickSize);
    if (price === undefined) {
      setProgress({ kind: "said", tone: "bad", text: "The book is empty on the other side: there is no price to bound a market order by." });
      return;
    }
    setProgress({ kind: "sending" });
    const { minutes, ...terms } = form;
    const expireTime = form.timeInForce === "gtt" ? Math.round(desk.clock.now() + minutes * 60_000) : undefined;
    const ticket = { ...terms, market: rules.symbol, price, ...(expireTime !== undefined && { expireTime }) };
    await show(() => place(ticket, () => setProgress({ kind: "resolving" })));
  };

  const show = async (outcomeOf: () => Promise<Outcome>) => {
    try {
      setProgress(progressOf(await outcomeOf()));
    } catch (error) {
      setProgress({ kind: "said", tone: "bad", text: error instanceof Error ? error.message : String(error) });
    }
  };

  const askAgain = async (ask: () => Promise<Outcome>) => {
    setProgress({ kind: "resolving" });
    await show(ask);
  };

  return (
    <Panel name="ticket" title="Ticket" aside={sessionKey && <span className="badge" title={`Session key ${sessionKey.publicKey}`}>one-click ≤ {usd(sessionKey.maxOrderNotional)}</span>}>
      <form
        className="ticket-form"
        aria-label="Order ticket"
        onKeyDown={(event) => {
          // One press of a key is one order, however long it is held.
          if (event.key === "Enter" && event.repeat) event.preventDefault();
        }}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="segmented" role="group" aria-label="Side">
          <button type="button" className="buy" aria-pressed={form.side === "buy"} onClick={() => change({ side: "buy" })}>Buy</button>
          <button type="button" className="sell" aria-pressed={form.side === "sell"} onClick={() => change({ side: "sell" })}>Sell</button>
        </div>
        <div className="two">
          <label>
            Type
            <select value={form.type} onChange={(event) => change(event.target.value === "limit" ? { type: "limit", timeInForce: "gtc" } : { type: "market", timeInForce: "ioc" })}>
              <option value="limit">Limit</option>
              <option value="market">Market</option>
            </select>
          </label>
          <label>
            Time in force
            <select value={form.timeInForce} onChange={(event) => change({ timeInForce: event.target.value as TimeInForce })}>
              {form.type === "limit" && <option value="gtc">Good till cancelled</option>}
              {form.type === "limit" && <option value="gtt">Good till time</option>}
              <option value="ioc">Immediate or cancel</option>
              <option value="fok">Fill or kill</option>
            </select>
          </label>
        </div>
        {form.timeInForce === "gtt" && (
          <label>
            Ends after
            <select value={form.minutes} onChange={(event) => change({ minutes: Number(event.target.value) })}>
              {LIVES.map(([minutes, label]) => <option key={minutes} value={minutes}>{label}</option>)}
            </select>
          </label>
        )}
        {form.type === "limit" ? (
          <label>
            Price (USDC)
            <input inputMode="decimal" autoComplete="off" value={form.price} onChange={(event) => change({ price: event.target.value.trim() })} />
          </label>
        ) : (
          <p className="quiet bound">Trades at most {Number(MARKET_BOUND_BASIS_POINTS) / 100} % beyond the best price: your signature says so.</p>
        )}
        <label>
          Quantity{rules && ` (${rules.symbol.split("-")[0]}, lot ${rules.lotSize})`}
          <input ref={quantity} inputMode="decimal" autoComplete="off" value={form.quantity} onChange={(event) => change({ quantity: event.target.value.trim() })} />
        </label>
        <div className="two checks">
          <label className="check">
            <input type="checkbox" checked={form.postOnly} disabled={!mayRest(form)} onChange={(event) => change({ postOnly: event.target.checked })} />
            Post-only
          </label>
          <label className="check">
            <input type="checkbox" checked={form.reduceOnly} onChange={(event) => change({ reduceOnly: event.target.checked })} />
            Reduce-only
          </label>
          {form.postOnly && (
            <label className="check">
              <input type="checkbox" checked={form.postOnlySlide} onChange={(event) => change({ postOnlySlide: event.target.checked })} />
              Slide behind the best price
            </label>
          )}
        </div>
        <Costs form={form} />
        <button type="submit" className={`send ${form.side}`} disabled={busy || problem !== "" || account === undefined}
          onClick={(event) => {
            // The second click of a double click is no second order.
            if (event.detail > 1) event.preventDefault();
          }}
        >
          {busy ? BUSY[progress.kind as keyof typeof BUSY] : `${form.side === "buy" ? "Buy" : "Sell"} ${rules?.symbol ?? ""}`}
        </button>
        <p className="quiet hint">{account === undefined ? "Sign in to trade." : form.quantity === "" && form.price === "" ? "" : problem}</p>
        <Said progress={progress} onApply={(part) => change(part)} onAsk={(ask) => void askAgain(ask)} />
      </form>
    </Panel>
  );
}

function mayRest({ type, timeInForce }: Form): boolean {
  return type === "limit" && (timeInForce === "gtc" || timeInForce === "gtt");
}

/** What does not go together is put right rather than refused. */
function sound(form: Form): Form {
  const waits = form.timeInForce === "gtc" || form.timeInForce === "gtt";
  const timeInForce = form.type === "market" && waits ? "ioc" : form.timeInForce;
  const postOnly = form.postOnly && mayRest({ ...form, timeInForce });
  return { ...form, timeInForce, postOnly, postOnlySlide: postOnly && form.postOnlySlide };
}

const BUSY = {
  sending: "Sending…",
  resolving: "Resolving: asking what became of it…",
  unknown: "Not sent again while the last one is open",
};

/** Whether it is not known yet what became of an order: no other goes out from here meanwhile. */
function isOpenQuestion({ kind }: Progress): boolean {
  return kind in BUSY;
}

function progressOf(outcome: Outcome): Progress {
  switch (outcome.kind) {
    case "refused":
      return { kind: "refused", error: outcome.error, retryAt: Date.now() + (outcome.error.retryAfterMillis ?? 0) };
    case "not-placed":
      return { kind: "said", tone: "bad", text: outcome.why };
    case "unknown":
      return { kind: "unknown", ask: outcome.ask };
    case "placed": {
      const { orderId, filledQuantity, quantity, averagePrice, status, cancelReason } = outcome.order;
      const at = averagePrice === "" ? "" : ` at ${averagePrice}`;
      const rest = status === OrderStatus.CANCELLED ? `, the rest cancelled: ${words(CancelReason[cancelReason])}` : "";
      return { kind: "said", tone: "good", text: `Order ${orderId} acknowledged, ${filledQuantity} of ${quantity} filled${at}${rest}.`, orderId };
    }
  }
}

function problemOf(form: Form, check: (form: Form) => void): string {
  if (form.type === "limit" && form.price === "") return "A limit order needs a price.";
  if (form.quantity === "") return "How much?";
  try {
    check(form);
    return "";
  } catch (error) {
    if (error instanceof OffStep) return `${error.message[0]!.toUpperCase()}${error.message.slice(1)}.`;
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function marketBound(side: "buy" | "sell", tickSize: string): string | undefined {
  const { book } = store.getState();
  const best = side === "buy" ? book?.asks[0] : book?.bids[0];
  return best && worsePrice(best.price, side, MARKET_BOUND_BASIS_POINTS, tickSize);
}

function Costs({ form }: { form: Form }) {
  const rules = use(rulesOf);
  const book = use((state) => state.book);
  const free = use((state) => state.margin?.freeMargin);
  let margin = "–";
  let slip: ReturnType<typeof slippage>;
  try {
    const price = form.type === "limit" ? form.price : rules && marketBound(form.side, rules.tickSize);
    if (rules !== undefined && price && form.quantity) margin = form.reduceOnly ? "0" : marginNeeded(price, form.quantity, rules.initialMarginFraction);
    if (book !== undefined && form.quantity) slip = slippage(book, form.side, form.quantity);
  } catch (error) {
    // What is typed is no number yet; the line below the button says so.
    if (!(error instanceof OffStep)) throw error;
  }
  return (
    <dl className="costs">
      <div><dt>Margin needed</dt><dd>{margin === "–" ? margin : usd(margin)}</dd></div>
      <div><dt>Free margin</dt><dd>{usd(free)}</dd></div>
      <div><dt>Fee</dt><dd title="The venue charges no trading fee">0.00</dd></div>
      <div>
        <dt title="Average price over the reference venue's live book against its middle; the quotes here stand near that book, not in it">Slippage (reference)</dt>
        <dd>{slip === undefined ? "–" : `${slip.basisPoints} bp${slip.complete ? "" : " (book too thin)"}`}</dd>
      </div>
    </dl>
  );
}

interface SaidProps {
  readonly progress: Progress;
  readonly onApply: (part: Partial<Form>) => void;
  readonly onAsk: (ask: () => Promise<Outcome>) => void;
}

function Said({ progress, onApply, onAsk }: SaidProps) {
  return (
    <div className="said" role="status" aria-live="polite">
      {progress.kind === "said" && (
        <p className={progress.tone}>
          {progress.text}{" "}
          {progress.orderId !== undefined && (
            <button type="button" className="link" onClick={() => store.setState({ openJourney: progress.orderId })}>Show its journey</button>
          )}
        </p>
      )}
      {progress.kind === "unknown" && (
        <p className="bad" data-testid="unknown">
          <strong>Not known.</strong> The order was sent, and nobody could say yet what became of it. It may have been placed.{" "}
          <button type="button" className="link" onClick={() => onAsk(progress.ask)}>Ask again</button>
        </p>
      )}
      {progress.kind === "refused" && <Refused {...progress} onApply={onApply} />}
    </div>
  );
}

function Refused({ error, retryAt, onApply }: { error: QuantDeskError; retryAt: number; onApply: (part: Partial<Form>) => void }) {
  const now = useNow(250);
  const { suggestion } = error;
  const left = Math.ceil((retryAt - now) / 1_000);
  return (
    <>
      <p className="bad" data-reason={error.reason}>
        <strong>{error instanceof Unreachable ? "Not sent." : "Refused."}</strong> {error.message}
      </p>
      {left > 0 && <p className="bad">Possible again in {left} s.</p>}
      {Object.entries(error.fields).map(([field, rule]) => <p key={field} className="quiet">{field}: {rule}</p>)}
      {(suggestion?.quantity ?? suggestion?.price) !== undefined && (
        <button
          type="button"
          className="apply"
          onClick={() => onApply({
            ...(suggestion?.quantity !== undefined && { quantity: suggestion.quantity }),
            ...(suggestion?.price !== undefined && { price: suggestion.price }),
          })}
        >
          Apply: {[suggestion?.quantity && `quantity ${suggestion.quantity}`, suggestion?.price && `price ${suggestion.price}`].filter(Boolean).join(", ")}
        </button>
      )}
      {suggestion?.deposit !== undefined && <p className="quiet">It passes with {suggestion.deposit} USDC more collateral.</p>}
      {error.traceId !== undefined && <p className="quiet trace">trace {error.traceId}</p>}
    </>
  );
}
