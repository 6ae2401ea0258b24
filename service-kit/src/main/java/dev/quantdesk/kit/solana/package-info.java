/** Solana's keys, signatures and base58. Pure; shared by clients and services. */
package dev.quantdesk.kit.solana;
