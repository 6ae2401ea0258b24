import type { DescMessage, DescMethodStreaming, DescMethodUnary, MessageInitShape } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { ContextValues, StreamResponse, Transport, UnaryResponse } from "@connectrpc/connect";
import type { ServerClock } from "./clock.js";

/** A transport that shows the session and names the sub-account, and lets the clock see every answer's time. */
export class Calls implements Transport {
  /** Session as a bearer token; empty where a cookie does it. */
  token = "";

  constructor(
    readonly inner: Transport,
    readonly clock: ServerClock,
    readonly now: () => number,
    readonly subAccount?: number,
  ) {}

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: MessageInitShape<I>,
    contextValues?: ContextValues,
  ): Promise<UnaryResponse<I, O>> {
    const sentAt = this.now();
    const answer = await this.inner.unary(method, signal, timeoutMs, this.#withSession(header), input, contextValues);
    this.clock.observe(sentAt, (answer.message as { serverTime?: Timestamp }).serverTime, this.now());
    return answer;
  }

  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
    contextValues?: ContextValues,
  ): Promise<StreamResponse<I, O>> {
    return this.inner.stream(method, signal, timeoutMs, this.#withSession(header), input, contextValues);
  }

  #withSession(header: HeadersInit | undefined): HeadersInit | undefined {
    if (this.token === "" && this.subAccount === undefined) return header;
    const headers = new Headers(header);
    if (this.token !== "") headers.set("authorization", `Bearer ${this.token}`);
    if (this.subAccount !== undefined) headers.set("x-sub-account", `${this.subAccount}`);
    return headers;
  }
}
