/**
 * The order book alone: recorded messages of five market regimes, given to the book of this project, to exchange-core's and, in
 * the tests, to a reference of sixty lines.
 */
package dev.quantdesk.bench.book;
