package dev.quantdesk.bench;

import io.vertx.core.json.JsonObject;

/**
 * One measured figure.
 *
 * @param peer what it was measured beside, in the same run
 * @param goal what it is meant to reach; "none" where there is no goal
 */
record Figure(String name, double value, String unit, String peer, String goal) {
    JsonObject json() {
        return new JsonObject()
                .put("name", name)
                .put("value", Math.round(value * 1000) / 1000.0)
                .put("unit", unit)
                .put("peer", peer)
                .put("goal", goal);
    }

    String line() {
        return String.format("  %-42s %12.3f %-10s beside %-44s goal %s", name, value, unit, peer, goal);
    }
}
