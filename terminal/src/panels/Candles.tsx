import { type Trade, toMillis } from "@quantdesk/client";
import {
  CandlestickSeries, createChart, HistogramSeries, type IChartApi, type ISeriesApi, type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useRef, useState } from "react";
import { store, use } from "../data/store.js";

const INTERVALS = [5, 15, 60] as const;
const CANDLES_MAX = 500;

interface Candle {
  time: UTCTimestamp;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** Candles of the trades seen since the market was chosen. For the eye only, so doubles will do. */
class CandleMaker {
  readonly candles: Candle[] = [];
  #last = { epoch: 0n, sequence: 0n };

  constructor(readonly seconds: number) {}

  /** @param trades newest first */
  take(trades: readonly Trade[]): boolean {
    const fresh = trades.filter(({ epoch, sequence }) => epoch !== this.#last.epoch || sequence > this.#last.sequence);
    for (const trade of fresh.toReversed()) this.#add(trade);
    if (fresh[0] !== undefined) this.#last = { epoch: fresh[0].epoch, sequence: fresh[0].sequence };
    return fresh.length > 0;
  }

  #add(trade: Trade): void {
    if (trade.receiveTime === undefined) return;
    const time = (Math.floor(toMillis(trade.receiveTime) / 1_000 / this.seconds) * this.seconds) as UTCTimestamp;
    const price = Number(trade.price);
    const candle = this.candles.at(-1);
    if (candle === undefined || candle.time < time) {
      this.candles.push({ time, open: price, high: price, low: price, close: price, volume: Number(trade.quantity) });
      if (this.candles.length > CANDLES_MAX) this.candles.shift();
      return;
    }
    candle.high = Math.max(candle.high, price);
    candle.low = Math.min(candle.low, price);
    candle.close = price;
    candle.volume += Number(trade.quantity);
  }
}

export default function Candles() {
  const market = use((state) => state.market);
  const [seconds, setSeconds] = useState<number>(INTERVALS[0]);
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<{ api: IChartApi; prices: ISeriesApi<"Candlestick">; volumes: ISeriesApi<"Histogram"> }>(null);
  useEffect(() => {
    const api = createChart(box.current!, {
      autoSize: true,
      layout: { background: { color: "transparent" }, textColor: "#9aa7b5", attributionLogo: true, fontSize: 11 },
      grid: { vertLines: { color: "#171d26" }, horzLines: { color: "#171d26" } },
      timeScale: { timeVisible: true, secondsVisible: true, borderColor: "#222b37" },
      rightPriceScale: { borderColor: "#222b37" },
    });
    const prices = api.addSeries(CandlestickSeries, { upColor: "#2ebd85", downColor: "#f6465d", borderVisible: false, wickUpColor: "#2ebd85", wickDownColor: "#f6465d" });
    const volumes = api.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, color: "#2b3645" });
    volumes.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    chart.current = { api, prices, volumes };
    return () => api.remove();
  }, []);
  useEffect(() => {
    const maker = new CandleMaker(seconds);
    const draw = (trades: readonly Trade[]) => {
      if (!maker.take(trades) || chart.current === null) return;
      chart.current.prices.setData(maker.candles);
      chart.current.volumes.setData(maker.candles.map(({ time, volume }) => ({ time, value: volume })));
    };
    chart.current?.prices.setData([]);
    chart.current?.volumes.setData([]);
    draw(store.getState().trades);
    return store.subscribe((state, before) => {
      if (state.trades !== before.trades) draw(state.trades);
    });
  }, [market, seconds]);
  return (
    <>
      <div className="panel-head">
        <h2>Candles</h2>
        <div className="tabs" role="group" aria-label="Interval">
          {INTERVALS.map((interval) => (
            <button key={interval} type="button" aria-pressed={interval === seconds} onClick={() => setSeconds(interval)}>
              {interval < 60 ? `${interval} s` : `${interval / 60} m`}
            </button>
          ))}
        </div>
      </div>
      <div ref={box} className="chart" role="group" aria-label={`Candles of ${market}, ${seconds} seconds each`} />
    </>
  );
}
