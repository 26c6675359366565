// Package partitions holds the tables and queries of a weather service on
// Apache Cassandra: tables.cql makes the tables, queries.cql is what the programs
// send.
package partitions
