/** Who a call is made for: identity tokens, their issuing and their checking. Used by the RPC layer and auth-svc. */
package dev.quantdesk.kit.identity;
