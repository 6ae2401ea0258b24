/** A whole mesh on one machine: which parts there are, in which order they start, and where they listen. */
package dev.quantdesk.mesh;
