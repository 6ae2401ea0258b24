/**
 * The one way to Redis: every call traced, every failure a typed refusal. Used by the packages that keep state there.
 */
package dev.quantdesk.auth.redis;
