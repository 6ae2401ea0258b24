import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import type { Order } from "./gen/quantdesk/execution/v1/order_service_pb.js";
import { REASONS } from "./gen/reasons.js";

/** What a program branches on; every reason belongs to one. */
export type Category =
  | "invalid_request" | "unauthenticated" | "permission_denied" | "not_found" | "conflict" | "precondition"
  | "limit" | "unavailable" | "outcome_unknown" | "internal";

/** The smallest change with which the refused order would pass. */
export interface Suggestion {
  readonly price?: string;
  readonly quantity?: string;
  readonly deposit?: string;
}

export interface ErrorFacts {
  /** Name in the catalogue of reasons, such as "INSUFFICIENT_MARGIN"; the gRPC code's name where the answer has none. */
  readonly reason: string;
  readonly code: Code;
  readonly category: Category;
  /** Whether the same call may pass later, with nothing changed. */
  readonly retryable: boolean;
  readonly retryAfterMillis?: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Fields that break their rule, and how. */
  readonly fields: Readonly<Record<string, string>>;
  readonly suggestion?: Suggestion;
  readonly traceId?: string;
}

const DOMAIN = "quantdesk";
const TRACE_HEADER = "x-trace-id";

/** Everything that this package throws about a call. */
export class QuantDeskError extends Error implements ErrorFacts {
  override readonly name: string = "QuantDeskError";
  readonly reason!: string;
  readonly code!: Code;
  readonly category!: Category;
  readonly retryable!: boolean;
  readonly retryAfterMillis?: number;
  readonly metadata!: Readonly<Record<string, string>>;
  readonly fields!: Readonly<Record<string, string>>;
  readonly suggestion?: Suggestion;
  readonly traceId?: string;

  constructor(message: string, facts: ErrorFacts, cause?: unknown) {
    super(message, { cause });
    Object.assign(this, facts);
  }
}

/** The mesh has said no, and nothing was done. */
export class Refusal extends QuantDeskError {
  override readonly name = "Refusal";
}

/** The mesh was not reached, or broke off before it had answered. Every call but a placed order can just be made again. */
export class Unreachable extends QuantDeskError {
  override readonly name = "Unreachable";
}

const UNKNOWN = { reason: "OUTCOME_UNKNOWN", category: "outcome_unknown", retryable: true } as const;

/** The order was sent and nothing is known of it. Never send it anew under another id: ask with {@link resolve}. */
export class OutcomeUnknown extends QuantDeskError {
  override readonly name = "OutcomeUnknown";
  readonly clientOrderId: string;
  /**
   * Asks until it is known: the order, or undefined when it was not placed and may be sent again as it is. Throws
   * OutcomeUnknown once more when the mesh can't be asked for a minute, or when the signal fires.
   */
  readonly resolve: (options?: { signal?: AbortSignal }) => Promise<Order | undefined>;

  constructor(
    clientOrderId: string,
    facts: ErrorFacts,
    resolve: (options?: { signal?: AbortSignal }) => Promise<Order | undefined>,
    cause: unknown,
  ) {
    super(`No answer came to order ${clientOrderId}; it may have been placed.`, { ...facts, ...UNKNOWN }, cause);
    this.clientOrderId = clientOrderId;
    this.resolve = resolve;
  }
}

/**
 * Turns what a call threw into a {@link Refusal} or {@link Unreachable}.
 *
 * @param traceId trace that the call was made in, for an answer that names none
 */
export function toError(thrown: unknown, traceId?: string): QuantDeskError {
  if (thrown instanceof QuantDeskError) return thrown;
  const error = ConnectError.from(thrown);
  const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === DOMAIN);
  const facts = factsOf(error, info?.reason ?? "", info?.metadata ?? {}, traceId);
  const answered = info !== undefined && facts.category !== "outcome_unknown";
  return answered || isAnswer(error.code)
    ? new Refusal(error.rawMessage, facts, thrown)
    : new Unreachable(isFetchFailure(error) ? "The gateway can't be reached." : error.rawMessage, facts, thrown);
}

/** What fetch throws where no connection can be made, in each engine's own words. */
function isFetchFailure({ cause }: ConnectError): boolean {
  return cause instanceof TypeError;
}

/** Codes that only the mesh itself gives; the others are also what a broken connection looks like. */
function isAnswer(code: Code): boolean {
  return ![Code.Unavailable, Code.DeadlineExceeded, Code.Unknown, Code.Internal, Code.Canceled, Code.Aborted].includes(code);
}

function factsOf(
  error: ConnectError,
  reason: string,
  metadata: Record<string, string>,
  trace: string | undefined,
): ErrorFacts {
  const known = Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : undefined;
  const suggestion = suggestionOf(metadata);
  const retryAfter = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const traceId = error.metadata.get(TRACE_HEADER) ?? trace;
  return {
    reason: reason || Code[error.code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase(),
    code: error.code,
    category: known?.category ?? CATEGORY_OF[error.code] ?? "internal",
    retryable: known?.retryable ?? (error.code === Code.Unavailable || error.code === Code.ResourceExhausted),
    ...(retryAfter && { retryAfterMillis: Number(retryAfter.seconds) * 1_000 + retryAfter.nanos / 1e6 }),
    metadata,
    fields: Object.fromEntries(
      error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) =>
        fieldViolations.map(({ field, description }) => [field, description])),
    ),
    ...(suggestion && { suggestion }),
    ...(traceId && { traceId }),
  };
}

function suggestionOf(metadata: Record<string, string>): Suggestion | undefined {
  const { suggested_price: price, suggested_quantity: quantity, suggested_deposit: deposit } = metadata;
  if (price === undefined && quantity === undefined && deposit === undefined) return undefined;
  return {
    ...(price !== undefined && { price }),
    ...(quantity !== undefined && { quantity }),
    ...(deposit !== undefined && { deposit }),
  };
}

const CATEGORY_OF: Partial<Record<Code, Category>> = {
  [Code.InvalidArgument]: "invalid_request",
  [Code.Unimplemented]: "invalid_request",
  [Code.Unauthenticated]: "unauthenticated",
  [Code.PermissionDenied]: "permission_denied",
  [Code.NotFound]: "not_found",
  [Code.AlreadyExists]: "conflict",
  [Code.FailedPrecondition]: "precondition",
  [Code.OutOfRange]: "precondition",
  [Code.ResourceExhausted]: "limit",
  [Code.Unavailable]: "unavailable",
  [Code.DeadlineExceeded]: "outcome_unknown",
};
