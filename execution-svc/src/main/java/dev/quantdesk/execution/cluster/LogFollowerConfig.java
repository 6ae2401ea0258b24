package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import java.nio.file.Path;
import java.util.List;

/**
 * How a follower reads a node's log.
 *
 * @param name names its threads and log lines
 * @param aeronDir the node's, as are {@code markets} and {@code limits}
 */
record LogFollowerConfig(String name, Path aeronDir, List<MarketRules> markets, EngineLimits limits) {}
