/** Tracing by OpenTelemetry with standard settings. Used wherever a span is started. */
package dev.quantdesk.kit.telemetry;
