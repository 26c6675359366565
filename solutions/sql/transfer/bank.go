// Package transfer moves money between the accounts of a bank.
package transfer

import (
	"database/sql"
	"errors"
)

// Tables makes the bank's tables, on SQLite and on PostgreSQL.
const Tables = `
CREATE TABLE accounts (
    id    BIGINT NOT NULL PRIMARY KEY,
    cents BIGINT NOT NULL
);
CREATE TABLE transfers (
    from_account BIGINT NOT NULL,
    to_account   BIGINT NOT NULL,
    cents        BIGINT NOT NULL
);`

var (
	ErrFunds   = errors.New("the account has too few cents")
	ErrAccount = errors.New("there is no such account")
)

// Bank moves money in a database.
type Bank struct {
	db *sql.DB
}

// New returns the bank whose tables are in db.
func New(db *sql.DB) *Bank { return &Bank{db: db} }

// Again reports whether err says that the database took a transaction back, or
// did not let it begin, because of others: SQLite's SQLITE_BUSY and its kin,
// PostgreSQL's serialization_failure and deadlock_detected. Nothing of it has
// happened then.
func Again(err error) bool {
	var lite interface{ Code() int }
	if errors.As(err, &lite) {
		return lite.Code()&0xff == 5
	}
	var postgres interface{ SQLState() string }
	return errors.As(err, &postgres) && (postgres.SQLState() == "40001" || postgres.SQLState() == "40P01")
}
