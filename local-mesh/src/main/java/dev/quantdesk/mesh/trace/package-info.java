/** Traces as the trace server has them, read for people and for tests. */
package dev.quantdesk.mesh.trace;
