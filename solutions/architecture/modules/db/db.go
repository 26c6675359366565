// Package db is the database that all modules share.
package db

// DB holds tables of rows. What goes in and comes out are copies.
type DB interface {
	Get(table, key string) (row map[string]string, ok bool)
	Put(table, key string, row map[string]string)
	Keys(table string) []string // sorted
}
