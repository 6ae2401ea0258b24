/** What the tests of risk-svc share: markets, events, and the real service on embedded Postgres and Redis. */
package dev.quantdesk.risk.support;
