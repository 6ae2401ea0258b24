import { InvalidInput } from "./input.js";

/** A decimal number as text, such as "65000.5": the only form in which prices and quantities cross the wire. */
export type Decimal = string;

const DECIMAL = /^(-?)(0|[1-9][0-9]{0,29})(?:\.([0-9]{1,18}))?$/;

/** The value is not a decimal number, or not a whole number of the market's steps. */
export class OffStep extends InvalidInput {
  override readonly name = "OffStep";
  constructor(readonly value: string, readonly step: string) {
    super(step === "" ? `${JSON.stringify(value)} is not a decimal number` : `${value} is not a multiple of ${step}`);
  }
}

/** An exact decimal: `units` of 10^-`scale`. */
export interface Scaled {
  readonly units: bigint;
  readonly scale: number;
}

export function parseDecimal(text: Decimal): Scaled {
  const match = DECIMAL.exec(text);
  if (match === null) throw new OffStep(text, "");
  const fraction = match[3] ?? "";
  const units = BigInt(match[2] + fraction);
  return { units: match[1] === "-" ? -units : units, scale: fraction.length };
}

/** Plain text without trailing zeros. */
export function formatDecimal({ units, scale }: Scaled): Decimal {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  return (negative ? "-" : "") + whole + (fraction === "" ? "" : `.${fraction}`);
}

/** The number as units of 10^-`scale`. @throws OffStep when it is finer than that */
export function unitsAt(value: Scaled, scale: number): bigint {
  if (value.scale <= scale) return value.units * 10n ** BigInt(scale - value.scale);
  const divisor = 10n ** BigInt(value.scale - scale);
  if (value.units % divisor !== 0n) throw new OffStep(formatDecimal(value), `1e-${scale}`);
  return value.units / divisor;
}

export function multiply(a: Scaled, b: Scaled): Scaled {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

export function add(a: Scaled, b: Scaled): Scaled {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

/** How many steps the value is. @throws OffStep when that is no whole number */
export function toSteps(value: Decimal, step: Decimal): bigint {
  const number = parseDecimal(value);
  const size = parseDecimal(step);
  const scale = Math.max(number.scale, size.scale);
  const units = unitsAt(number, scale);
  const stepUnits = unitsAt(size, scale);
  if (units % stepUnits !== 0n) throw new OffStep(value, step);
  return units / stepUnits;
}

export function fromSteps(steps: bigint, step: Decimal): Decimal {
  const size = parseDecimal(step);
  return formatDecimal({ units: steps * size.units, scale: size.scale });
}
