/**
 * Sign-In With Solana: challenges, their text, and the sessions that result. Called by the gateway package and by
 * Main.
 */
package dev.quantdesk.auth.session;
