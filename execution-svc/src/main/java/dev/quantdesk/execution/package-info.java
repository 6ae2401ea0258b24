/** execution-svc: takes signed orders, matches them, projects what happened and settles it. Wired by Main. */
package dev.quantdesk.execution;
