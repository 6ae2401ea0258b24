/** A trader's side of the contracts: sign-in, signed intents and stubs. Used by the demo, the house client, benchmarks and tests. */
package dev.quantdesk.mesh.client;
