/** Settings of a service: file, environment and defaults. Used by every Main; knows nothing of the mesh. */
package dev.quantdesk.kit.config;
