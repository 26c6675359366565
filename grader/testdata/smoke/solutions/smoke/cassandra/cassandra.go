// Package cassandra counts.
package cassandra

import gocql "github.com/apache/cassandra-gocql-driver/v2"

// Count returns how many events a day has.
func Count(s *gocql.Session, day string) (n int, err error) {
	err = s.Query("SELECT count(*) FROM events WHERE day = ?", day).Scan(&n)
	return n, err
}
