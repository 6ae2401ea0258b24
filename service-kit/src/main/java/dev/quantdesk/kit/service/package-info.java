/** One service process from start to stop, with health, reflection and operations endpoints. Used by every Main. */
package dev.quantdesk.kit.service;
