package sqldb

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// greeted are the servers that proved to be PostgreSQL in this process.
var greeted sync.Map

// greet wants a PostgreSQL where the configuration points to. The driver takes
// the first bytes of any other server for the length of a message, and makes
// room for it. Every PostgreSQL answers SSLRequest with one letter (PostgreSQL 15
// manual, section 55.2.10).
func greet(config *pgx.ConnConfig) error {
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	if _, ok := greeted.Load(address); ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := config.DialFunc(ctx, network, address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write([]byte{0, 0, 0, 8, 4, 210, 22, 47}); err != nil {
		return err
	}
	answer := make([]byte, 1)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return fmt.Errorf("%s does not answer: %w", address, err)
	}
	if answer[0] != 'S' && answer[0] != 'N' && answer[0] != 'E' {
		return fmt.Errorf("%s answers %q, which no PostgreSQL does", address, answer)
	}
	greeted.Store(address, true)
	return nil
}
