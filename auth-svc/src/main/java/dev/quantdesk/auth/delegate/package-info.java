/** Accounts, their tier and the session keys that a wallet delegated; kept in Postgres, read through Redis. */
package dev.quantdesk.auth.delegate;
