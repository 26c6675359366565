package transfer

import (
	"context"
	"database/sql"
	"errors"
)

// Transfer moves cents from one account to another and lists that. What the
// database takes back because of others is done again, until it goes through or
// ctx is over.
func (b *Bank) Transfer(ctx context.Context, from, to, cents int64) error {
	for {
		if err := b.try(ctx, from, to, cents); !Again(err) {
			return err
		}
	}
}

// try is a transfer in one transaction.
func (b *Bank) try(ctx context.Context, from, to, cents int64) error {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	if err := take(ctx, tx, from, cents); err != nil {
		return err
	}
	found, err := changed(tx.ExecContext(ctx, `UPDATE accounts SET cents = cents + $1 WHERE id = $2`, cents, to))
	if err != nil {
		return err
	}
	if !found {
		return ErrAccount
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO transfers (from_account, to_account, cents) VALUES ($1, $2, $3)`, from, to, cents); err != nil {
		return err
	}
	return tx.Commit()
}

// take takes cents off an account that has them. One statement both looks and
// takes, so that nobody comes in between.
func take(ctx context.Context, tx *sql.Tx, id, cents int64) error {
	found, err := changed(tx.ExecContext(ctx, `UPDATE accounts SET cents = cents - $1 WHERE id = $2 AND cents >= $1`, cents, id))
	if err != nil || found {
		return err
	}
	err = tx.QueryRowContext(ctx, `SELECT cents FROM accounts WHERE id = $1`, id).Scan(new(int64))
	if errors.Is(err, sql.ErrNoRows) {
		return ErrAccount
	}
	if err != nil {
		return err
	}
	return ErrFunds
}

// changed reports whether a statement found the row that it was to change.
func changed(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}
