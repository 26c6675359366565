// Package index holds the indexes of a mail-order house: indexes.sql makes them,
// on SQLite and on PostgreSQL alike.
package index
