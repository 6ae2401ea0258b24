/** gRPC servers and clients as every service has them: one way in, one error mapper, bounded calls and streams. */
package dev.quantdesk.kit.rpc;
