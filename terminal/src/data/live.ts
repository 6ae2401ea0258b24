// Which window of this browser follows the streams. Over plain HTTP a browser keeps six connections to an origin, and a screen holds
// five open: a second window would starve both. Over HTTPS all share one connection, and every window in sight is live.

const LOCK = "quantdesk.live-window";

export interface LiveWindow {
  /** Makes this window the live one. */
  take(): void;
}

/** @param onChange told whether this window is live, whenever that changes */
export function followLiveWindow(onChange: (live: boolean) => void): LiveWindow {
  if (location.protocol === "https:" || navigator.locks === undefined) return whileInSight(onChange);
  let release: (() => void) | undefined;
  let waiting: AbortController | undefined;

  const hold = () => new Promise<void>((done) => {
    waiting = undefined;
    release = done;
    onChange(true);
  });
  const lost = (error: unknown) => {
    const asked = error instanceof DOMException && error.name === "AbortError";
    if (!asked) throw error;
    const held = release !== undefined;
    release = undefined;
    if (!held) return;
    onChange(false);
    // Another window took it. When that one goes, this one follows again.
    if (!document.hidden) wait();
  };
  const wait = () => {
    if (release !== undefined || waiting !== undefined) return;
    waiting = new AbortController();
    void navigator.locks.request(LOCK, { signal: waiting.signal }, hold).catch(lost);
  };
  const rest = () => {
    waiting?.abort();
    waiting = undefined;
    if (release === undefined) return;
    release();
    release = undefined;
    onChange(false);
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : wait()));
  if (!document.hidden) wait();
  return {
    take: () => {
      waiting?.abort();
      waiting = undefined;
      void navigator.locks.request(LOCK, { steal: true }, hold).catch(lost);
    },
  };
}

function whileInSight(onChange: (live: boolean) => void): LiveWindow {
  document.addEventListener("visibilitychange", () => onChange(!document.hidden));
  if (!document.hidden) queueMicrotask(() => onChange(true));
  return { take: () => undefined };
}
