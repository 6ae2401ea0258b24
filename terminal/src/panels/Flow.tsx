import { toMillis } from "@quantdesk/client";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { store, use } from "../data/store.js";

const SPAN_SECONDS = 180;

const clockTime = (seconds: number) => new Date(seconds * 1_000).toTimeString().slice(0, 8);

/** Order flow imbalance in standard deviations, one bar a second. */
export default function Flow() {
  const box = useRef<HTMLDivElement>(null);
  const latest = use((state) => state.flow.at(-1));
  useEffect(() => {
    const size = () => ({ width: box.current!.clientWidth, height: box.current!.clientHeight });
    const axis = { stroke: "#9aa7b5", grid: { stroke: "#171d26", width: 1 }, ticks: { stroke: "#222b37" }, font: "10px system-ui" };
    const plot = new uPlot(
      {
        ...size(),
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: true, range: (_, __, last) => [last - SPAN_SECONDS, last] }, y: { range: (_, low, high) => [Math.min(-3, low), Math.max(3, high)] } },
        axes: [
          { ...axis, size: 22, incrs: [30, 60], values: (_, times) => times.map(clockTime) },
          { ...axis, size: 34, incrs: [3, 6, 12, 24] },
        ],
        series: [
          {},
          { stroke: "#2ebd85", fill: "#2ebd8599", paths: uPlot.paths.bars!({ size: [0.8, 6] }), points: { show: false } },
          { stroke: "#f6465d", fill: "#f6465d99", paths: uPlot.paths.bars!({ size: [0.8, 6] }), points: { show: false } },
        ],
      },
      [[], [], []],
      box.current!,
    );
    const draw = () => {
      const flow = store.getState().flow.filter(({ endTime }) => endTime !== undefined);
      plot.setData([
        flow.map(({ endTime }) => toMillis(endTime!) / 1_000),
        flow.map(({ zScore }) => (zScore >= 0 ? zScore : null)),
        flow.map(({ zScore }) => (zScore < 0 ? zScore : null)),
      ]);
    };
    draw();
    const observer = new ResizeObserver(() => plot.setSize(size()));
    observer.observe(box.current!);
    const stop = store.subscribe((state, before) => {
      if (state.flow !== before.flow) draw();
    });
    return () => {
      stop();
      observer.disconnect();
      plot.destroy();
    };
  }, []);
  return (
    <>
      <div className="panel-head">
        <h2 title="Order flow imbalance at the best prices (Cont, Kukanov and Stoikov 2014), in standard deviations">Order flow</h2>
        <span className={(latest?.zScore ?? 0) >= 0 ? "buy" : "sell"}>
          {latest === undefined ? "–" : `${latest.zScore >= 0 ? "+" : "−"}${Math.abs(latest.zScore).toFixed(2)} σ`}
        </span>
      </div>
      <div ref={box} className="chart" role="img" aria-label="Order flow imbalance over the last three minutes" />
    </>
  );
}
