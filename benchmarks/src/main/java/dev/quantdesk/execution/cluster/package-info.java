/** Load on the engine under its cluster, in the engine's own package: its settings are not for others. */
package dev.quantdesk.execution.cluster;
