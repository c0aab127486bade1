// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// leftovers are the indexes that a `create index concurrently` has begun and nobody is building any more: PostgreSQL keeps them,
// marked invalid, and they would be in the way of the migration when it is tried again. The index of a partitioned table
// is another thing: it is invalid until each partition has its own. Which index another role is building, PostgreSQL does not tell:
// while one does, any may be it.
const leftovers = `
	select format('%I.%I', n.nspname, c.relname)
	from pg_index i
	join pg_class c on c.oid = i.indexrelid
	join pg_namespace n on n.oid = c.relnamespace
	where not i.indisvalid and c.relkind = 'i' and n.nspname = 'public' and pg_has_role(c.relowner, 'usage')
	and not exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid
		or p.datname = current_database() and p.index_relid is null)`

func dropLeftovers(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, leftovers)
	if err != nil {
		return fmt.Errorf("look for indexes that were left half built: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for indexes that were left half built: %w", err)
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, "drop index concurrently "+name); err != nil {
			return fmt.Errorf("drop %s, which was left half built: %w", name, err)
		}
	}
	return nil
}
