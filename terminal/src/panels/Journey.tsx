import { OrderStatus, Side } from "@quantdesk/client";
import { useEffect, useRef } from "react";
import { duration, type Journey as JourneyData, journeyOf, type Stage } from "../data/journey.js";
import { store, use } from "../data/store.js";
import { grouped, words } from "../format.js";

/** An order's way as a waterfall; to a screen reader it is a list. */
export default function Journey({ orderId }: { orderId: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const facts = use((state) => state.journeys.get(orderId));
  const offsetMillis = use((state) => state.clockOffsetMillis);
  const uncertaintyMillis = use((state) => state.clockUncertaintyMillis);
  const traceUrl = use((state) => state.config.traceUrl);
  useEffect(() => {
    dialog.current?.showModal();
  }, [orderId]);
  if (facts === undefined) return null;
  const { order } = facts;
  const journey = journeyOf(facts, { offsetMillis, uncertaintyMillis });
  return (
    <dialog ref={dialog} className="dialog journey" aria-label={`Journey of order ${orderId}`} onClose={() => store.setState({ openJourney: undefined })}>
      <header>
        <h2>
          The journey of order {orderId} <span className={order.side === Side.BUY ? "buy" : "sell"}>{words(Side[order.side])} {grouped(order.quantity)} {order.market}</span>
        </h2>
        <button type="button" className="small" onClick={() => dialog.current?.close()}>Close</button>
      </header>
      <Headline journey={journey} status={words(OrderStatus[order.status])} />
      <Waterfall journey={journey} />
      {!journey.fromHere && <p className="quiet">This order was not placed from this screen: its stages before the acknowledgement were not seen here. The trace has them.</p>}
      <footer className="quiet">
        <span>
          Clocks aligned to ± {Number.isFinite(uncertaintyMillis) ? duration(uncertaintyMillis) : "?"}; hatched ends are within that uncertainty.
          Bright bars are the critical path.
        </span>
        {order.traceId !== "" && traceUrl !== "" && (
          <a href={traceUrl + order.traceId} target="_blank" rel="noreferrer">Trace {order.traceId.slice(0, 8)}… ↗</a>
        )}
      </footer>
    </dialog>
  );
}

function Headline({ journey, status }: { journey: JourneyData; status: string }) {
  const chain = journey.stages.find(({ id }) => id === "chain");
  const answer = journey.stages.find(({ id }) => id === "answer");
  const match = journey.stages.find(({ id }) => id === "engine" || id === "resting");
  return (
    <dl className="headline">
      <div>
        <dt>Match to confirmation</dt>
        <dd className="big" data-testid="slots">
          {journey.slots === undefined ? "–" : `≈ ${journey.slots} ${journey.slots === 1 ? "slot" : "slots"}`}
          {chain !== undefined && match !== undefined && <small>{duration(chain.end - match.end)}</small>}
        </dd>
      </div>
      <div>
        <dt>Confirmed in slot</dt>
        <dd className="big" data-testid="slot">{journey.slot === undefined ? "–" : grouped(journey.slot.toString())}</dd>
      </div>
      <div>
        <dt>Click to acknowledgement</dt>
        <dd className="big">{answer === undefined ? "–" : duration(answer.end - journey.start)}</dd>
      </div>
      <div>
        <dt>Click to finality</dt>
        <dd className="big">{journey.complete && journey.fromHere ? duration(journey.end - journey.start) : "–"}</dd>
      </div>
      <div>
        <dt>Status</dt>
        <dd className="big">{status}</dd>
      </div>
    </dl>
  );
}

/** Stages of milliseconds stand beside one of seconds: the first part of the axis, up to the acknowledgement, is stretched. */
function axis(journey: JourneyData): { at: (millis: number) => number; split: number | undefined } {
  const total = Math.max(1, journey.end - journey.start);
  const acknowledged = journey.stages.find(({ id }) => id === "answer")?.end;
  const head = acknowledged === undefined ? 0 : acknowledged - journey.start;
  if (head <= 0 || head > total / 3) return { at: (millis) => (100 * (millis - journey.start)) / total, split: undefined };
  const share = 50;
  return {
    at(millis) {
      const since = millis - journey.start;
      return since <= head ? (share * since) / head : share + ((100 - share) * (since - head)) / (total - head);
    },
    split: share,
  };
}

function Waterfall({ journey }: { journey: JourneyData }) {
  const { at, split } = axis(journey);
  return (
    <div className="waterfall">
      <ol aria-label="Stages in the order they began">
        {journey.stages.map((stage) => (
          <Row key={stage.id} stage={stage} journey={journey} at={at} split={split} />
        ))}
      </ol>
      {split !== undefined && <p className="quiet scale" aria-hidden="true"><span>stretched up to the acknowledgement</span><span>settlement</span></p>}
    </div>
  );
}

function Row({ stage, journey, at, split }: { stage: Stage; journey: JourneyData; at: (millis: number) => number; split: number | undefined }) {
  const length = stage.end - stage.start;
  const doubt = stage.spans === "both" && Number.isFinite(journey.uncertaintyMillis) ? journey.uncertaintyMillis : 0;
  const left = at(stage.start);
  const right = at(stage.end);
  const doubtEnd = Math.min(100, at(stage.end + doubt));
  return (
    <li className={stage.critical ? "stage critical" : "stage"}>
      <span className="name">{stage.label}</span>
      <span className="track" aria-hidden="true">
        {split !== undefined && <i className="split" style={{ left: `${split}%` }} />}
        <i className="bar" style={{ left: `${left}%`, width: `max(2px, ${right - left}%)` }} />
        {doubt > 0 && <i className="doubt" style={{ left: `${right}%`, width: `${doubtEnd - right}%` }} />}
      </span>
      <span className="when">
        <span className="sr">began </span>+{duration(stage.start - journey.start)}<span className="sr"> after the click, took </span>
      </span>
      <span className="took">
        {duration(length)}
        {doubt > 0 && <span className="quiet"> ± {duration(doubt)}</span>}
        {stage.note !== undefined && <span className="quiet"> · {stage.note}</span>}
        {stage.critical && <span className="sr">, on the critical path</span>}
      </span>
    </li>
  );
}
