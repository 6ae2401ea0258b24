import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type CallOptions, Code, ConnectError } from "@connectrpc/connect";
import { BrokenBook } from "./book.js";
import { localMillis, toMillis } from "./clock.js";
import { QuantDeskError, Refusal, toError } from "./errors.js";

const BACKOFF_MIN_MILLIS = 100;
const BACKOFF_MAX_MILLIS = 5_000;
/** A connection that held this long was a good one: the next attempts are quick again. */
const STABLE_MILLIS = 10_000;

/** A connection that carries nothing for this long may be dead without a word, as after a computer's sleep: it is made anew. */
const SILENCE_MILLIS = 15_000;

export type StreamState = "connecting" | "live" | "waiting";

export interface StreamOptions {
  /** Ends the stream. Without it, leaving the loop does. */
  readonly signal?: AbortSignal;
  /** How long a connection may carry nothing before it is made anew; 15 s. What came before is then resumed. */
  readonly silenceMillis?: number;
  /** Told how the connection stands; `retryInMillis` comes with "waiting", `error` with what broke it. */
  readonly onState?: (state: StreamState, detail: { retryInMillis?: number; error?: QuantDeskError }) => void;
}

/** The whole state; replaces what was known. */
export interface Snapshot<T> {
  readonly kind: "snapshot";
  readonly value: T;
  /** When the server sent it, in Unix milliseconds by its clock. */
  readonly serverTime?: number;
}

/** One step further. */
export interface Update<T> {
  readonly kind: "update";
  readonly value: T;
  /** When the server sent it, in Unix milliseconds by its clock. */
  readonly serverTime?: number;
}

/** Something is missing between what came before and what comes next. */
export interface Gap {
  readonly kind: "gap";
  readonly why: string;
}

/** The connection was lost and is back, and nothing is missing. Comes with the first message of the new connection. */
export interface Resumed {
  readonly kind: "resumed";
}

export type StreamEvent<S, U = S> = Snapshot<S> | Update<U> | Gap | Resumed;

/** What every message of a stream has. */
interface Timed {
  readonly serverTime?: Timestamp | undefined;
}

/** What one kind of stream knows: where it stands, and what its messages mean. */
export interface StreamSource<M extends Timed, S, U> {
  /** Opens the stream after what was accepted last, or from the start. */
  open(options: CallOptions): AsyncIterable<M>;
  /** @throws BrokenBook when the message does not continue what came before */
  accept(message: M): Iterable<StreamEvent<S, U>>;
  /** Forgets where it stands, so that the next opening starts anew. */
  reset(): void;
  /** Whether an opening now continues what came before. */
  readonly resumable: boolean;
}

/** Follows a source over lost connections until it is stopped or refused for good. @throws Refusal */
export async function* follow<M extends Timed, S, U>(
  source: StreamSource<M, S, U>,
  options: StreamOptions = {},
): AsyncGenerator<StreamEvent<S, U>, void, undefined> {
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted) stop.abort();
  try {
    yield* connections(source, options, stop.signal);
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    stop.abort();
  }
}

async function* connections<M extends Timed, S, U>(
  source: StreamSource<M, S, U>,
  { onState, silenceMillis = SILENCE_MILLIS }: StreamOptions,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent<S, U>, void, undefined> {
  let failures = 0;
  let last: StreamEvent<S, U>["kind"] | undefined;
  let silent = false;
  while (!signal.aborted) {
    if (!silent) onState?.("connecting", {});
    silent = false;
    const silence = new Silence(silenceMillis);
    let answered = false;
    const onHeader = () => {
      answered = true;
      onState?.("live", {});
    };
    const openedAt = localMillis();
    let error: QuantDeskError | undefined;
    try {
      const announce = last !== undefined && last !== "gap";
      const options = { signal: AbortSignal.any([signal, silence.signal]), onHeader };
      for await (const event of connection(source, announce, options, () => silence.broken())) {
        last = event.kind;
        yield event;
      }
    } catch (thrown) {
      if (signal.aborted) return;
      if (silence.signal.aborted) {
        silent = answered;
        if (!answered) error = silence.error();
      } else if (thrown instanceof BrokenBook) {
        source.reset();
        last = "gap";
        yield { kind: "gap", why: thrown.message };
      } else {
        error = passing(thrown);
        if (error.reason === "RESUME_EXPIRED") source.reset();
      }
    } finally {
      silence.end();
    }
    if (signal.aborted) return;
    if (silent) continue;
    if (localMillis() - openedAt > STABLE_MILLIS) failures = 0;
    const retryInMillis = Math.max(error?.retryAfterMillis ?? 0, backoff(failures++));
    onState?.("waiting", { retryInMillis, ...(error && { error }) });
    await sleep(retryInMillis, signal);
  }
}

/** Fires when nothing was heard for too long. */
class Silence {
  readonly #controller = new AbortController();
  readonly #millis: number;
  #timer: ReturnType<typeof setTimeout>;

  constructor(millis: number) {
    this.#millis = millis;
    this.#timer = this.#started();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  broken(): void {
    this.end();
    this.#timer = this.#started();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  error(): QuantDeskError {
    return toError(new ConnectError(`The gateway has not answered for ${Math.round(this.#millis / 1_000)} s.`, Code.Unavailable));
  }

  #started() {
    return setTimeout(() => this.#controller.abort(), this.#millis);
  }
}

/** @param announce whether to say first if something was missed since the connection before */
async function* connection<M extends Timed, S, U>(
  source: StreamSource<M, S, U>,
  announce: boolean,
  options: CallOptions,
  onMessage: () => void,
): AsyncGenerator<StreamEvent<S, U>, void, undefined> {
  const { resumable } = source;
  let announced = !announce;
  for await (const message of source.open(options)) {
    onMessage();
    const events = [...source.accept(message)];
    if (!announced) {
      announced = true;
      if (!resumable || events.some(({ kind }) => kind === "snapshot")) yield { kind: "gap", why: "the stream began anew" };
      else if (!events.some(({ kind }) => kind === "gap")) yield { kind: "resumed" };
    }
    const serverTime = message.serverTime && toMillis(message.serverTime);
    for (const event of events) {
      const timed = serverTime !== undefined && (event.kind === "snapshot" || event.kind === "update");
      yield timed ? { ...event, serverTime } : event;
    }
  }
}

/** What a new connection may overcome; everything else is thrown. */
function passing(thrown: unknown): QuantDeskError {
  // Whatever is not about the call is a mistake in this program, which trying again would only hide.
  if (!(thrown instanceof ConnectError) && !(thrown instanceof QuantDeskError)) throw thrown;
  const error = toError(thrown);
  if (error instanceof Refusal && !error.retryable && error.reason !== "RESUME_EXPIRED") throw error;
  return error;
}

/** Doubles with each failure up to a bound; the half that is left to chance keeps clients from coming back all at once. */
function backoff(failures: number): number {
  const most = Math.min(BACKOFF_MAX_MILLIS, BACKOFF_MIN_MILLIS * 2 ** Math.min(failures, 16));
  return most / 2 + (Math.random() * most) / 2;
}

export function sleep(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, millis);
    signal?.addEventListener("abort", done, { once: true });
    if (signal?.aborted) done();
  });
}
