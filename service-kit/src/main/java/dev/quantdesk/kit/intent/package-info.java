/** The 38 bytes a trader signs. Shared by clients that sign them and by execution-svc, which checks them. Pure. */
package dev.quantdesk.kit.intent;
