/**
 * Price levels, order books and their checksum, in whole price steps and lots. Pure: no clock, no I/O, no Vert.x.
 * May be called by every package of this service; calls none of them.
 */
package dev.quantdesk.marketdata.book;
