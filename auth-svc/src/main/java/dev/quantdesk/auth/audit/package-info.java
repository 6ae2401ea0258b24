/**
 * Log lines that an auditor looks for: sign-ins, delegations, refusals. May be called from anywhere in this service.
 */
package dev.quantdesk.auth.audit;
