/** Benchmarks, each beside a peer that is measured in the same run. Never part of the tests. */
package dev.quantdesk.bench;
