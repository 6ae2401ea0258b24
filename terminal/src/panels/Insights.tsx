import { InsightKind, toMillis } from "@quantdesk/client";
import { use } from "../data/store.js";
import { clockTime } from "../format.js";
import { selectMarket } from "../start.js";
import { Panel } from "./Panel.js";

export function Insights() {
  const insights = use((state) => state.insights);
  return (
    <Panel name="insights" title="Insights" help="What intelligence-svc finds worth saying, newest first">
      <ol className="feed" aria-label="Insights, newest first" tabIndex={0}>
        {insights.map((insight) => (
          <li key={insight.sequence.toString()}>
            <button type="button" className="insight" onClick={() => selectMarket(insight.market)}>
              <span className={insight.kind === InsightKind.BUY_PRESSURE ? "buy" : "sell"}>
                {insight.market} {insight.value >= 0 ? "+" : "−"}
                {Math.abs(insight.value).toFixed(1)} σ
              </span>
              <span className="quiet">{insight.observeTime ? clockTime(toMillis(insight.observeTime)) : ""}</span>
              <span className="summary">{insight.summary}</span>
            </button>
          </li>
        ))}
        {insights.length === 0 && <li className="quiet pad">Nothing stands out yet</li>}
      </ol>
    </Panel>
  );
}
