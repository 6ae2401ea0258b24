// An order's way from the click to the chain and to the screen. Pure: all times are local Unix milliseconds.
import {
  FillSettlement, type Order, OrderChange, type OrderUpdate, type PlacedOrder, type ServerClock, toMillis,
} from "@quantdesk/client";

/** What Solana aims at between two slots. */
export const SLOT_MILLIS = 400;

export interface Seen {
  readonly clickedAt: number;
  readonly placed: PlacedOrder;
}

/** What this screen knows of one order's way. Times of the server are kept as the server gave them. */
export interface JourneyFacts {
  readonly order: Order;
  readonly seen?: Seen;
  readonly settlementSentAt?: number;
  readonly confirmedAt?: number;
  readonly settledAt?: number;
  /** Local: when the fill stood in the positions on this screen. */
  readonly drawnAt?: number;
}

export interface Stage {
  readonly id: string;
  readonly label: string;
  readonly start: number;
  readonly end: number;
  /** Whose clocks the two ends were read from: between different ones the clocks' uncertainty counts. */
  readonly spans: "browser" | "server" | "both";
  readonly critical: boolean;
  readonly note?: string;
}

export interface Journey {
  readonly stages: readonly Stage[];
  readonly start: number;
  readonly end: number;
  readonly uncertaintyMillis: number;
  /** Slots from the match to the confirmation, by the nominal slot time. */
  readonly slots?: number;
  readonly slot?: bigint;
  readonly complete: boolean;
  /** Whether the order was placed from this screen, so that the stages before the acknowledgement are known. */
  readonly fromHere: boolean;
}

/** Takes a change of an order into what is known. */
export function note(facts: JourneyFacts | undefined, update: OrderUpdate): JourneyFacts {
  const order = update.order!;
  const at = order.updateTime ? toMillis(order.updateTime) : undefined;
  const next = { ...facts, order };
  if (at === undefined) return next;
  switch (update.change) {
    case OrderChange.SETTLEMENT_SENT:
      return { ...next, settlementSentAt: at };
    case OrderChange.SETTLEMENT_CONFIRMED:
      return { ...next, confirmedAt: at };
    case OrderChange.SETTLED:
      return { ...next, settledAt: at, confirmedAt: next.confirmedAt ?? at };
    default:
      return next;
  }
}

const LABELS: Record<string, string> = {
  gateway: "Gateway (Envoy)",
  checks: "Order and signature checks",
  risk: "Risk: margin reserved",
  engine: "Engine: journalled and matched",
};

export function journeyOf(facts: JourneyFacts, clock: Pick<ServerClock, "offsetMillis" | "uncertaintyMillis">): Journey {
  const causal = facts.seen === undefined ? 0 : causalShift(facts.seen, clock.offsetMillis);
  const local = (serverMillis: number) => serverMillis - clock.offsetMillis + causal;
  const stages: Stage[] = [];
  const add = (id: string, label: string, start: number, end: number, spans: Stage["spans"], critical: boolean, note?: string) =>
    stages.push({ id, label, start, end: Math.max(start, end), spans, critical, ...(note !== undefined && { note }) });

  const accepted = facts.order.createTime ? local(toMillis(facts.order.createTime)) : undefined;
  if (facts.seen !== undefined) addOwnStages(facts.seen, local, add);
  else if (accepted !== undefined) add("accepted", "Accepted by the engine", accepted, accepted, "server", true);

  const fills = facts.order.fills;
  const traded = fills.length > 0 ? local(Math.max(...fills.map(({ tradeTime }) => (tradeTime ? toMillis(tradeTime) : 0)))) : undefined;
  // The engine counts in whole milliseconds: what it matched within this one, it matched after it had begun.
  const engine = stages.find(({ id }) => id === "engine");
  const matched = traded !== undefined && engine !== undefined && engine.start - traded < 1 ? Math.max(traded, engine.start) : traded;
  const sent = facts.settlementSentAt === undefined ? undefined : local(facts.settlementSentAt);
  const confirmed = facts.confirmedAt === undefined ? undefined : local(facts.confirmedAt);
  const slot = fills.findLast(({ settlement }) => settlement === FillSettlement.CONFIRMED)?.slot;
  const slots = matched !== undefined && confirmed !== undefined ? Math.max(0, Math.round((confirmed - matched) / SLOT_MILLIS)) : undefined;
  if (matched !== undefined) {
    const resting = accepted !== undefined && matched - accepted > 1;
    if (resting) add("resting", "In the book until matched", accepted, matched, "server", true);
    if (facts.drawnAt !== undefined) add("drawn", "Position drawn on this screen", matched, facts.drawnAt, "both", false);
    if (sent !== undefined) add("batch", "Settlement: batched and sent", matched, sent, "server", true);
    if (confirmed !== undefined) {
      add("chain", "Solana: sent to confirmed", sent ?? matched, confirmed, "server", true, slot === undefined ? undefined : `slot ${slot}`);
    }
  }
  const start = Math.min(...stages.map((stage) => stage.start));
  const end = Math.max(...stages.map((stage) => stage.end));
  return {
    stages: stages.sort((a, b) => a.start - b.start || a.end - b.end),
    start: Number.isFinite(start) ? start : 0,
    end: Number.isFinite(end) ? end : 0,
    uncertaintyMillis: clock.uncertaintyMillis,
    ...(slots !== undefined && { slots }),
    ...(slot !== undefined && slot > 0n && { slot }),
    complete: facts.settledAt !== undefined,
    fromHere: facts.seen !== undefined,
  };
}

/**
 * By how much the server's times have to move, so that this order reached the gateway after it had left here, and was answered
 * before the answer came: the reading of the clocks is not finer than its uncertainty, cause and effect are.
 */
function causalShift({ placed }: Seen, offsetMillis: number): number {
  const stages = placed.response.stages.filter(({ startTime, endTime }) => startTime && endTime);
  if (stages.length === 0) return 0;
  const least = placed.sentAt - (toMillis(stages[0]!.startTime!) - offsetMillis);
  const most = placed.answeredAt - (toMillis(stages.at(-1)!.endTime!) - offsetMillis);
  return least > 0 ? least : Math.min(0, most);
}

type Add = (id: string, label: string, start: number, end: number, spans: Stage["spans"], critical: boolean, note?: string) => void;

function addOwnStages({ clickedAt, placed }: Seen, local: (millis: number) => number, add: Add): void {
  const stages = placed.response.stages.filter(({ startTime, endTime }) => startTime && endTime);
  const first = stages[0];
  const last = stages.at(-1);
  add("sign", "Click: intent signed", clickedAt, placed.sentAt, "browser", true);
  if (first === undefined || last === undefined) {
    add("answer", "Request to answer", placed.sentAt, placed.answeredAt, "browser", true);
    return;
  }
  add("uplink", "Browser to gateway", placed.sentAt, local(toMillis(first.startTime!)), "both", true);
  for (const stage of stages) {
    add(stage.name, LABELS[stage.name] ?? stage.name, local(toMillis(stage.startTime!)), local(toMillis(stage.endTime!)), "server", true);
  }
  add("answer", "Answer to the browser", local(toMillis(last.endTime!)), placed.answeredAt, "both", false);
}

/** Milliseconds as a trader reads them. */
export function duration(millis: number): string {
  if (millis < 0.95) return `${millis.toFixed(1)} ms`;
  if (millis < 1_000) return `${Math.round(millis)} ms`;
  return `${(millis / 1_000).toFixed(2)} s`;
}
