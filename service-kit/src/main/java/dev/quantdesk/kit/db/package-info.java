/** Postgres for blocking code on virtual threads, with the account set per transaction. Used by repositories. */
package dev.quantdesk.kit.db;
