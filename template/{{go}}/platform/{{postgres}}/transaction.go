// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// transaction is one try of a unit of work.
type transaction struct {
	pgx.Tx

	database *Database
	failed   error // of a unit that has joined
	after    []hook
}

// hook is what has to wait for the end of the unit.
type hook struct {
	do      func()
	inDoubt bool // whether it runs if nobody knows whether the unit was committed
}

type transactionKey struct{}

func transactionOf(ctx context.Context) *transaction {
	current, _ := ctx.Value(transactionKey{}).(*transaction)
	return current
}

// InTransaction reports whether the context belongs to a unit of work.
func InTransaction(ctx context.Context) bool { return transactionOf(ctx) != nil }

// AfterCommit runs do once the unit of work that the context belongs to has been committed, and never if it is rolled back;
// without a unit it runs do at once. After a commit the context of do has no deadline, as it may be too late for the request's own,
// and no transaction: do has to be short, and an error of its own cannot undo anything.
func AfterCommit(ctx context.Context, do func(context.Context)) { after(ctx, do, false) }

// UnlessRolledBack is AfterCommit for what is right even without a commit, such as to forget a copy: it also runs if the commit
// was asked for and nobody knows whether it was done, as the connection broke or the time was over.
func UnlessRolledBack(ctx context.Context, do func(context.Context)) { after(ctx, do, true) }

func after(ctx context.Context, do func(context.Context), inDoubt bool) {
	current := transactionOf(ctx)
	if current == nil {
		do(ctx)
		return
	}
	outside := context.WithValue(context.WithoutCancel(ctx), transactionKey{}, (*transaction)(nil))
	current.after = append(current.after, hook{func() { do(outside) }, inDoubt})
}

// Transact runs do as one unit of work: all that it does with its context through this Database is committed if it returns nil, else nothing is.
// Inside of another unit it joins that one: if do fails, all of that fails, whatever becomes of the error.
//
// If the server undoes the unit for the sake of others (SQLSTATE 40001 and 40P01), do runs again, up to three times:
// it has to begin with what it was given, and to answer nobody. The isolation is read committed, unless the first statement of do is
// `set transaction isolation level serializable`. The error is that of do, or a fault if the transaction could not be begun or committed.
func (d *Database) Transact(ctx context.Context, do func(context.Context) error) error {
	if current, ok := d.joined(ctx); ok {
		err := do(ctx)
		if err != nil && current.failed == nil {
			current.failed = err
		}
		return err
	}
	var done *transaction
	err := again(ctx, func() (err error) {
		done, err = d.try(ctx, do)
		return err
	})
	if done == nil {
		return err
	}
	for _, waiting := range done.after {
		if err == nil || waiting.inDoubt {
			waiting.do()
		}
	}
	return err
}

// try returns nil if the transaction was rolled back, and an error beside it if nobody knows.
func (d *Database) try(ctx context.Context, do func(context.Context) error) (*transaction, error) {
	tx, err := d.pool.Begin(ctx)
	if err != nil {
		return nil, Fault(err, nil)
	}
	defer rollback(ctx, tx) // after a commit it does nothing
	current := &transaction{Tx: tx, database: d}
	err = do(context.WithValue(ctx, transactionKey{}, current))
	if err == nil {
		err = current.failed
	}
	if err != nil {
		return nil, err
	}
	err = tx.Commit(ctx)
	if isRolledBack(err) {
		current = nil
	}
	return current, Fault(err, nil)
}

// isRolledBack reports whether the server said so: an error that ends the connection may have come after the commit.
// pgconn.SafeToRetry would not do: it holds for a connection that broke before the server's answer to a commit was read.
func isRolledBack(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.SeverityUnlocalized == "ERROR" || errors.Is(err, pgx.ErrTxCommitRollback)
}

// rollback keeps the connection for others even if the request has ended.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = tx.Rollback(ctx)
}

const (
	retries = 3

	// pause is how long the first retry waits at most.
	pause = 20 * time.Millisecond
)

// again repeats what the server has undone as a whole. It waits a random time, so that those who met do not meet again.
func again(ctx context.Context, try func() error) error {
	for retry := 0; ; retry++ {
		err := try()
		if retry == retries || !undone(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(pause << retry)): //nolint:gosec // it need not be secret
		}
	}
}

// undone reports whether the server has rolled all of it back, and would do it if it were asked once more.
func undone(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (refused.Code == serializationFailed || refused.Code == deadlock)
}
