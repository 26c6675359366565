package transfer

import (
	"context"
	"database/sql"
	"errors"
)

// Transfer moves cents from one account to another, all of it or nothing: both
// accounts are written in one transaction.
func (b *Bank) Transfer(ctx context.Context, from, to, cents int64) error {
	source, err := b.balance(ctx, from)
	if err != nil {
		return err
	}
	target, err := b.balance(ctx, to)
	if err != nil {
		return err
	}
	if source < cents {
		return ErrFunds
	}
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	const write = `UPDATE accounts SET cents = $1 WHERE id = $2`
	if _, err := tx.ExecContext(ctx, write, source-cents, from); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, write, target+cents, to); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = b.db.ExecContext(ctx, `INSERT INTO transfers (from_account, to_account, cents) VALUES ($1, $2, $3)`, from, to, cents)
	return err
}

// balance returns what an account has.
func (b *Bank) balance(ctx context.Context, id int64) (cents int64, err error) {
	err = b.db.QueryRowContext(ctx, `SELECT cents FROM accounts WHERE id = $1`, id).Scan(&cents)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrAccount
	}
	return cents, err
}
