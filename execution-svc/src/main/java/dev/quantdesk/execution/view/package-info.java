/** Orders in memory as the engine's events make them, for reading and for streams. Fed by the engine; read by order entry. */
package dev.quantdesk.execution.view;
