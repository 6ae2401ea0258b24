import { PriceSource } from "@quantdesk/client";
import { useEffect, useRef, useState } from "react";
import { onSignal } from "../commands.js";
import { use } from "../data/store.js";
import { selectMarket } from "../start.js";
import { Panel } from "./Panel.js";

const SOURCE: Record<PriceSource, string> = {
  [PriceSource.UNSPECIFIED]: "",
  [PriceSource.LIVE]: "live",
  [PriceSource.RECORDING]: "recording",
  [PriceSource.SIMULATION]: "simulation",
};

export function Markets() {
  const markets = use((state) => state.markets);
  const selected = use((state) => state.market);
  const [query, setQuery] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => onSignal("focus-search", () => field.current?.focus()), []);
  const found = markets.filter(({ symbol }) => symbol.toLowerCase().includes(query.trim().toLowerCase()));
  return (
    <Panel name="markets" title="Markets">
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (found[0] !== undefined) selectMarket(found[0].symbol);
          field.current?.blur();
        }}
      >
        <input
          ref={field}
          type="search"
          aria-label="Search markets"
          placeholder="Search  /"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && field.current?.blur()}
        />
      </form>
      <ul className="market-list">
        {found.map(({ symbol, priceSource, sourceInstrument, initialMarginFraction }) => (
          <li key={symbol}>
            <button
              type="button"
              className={symbol === selected ? "market on" : "market"}
              aria-current={symbol === selected}
              title={sourceInstrument || "Seeded simulation: no real market stands behind these prices"}
              onClick={() => selectMarket(symbol)}
            >
              <span className="symbol">{symbol}</span>
              <span className="quiet">{SOURCE[priceSource]}</span>
              <span className="leverage">{Math.round(1 / Number(initialMarginFraction))}×</span>
            </button>
          </li>
        ))}
        {found.length === 0 && <li className="quiet pad">{markets.length === 0 ? "Waiting for the gateway…" : "No such market"}</li>}
      </ul>
    </Panel>
  );
}
