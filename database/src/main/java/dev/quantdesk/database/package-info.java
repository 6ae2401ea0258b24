/** Roles, schemas and migrations of the mesh's database. Used by what sets a database up, and by tests; never by services. */
package dev.quantdesk.database;
