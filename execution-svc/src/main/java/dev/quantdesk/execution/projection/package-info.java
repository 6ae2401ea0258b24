/** The engine's events in Postgres and Redis, written by followers of its log, and read back from there. */
package dev.quantdesk.execution.projection;
