// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/amacneil/dbmate/v2/pkg/dbmate"
	_ "github.com/amacneil/dbmate/v2/pkg/driver/postgres" // the driver that dbmate finds by the scheme of the address
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Migrator changes the schema, as the role that owns it. While one works, every other one of the same database waits.
// The end of a context ends the waiting; a migration that has begun is not interrupted.
// Errors are one sentence on one line.
type Migrator struct {
	files fs.FS
	url   string
	out   io.Writer
}

// NewMigrator returns a Migrator for the files, which are SQL in dbmate's format, and the address of the database as its owner.
// The address leads to the server itself, not to a pooler, which would lose the lock.
func NewMigrator(files fs.FS, address string, out io.Writer) *Migrator {
	return &Migrator{files: files, url: address, out: out}
}

// Up applies every migration that is pending; none is no error. Before that it drops what interrupted ones have left.
func (m *Migrator) Up(ctx context.Context) error {
	return m.locked(ctx, func(conn *pgx.Conn, db *dbmate.DB) error {
		if err := dropLeftovers(ctx, conn); err != nil {
			return err
		}
		err := db.Migrate()
		if errors.Is(err, dbmate.ErrNoMigrationFiles) {
			return nil
		}
		return err
	})
}

// Down undoes the newest migration. It refuses to if there is none, and if it is unknown to this build,
// because dbmate would undo an older one instead.
func (m *Migrator) Down(ctx context.Context) error {
	return m.locked(ctx, func(conn *pgx.Conn, db *dbmate.DB) error {
		done, err := applied(ctx, conn)
		if err != nil {
			return err
		}
		if len(done) == 0 {
			return errors.New("there is no migration to undo")
		}
		known, err := migrations(m.files)
		if err != nil {
			return err
		}
		if newest := slices.Max(done); known[newest] == "" {
			return fmt.Errorf("the newest migration, %s, is unknown to this build: undo it with the build that knows it", newest)
		}
		return db.Rollback()
	})
}

// Status lists the migrations, and returns how many are pending.
func (m *Migrator) Status(ctx context.Context) (pending int, err error) {
	err = m.locked(ctx, func(_ *pgx.Conn, db *dbmate.DB) error {
		pending, err = db.Status(false)
		return err
	})
	return pending, err
}

// lockKey is any number that every version of this service agrees on and no other use of advisory locks in this database has.
const lockKey = 7_290_114_417

// locked runs do while no other migrator runs: dbmate takes no lock of its own. The lock ends with the connection, so with the process too.
func (m *Migrator) locked(ctx context.Context, do func(*pgx.Conn, *dbmate.DB) error) error {
	config, err := pgx.ParseConfig(m.url)
	address, wrong := url.Parse(m.url)
	if err != nil || wrong != nil || address.Scheme != "postgres" && address.Scheme != "postgresql" {
		return errors.New("DATABASE_OWNER_URL is not the address of a PostgreSQL database: .env.example shows one")
	}
	config.RuntimeParams["idle_session_timeout"] = "0" // the connection idles while it holds the lock
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return unreachable(config, err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = conn.Close(closing)
	}()
	if err := lock(ctx, conn); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	if prefersTLS(config) {
		parameters := address.Query()
		parameters.Set("sslmode", "prefer")
		address.RawQuery = parameters.Encode()
	}
	log := &progress{out: m.out}
	db := dbmate.New(address)
	db.FS = m.files
	db.MigrationsDir = []string{"."}
	db.AutoDumpSchema = false
	db.Log = log
	return log.close(do(conn, db))
}

// prefersTLS reports whether a server without TLS will do. For pgx, as for PostgreSQL's own clients, it does where nothing is said;
// the driver of dbmate would insist on TLS.
func prefersTLS(config *pgx.ConnConfig) bool {
	return config.TLSConfig != nil && slices.ContainsFunc(config.Fallbacks, func(next *pgconn.FallbackConfig) bool { return next.TLSConfig == nil })
}

// lock asks again and again. A statement that waited for the lock would hold a snapshot,
// and whoever has the lock could wait for that with a `create index concurrently`, each for the other, for ever.
func lock(ctx context.Context, conn *pgx.Conn) error {
	for {
		var locked bool
		if err := conn.QueryRow(ctx, "select pg_try_advisory_lock($1)", lockKey).Scan(&locked); err != nil || locked {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// progress passes on what dbmate writes, a line at a time. It holds each "Applied" back until the next line:
// dbmate writes it for a migration that has failed, too.
type progress struct {
	out  io.Writer
	held string
	file string // the migration that is being worked on
}

// Write implements io.Writer.
func (p *progress) Write(line []byte) (int, error) {
	if _, err := io.WriteString(p.out, p.held); err != nil {
		return 0, err
	}
	p.held = ""
	what, file, _ := strings.Cut(strings.TrimSpace(string(line)), ": ")
	switch what {
	case "Applying", "Rolling back":
		p.file = file
	case "Applied", "Rolled back":
		p.held = string(line)
		return len(line), nil
	}
	return p.out.Write(line)
}

func (p *progress) close(err error) error {
	if err == nil {
		_, err = io.WriteString(p.out, p.held)
		return err
	}
	message := strings.Join(strings.Fields(err.Error()), " ")
	if p.file == "" {
		return errors.New(message)
	}
	return fmt.Errorf("%s: %s", p.file, message)
}
