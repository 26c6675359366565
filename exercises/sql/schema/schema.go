// Package schema holds the tables of a small shop: schema.sql creates them, on
// SQLite and on PostgreSQL alike.
package schema
