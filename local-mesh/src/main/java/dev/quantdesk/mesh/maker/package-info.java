/** The house's market maker: a client like any other, with its own process and key. */
package dev.quantdesk.mesh.maker;
