import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** Readings kept, and for how long; the best of them counts, so that one slow answer does no harm. */
const READINGS_MAX = 32;
const RECENT_MILLIS = 600_000;

interface Reading {
  readonly offset: number;
  readonly uncertainty: number;
  readonly takenAt: number;
}

/** The server's clock as seen from here, by the times that its answers carry. All times are Unix milliseconds. */
export class ServerClock {
  readonly #local: () => number;
  readonly #onReading: ((clock: ServerClock) => void) | undefined;
  #readings: readonly Reading[] = [];

  /** @param local the local clock; it must not jump @param onReading told after every answer that had the server's time */
  constructor(local: () => number = localMillis, onReading?: (clock: ServerClock) => void) {
    this.#local = local;
    this.#onReading = onReading;
  }

  /** @param sentAt local time when the call left, @param receivedAt when its answer was here */
  observe(sentAt: number, serverTime: Timestamp | undefined, receivedAt: number): void {
    if (serverTime === undefined || receivedAt < sentAt) return;
    const uncertainty = (receivedAt - sentAt) / 2;
    const reading = { offset: toMillis(serverTime) - (sentAt + uncertainty), uncertainty, takenAt: receivedAt };
    const recent = this.#readings.filter(({ takenAt }) => receivedAt - takenAt <= RECENT_MILLIS);
    this.#readings = [...recent, reading].slice(-READINGS_MAX);
    this.#onReading?.(this);
  }

  get samples(): number {
    return this.#readings.length;
  }

  /** Server time less local time; 0 before the first answer. */
  get offsetMillis(): number {
    return this.#best()?.offset ?? 0;
  }

  /** The offset is right to within this much either way; infinite before the first answer. */
  get uncertaintyMillis(): number {
    return this.#best()?.uncertainty ?? Number.POSITIVE_INFINITY;
  }

  /** What the server's clock shows now. */
  now(): number {
    return this.#local() + this.offsetMillis;
  }

  toLocal(serverMillis: number): number {
    return serverMillis - this.offsetMillis;
  }

  #best(): Reading | undefined {
    let best: Reading | undefined;
    for (const reading of this.#readings) {
      if (best === undefined || reading.uncertainty < best.uncertainty) best = reading;
    }
    return best;
  }
}

/** Unix milliseconds with fractions, by a clock that nobody sets back while the program runs. */
export function localMillis(): number {
  return performance.timeOrigin + performance.now();
}

/** With fractions of a millisecond. */
export function toMillis(time: Timestamp): number {
  return Number(time.seconds) * 1_000 + time.nanos / 1e6;
}
