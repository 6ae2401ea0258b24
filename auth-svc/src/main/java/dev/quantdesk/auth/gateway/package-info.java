/**
 * What the gateway asks for: who a call is made for (ext_authz), and reflection for the whole mesh. Called by Main
 * only.
 */
package dev.quantdesk.auth.gateway;
