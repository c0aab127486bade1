// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/page"
	"platform.internal/postgres"
)

func TestAListIsAskedForInOneStatement(t *testing.T) {
	t.Parallel()
	things := postgres.List{Table: "things", Columns: "id"}
	for name, test := range map[string]struct {
		change func(*postgres.List)
		want   string
	}{
		"in the order of making": {func(*postgres.List) {}, "select id from things order by id limit $1"},
		"the newest first":       {func(l *postgres.List) { l.Sort.Descending = true }, "select id from things order by id desc limit $1"},
		"of what is live":        {func(l *postgres.List) { l.Live = true }, "select id from things where deleted_at is null order by id limit $1"},
		"with a filter": {func(l *postgres.List) {
			l.Where = []postgres.Equal{{Column: "owner", Value: "ada"}, {Column: "email", Value: "A", Folded: true}}
		}, "select id from things where owner = $1 and lower(email) = lower($2) order by id limit $3"},
		"in the order of a column, both the same way": {func(l *postgres.List) {
			l.Sort = postgres.Sort{Column: "day", Type: "date", Descending: true}
		}, "select id from things order by day desc, id desc limit $1"},
		"after a position": {func(l *postgres.List) {
			l.Sort = postgres.Sort{Column: "day", Type: "date"}
			l.Page.Cursor = l.Cursor(page.Position{Key: "2026-01-01", ID: id.New()})
		}, "select id from things where (day, id) > ($1::date, $2) order by day, id limit $3"},
		"after a position, the other way": {func(l *postgres.List) {
			l.Sort.Descending = true
			l.Page.Cursor = l.Cursor(page.Position{ID: id.New()})
		}, "select id from things where id < $1 order by id desc limit $2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := things
			test.change(&list)
			sql, arguments, err := list.SQL()
			if err != nil || sql != test.want || arguments[len(arguments)-1] != 51 {
				t.Errorf("got %s with %v and %v", sql, arguments, err)
			}
		})
	}
}

func TestACursorFitsOnlyTheListThatGaveIt(t *testing.T) {
	t.Parallel()
	list := postgres.List{Table: "things", Columns: "id", Where: []postgres.Equal{{Column: "owner", Value: "ada"}}}
	cursor := list.Cursor(page.Position{ID: id.New()})
	for name, change := range map[string]func(*postgres.List){
		"not that of another caller": func(l *postgres.List) { l.Where = []postgres.Equal{{Column: "owner", Value: "bob"}} },
		"not one with a filter more": func(l *postgres.List) { l.Where = append(l.Where[:1:1], postgres.Equal{Column: "name", Value: "x"}) },
		"not one in another order":   func(l *postgres.List) { l.Sort.Descending = true },
		"not one of another table":   func(l *postgres.List) { l.Table = "parents" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := list
			other.Page.Cursor = cursor
			change(&other)
			if _, _, err := other.SQL(); fault.KindOf(err) != fault.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
}

// thing is a row with one key of every type that a list can be sorted by.
type thing struct {
	ID     id.ID
	Name   string
	Number int64
	Amount decimal.Decimal
	Day    time.Time
	At     time.Time
}

const columns = "id, name, number, amount::text, day, at"

func scan(row pgx.CollectableRow) (got thing, err error) {
	var amount string
	err = row.Scan(&got.ID, &got.Name, &got.Number, &amount, &got.Day, &got.At)
	if err == nil {
		got.Amount, err = decimal.NewFromString(amount)
	}
	return got, err
}

var orders = map[string]struct {
	sort postgres.Sort
	key  func(thing) string
}{
	"id":     {postgres.Sort{}, func(thing) string { return "" }},
	"name":   {postgres.Sort{Column: "name", Type: "text"}, func(t thing) string { return t.Name }},
	"number": {postgres.Sort{Column: "number", Type: "bigint"}, func(t thing) string { return strconv.FormatInt(t.Number, 10) }},
	"amount": {postgres.Sort{Column: "amount", Type: "numeric"}, func(t thing) string { return t.Amount.String() }},
	"day":    {postgres.Sort{Column: "day", Type: "date"}, func(t thing) string { return t.Day.Format(time.DateOnly) }},
	"at":     {postgres.Sort{Column: "at", Type: "timestamptz"}, func(t thing) string { return t.At.Format(time.RFC3339Nano) }},
}

// fill makes rows for ada.
func fill(t *testing.T, db postgres.DB) {
	t.Helper()
	moment := time.Date(2026, 1, 15, 9, 30, 0, 0, time.UTC)
	for i, name := range []string{
		"", " ", "'", `\`, `\\x00`, "a", "A", "ä", "a,b", `{"a"}`, "infinity", "NULL", "$1", "日本", "😀", strings.Repeat("x", 1000), "same", "same", "same", "same",
	} {
		exec(t, db, "insert into things (id, name, number, amount, day, at) values ($1, $2, $3, $4, $5, $6)",
			id.New(), name, i/3+1, fmt.Sprintf("%d.%06d", i%4, i%3), moment.AddDate(0, 0, i/4), moment.Add(time.Duration(i/2)*time.Microsecond))
	}
}

func TestOnPostgreSQL(t *testing.T) {
	t.Parallel()
	pool := open(t)
	fill(t, pool)
	for name, order := range orders {
		t.Run("pages by "+name+" neither lose nor repeat a row", func(t *testing.T) {
			t.Parallel()
			walk(t, pool, order.sort, order.key)
			order.sort.Descending = true
			walk(t, pool, order.sort, order.key)
		})
		t.Run("a forged cursor by "+name+" is invalid and never our defect", func(t *testing.T) {
			t.Parallel()
			forge(t, pool, order.sort)
		})
	}
	t.Run("a list keeps to its filters", func(t *testing.T) {
		t.Parallel()
		for _, row := range []struct{ owner, name, deleted string }{{"bob", "Mine", ""}, {"bob", "Gone", "now"}, {"bea", "Mine", ""}} {
			exec(t, pool, "insert into things (id, owner, name, deleted_at) values ($1, $2, $3, nullif($4, '')::timestamptz)", id.New(), row.owner, row.name, row.deleted)
		}
		list := postgres.List{
			Table: "things", Columns: "name", Live: true,
			Where: []postgres.Equal{{Column: "owner", Value: "bob"}, {Column: "name", Value: "mINE", Folded: true}},
		}
		got, err := postgres.Select(t.Context(), pool, list, pgx.RowTo[string], func(string) page.Position { return page.Position{} })
		if err != nil || len(got.Items) != 1 || got.Items[0] != "Mine" {
			t.Errorf("got %v and %v", got, err)
		}
	})
	t.Run("an empty list has no next page", func(t *testing.T) {
		t.Parallel()
		list := postgres.List{Table: "things", Columns: columns, Where: []postgres.Equal{{Column: "owner", Value: "nobody"}}}
		got, err := postgres.Select(t.Context(), pool, list, scan, func(thing) page.Position { return page.Position{} })
		if err != nil || got.Items == nil || len(got.Items) > 0 || got.Next != "" {
			t.Errorf("got %v and %v", got, err)
		}
	})
}

func ofAda(sort postgres.Sort) postgres.List {
	return postgres.List{Table: "things", Columns: columns, Sort: sort, Where: []postgres.Equal{{Column: "owner", Value: "ada"}}}
}

// walk reads the rows three at a time, and holds them against what one page of all has.
func walk(t *testing.T, db postgres.DB, sort postgres.Sort, key func(thing) string) {
	t.Helper()
	list := ofAda(sort)
	position := func(row thing) page.Position { return page.Position{Key: key(row), ID: row.ID} }
	list.Page.Limit = 200
	whole, err := postgres.Select(t.Context(), db, list, scan, position)
	if err != nil || len(whole.Items) != 20 || whole.Next != "" {
		t.Fatalf("%d rows, cursor %q, %v", len(whole.Items), whole.Next, err)
	}
	list.Page.Limit = 3
	var paged []thing
	for {
		got, err := postgres.Select(t.Context(), db, list, scan, position)
		if err != nil {
			t.Fatal(err)
		}
		paged = append(paged, got.Items...)
		if list.Page.Cursor = got.Next; got.Next == "" {
			break
		}
	}
	if !slices.EqualFunc(paged, whole.Items, func(a, b thing) bool { return a.ID == b.ID }) {
		t.Errorf("descending %v: the pages have %d rows, or another order", sort.Descending, len(paged))
	}
}

func forge(t *testing.T, db postgres.DB, sort postgres.Sort) {
	t.Helper()
	for _, key := range []string{
		"", "x", "\x00", "a\xff", "'; drop table things; --", "1e999999", "NaN", "infinity", "-infinity", "now", "9223372036854775808", "0000-01-01",
		"2026-02-30", "999999-01-01", "0x1", `{"a":1}`, strings.Repeat("9", 200_000), "2026-01-15T09:30:00+99:99", "epoch", "allballs",
	} {
		list := ofAda(sort)
		list.Page.Cursor = list.Cursor(page.Position{Key: key, ID: id.New()})
		_, err := postgres.Select(t.Context(), db, list, scan, func(row thing) page.Position { return page.Position{ID: row.ID} })
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%.30q: %v", key, err)
		}
	}
}
