/** Processes: started, probed, watched, started again, stopped and measured. Knows nothing of what they are. */
package dev.quantdesk.mesh.process;
