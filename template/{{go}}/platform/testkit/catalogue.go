// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"slices"
	"strings"
	"testing"
)

// catalogue lists all that migrations can change, one line a thing, in the words of the server.
const catalogue = `
select format('%s %s: %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' else '' end, pg_get_expr(d.adbin, d.adrelid))
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relkind in ('r', 'p', 'v') and c.relnamespace = 'public'::regnamespace
union all select format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'public'::regnamespace
union all select indexdef from pg_indexes where schemaname = 'public'
union all select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid where not tgisinternal and c.relnamespace = 'public'::regnamespace
union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
union all select format('type %s', typname) from pg_type where typnamespace = 'public'::regnamespace and typtype in ('e', 'd')
union all select format('grant on %s: %s', relname, relacl) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')
union all select format('comment on %s: %s', objoid::regclass, description) from pg_description where classoid = 'pg_class'::regclass and objoid::regclass::text !~ '^(pg_|information_schema)'`

// Catalogue returns what the schema consists of, sorted, without dbmate's own table.
func Catalogue(t testing.TB, database Database) []string {
	t.Helper()
	conn := connect(t, database.AdminURL)
	defer disconnect(t, conn)
	lines, err := texts(t, conn, catalogue)
	if err != nil {
		t.Fatal(err)
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, "schema_migrations") })
	slices.Sort(lines)
	return lines
}
