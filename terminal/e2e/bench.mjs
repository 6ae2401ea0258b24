// The built terminal under a fast order book: frames, heap and first paint. A server in this very process speaks the gateway's wire
// format, so that the page runs as it is. Prints one JSON object. BENCH_SECONDS and UPDATES_PER_SECOND change the load.
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { checksum, PriceSource } from "@quantdesk/client";
import { SessionService } from "../../clients/typescript/dist/gen/quantdesk/auth/v1/session_service_pb.js";
import { InsightService } from "../../clients/typescript/dist/gen/quantdesk/intelligence/v1/insight_service_pb.js";
import { MarketDataService } from "../../clients/typescript/dist/gen/quantdesk/marketdata/v1/market_data_service_pb.js";
import { open } from "./browser.mjs";

const seconds = Number(process.env.BENCH_SECONDS ?? 60);
const updatesPerSecond = Number(process.env.UPDATES_PER_SECOND ?? 500);
const WARM_UP_MILLIS = 3_000;
const PEER_MILLIS = 5_000;
const TICK_MILLIS = 10;
const LEVELS = 200;
const dist = new URL("../dist/", import.meta.url).pathname;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const market = {
  symbol: "SOL-PERP", tickSize: "0.01", lotSize: "0.01", minQuantity: "0.01", maxQuantity: "1000000", initialMarginFraction: "0.1",
  maintenanceMarginFraction: "0.05", priceSource: PriceSource.SIMULATION, intentDomain: new Uint8Array(14),
};

/** A book whose sizes change near the touch; every state has its true checksum. */
class MovingBook {
  #seed = 42;
  sequence = 1n;
  bids = Array.from({ length: LEVELS }, (_, index) => ({ price: price(15_000 - index), quantity: this.#size() }));
  asks = Array.from({ length: LEVELS }, (_, index) => ({ price: price(15_001 + index), quantity: this.#size() }));

  #random() {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }

  #size() {
    return (Math.floor(this.#random() * 50_000) / 100 + 0.01).toFixed(2).replace(/\.?0+$/, "");
  }

  snapshot() {
    return { market: market.symbol, sequence: this.sequence, epoch: 1n, bids: this.bids, asks: this.asks, quantityUnit: "SOL", checksum: checksum(this.asks, this.bids) };
  }

  change() {
    const changed = {};
    for (const side of ["bids", "asks"]) {
      const index = Math.floor(this.#random() ** 2 * 30);
      this[side][index] = { ...this[side][index], quantity: this.#size() };
      changed[side] = [this[side][index]];
    }
    this.sequence += 1n;
    return { market: market.symbol, sequence: this.sequence, epoch: 1n, ...changed, checksum: checksum(this.asks, this.bids) };
  }
}

function price(ticks) {
  return (ticks / 100).toFixed(2).replace(/\.?0+$/, "");
}

async function* streamOrderBook(_, { signal }) {
  const book = new MovingBook();
  yield { step: { case: "snapshot", value: book.snapshot() } };
  const start = performance.now();
  for (let sent = 0; !signal.aborted; ) {
    const due = Math.floor(((performance.now() - start) * updatesPerSecond) / 1_000);
    for (; sent < due; sent++) yield { step: { case: "update", value: book.change() } };
    await new Promise((resolve) => setTimeout(resolve, TICK_MILLIS));
  }
}

/** A stream on which nothing happens. */
async function* silence(_, { signal }) {
  await once(signal, "abort");
}

const calls = connectNodeAdapter({
  routes: (router) => router
    .service(MarketDataService, { listMarkets: () => ({ markets: [market] }), streamOrderBook, streamTrades: silence })
    .service(InsightService, { streamOrderFlow: silence, streamInsights: silence })
    .service(SessionService, {
      getSession: () => {
        throw new ConnectError("Sign in first.", Code.Unauthenticated);
      },
    }),
});
const server = createServer((request, response) => {
  response.setHeader("cross-origin-opener-policy", "same-origin").setHeader("cross-origin-embedder-policy", "require-corp");
  const path = new URL(request.url, "http://localhost").pathname;
  if (path === "/config.json") return response.end('{"traceUrl":"","cluster":"other"}');
  if (path === "/blank") return response.setHeader("content-type", "text/html").end("<!doctype html><title>blank</title><link rel=icon href=data:,>");
  const name = path === "/" ? "index.html" : path.slice(1);
  if (path !== "/" && !/^(assets\/)?[\w.-]+$/.test(name)) return calls(request, response);
  try {
    const body = readFileSync(join(dist, name));
    response.setHeader("content-type", TYPES[extname(name)] ?? "application/octet-stream").end(body);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;

/** Frames of the page during `millis`. */
function frames(page, millis) {
  return page.evaluate((span) => new Promise((resolve) => {
    const gaps = [];
    const start = performance.now();
    let last = start;
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      if (now - start < span) requestAnimationFrame(frame);
      else resolve({ perSecond: (1_000 * gaps.length) / (now - start), p99: gaps.sort((a, b) => a - b)[Math.floor(gaps.length * 0.99)] });
    };
    requestAnimationFrame(frame);
  }), millis);
}

const browser = await open(`${origin}/blank`);
try {
  const { page } = browser;
  const peer = await frames(page, PEER_MILLIS);
  await page.goto(origin);
  await page.getByText("live · verified").waitFor();
  await page.waitForTimeout(WARM_UP_MILLIS);
  // Of the page and of its worker, after a collection; only a page that is isolated from other origins may ask.
  const heap = () => page.evaluate(async () => (await performance.measureUserAgentSpecificMemory()).bytes);
  const sequence = () => page.locator(".ladder").getAttribute("data-sequence").then(Number);
  const heapBefore = await heap();
  const sequenceBefore = await sequence();
  const shown = await frames(page, seconds * 1_000);
  const sequenceAfter = await sequence();
  const heapAfter = await heap();
  if (browser.complaints.length > 0) throw new Error(browser.complaints.join("\n"));
  console.log(JSON.stringify({
    framesPerSecond: shown.perSecond,
    p99FrameMillis: shown.p99,
    blankFramesPerSecond: peer.perSecond,
    blankP99FrameMillis: peer.p99,
    updatesPerSecond: (sequenceAfter - sequenceBefore) / seconds,
    heapGrowthBytes: heapAfter - heapBefore,
    heapBytes: heapBefore,
    firstPaintBytes: firstPaint(),
  }));
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}

/** Compressed JavaScript that the page names itself: everything else is loaded after it has been drawn. */
function firstPaint() {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name);
  if (named.length === 0) throw new Error(`no script in ${readdirSync(dist)}`);
  return named.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length, 0);
}
