import { lazy, Suspense, useEffect, useState } from "react";
import { listenToKeys, onSignal } from "./commands.js";
import { use } from "./data/store.js";
import { AccountBar } from "./panels/AccountBar.js";
import { Activity } from "./panels/Activity.js";
import { Banners } from "./panels/Banners.js";
import { Book } from "./panels/Book.js";
import { Insights } from "./panels/Insights.js";
import { Keys } from "./panels/Keys.js";
import { Markets } from "./panels/Markets.js";
import { MarketHead } from "./panels/MarketHead.js";
import { Ticket } from "./panels/Ticket.js";
import { Trades } from "./panels/Trades.js";

const Candles = lazy(() => import("./panels/Candles.js"));
const Flow = lazy(() => import("./panels/Flow.js"));
const Journey = lazy(() => import("./panels/Journey.js"));
const Palette = lazy(() => import("./panels/Palette.js"));

export function App() {
  const open = use(({ openJourney }) => openJourney);
  const [palette, setPalette] = useState(false);
  useEffect(listenToKeys, []);
  useEffect(() => onSignal("palette", () => setPalette(true)), []);
  return (
    <div className="desk">
      <header className="top">
        <h1 className="brand">QuantDesk</h1>
        <MarketHead />
        <AccountBar />
      </header>
      <Banners />
      <main className="grid">
        <Markets />
        <section className="panel candles" aria-label="Candles">
          <Suspense fallback={<p className="quiet">Loading the chart…</p>}>
            <Candles />
          </Suspense>
        </section>
        <Book />
        <Trades />
        <Ticket />
        <section className="panel flow" aria-label="Order flow imbalance">
          <Suspense fallback={null}>
            <Flow />
          </Suspense>
        </section>
        <Insights />
        <Activity />
      </main>
      <Suspense fallback={null}>{open !== undefined && <Journey orderId={open} />}</Suspense>
      <Suspense fallback={null}>{palette && <Palette onClose={() => setPalette(false)} />}</Suspense>
      <Keys />
    </div>
  );
}
