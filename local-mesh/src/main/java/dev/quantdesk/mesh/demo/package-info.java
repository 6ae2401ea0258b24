/** The demo order: what a newcomer sees first, and what a test asserts. */
package dev.quantdesk.mesh.demo;
