/** "1234567.5" as "1,234,567.5"; the digits stay as they are. */
export function grouped(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? text : `${text}.${fraction}`;
}

/** The decimal with exactly as many places as `step` has. */
export function padded(decimal: string, step: string): string {
  const places = step.split(".")[1]?.length ?? 0;
  const [whole = "0", fraction = ""] = decimal.split(".");
  return places === 0 ? whole : `${whole}.${fraction.padEnd(places, "0").slice(0, Math.max(places, fraction.length))}`;
}

/** USDC with two places for the eye, cut off, not rounded: free margin never looks larger than it is. */
export function usd(decimal: string | undefined): string {
  if (decimal === undefined || decimal === "") return "–";
  const [whole = "0", fraction = ""] = decimal.split(".");
  return `${grouped(whole)}.${fraction.padEnd(2, "0").slice(0, 2)}`;
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export function clockTime(millis: number): string {
  return TIME.format(millis);
}

/** "ORDER_OPEN" or "PARTIALLY_FILLED" as words. */
export function words(name: string): string {
  return name.replaceAll("_", " ").toLowerCase();
}

export function shortAddress(address: string): string {
  return `${address.slice(0, 4)}…${address.slice(-4)}`;
}
