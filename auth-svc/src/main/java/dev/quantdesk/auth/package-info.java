/** Start of auth-svc: settings, wiring and readiness. Nothing calls it. */
package dev.quantdesk.auth;
