/** The commands of ./quantdesk. They read options, call the mesh, and print; nothing else is decided here. */
package dev.quantdesk.mesh.cli;
