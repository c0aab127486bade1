// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"platform.internal/page"
)

// List is one page of a table in keyset order. Every text in it but the values of Where is written in code, never sent by a client.
type List struct {
	Table   string
	Columns string
	Live    bool // leave out rows that are soft-deleted
	Where   []Equal
	Sort    Sort
	Page    page.Request
}

// Equal keeps the rows in which a column has a value.
type Equal struct {
	Column string
	Value  any
	Folded bool // compare without regard to case
}

// Sort is the order of a list; ID makes it total, in the same direction.
type Sort struct {
	Column     string // empty: by ID, which is by time of making
	Type       string // of the column, as PostgreSQL writes it
	Descending bool
}

// Select returns the page. read scans one row; position names its place in the order.
// The error is a fault: Invalid if the cursor belongs to another list.
func Select[T any](ctx context.Context, db DB, list List, read pgx.RowToFunc[T], position func(T) page.Position) (page.Page[T], error) {
	sql, arguments, err := list.SQL()
	if err != nil {
		return page.Page[T]{}, err
	}
	rows, err := db.Query(ctx, sql, arguments...)
	if err != nil {
		return page.Page[T]{}, list.fault(err)
	}
	size := list.Page.Size()
	items, err := pgx.AppendRows(make([]T, 0, size+1), rows, read)
	if err != nil {
		return page.Page[T]{}, list.fault(err)
	}
	if len(items) <= size {
		return page.Page[T]{Items: items}, nil
	}
	items = items[:size]
	return page.Page[T]{Items: items, Next: list.Cursor(position(items[len(items)-1]))}, nil
}

// Cursor returns the cursor of the page after a position in the list.
func (l List) Cursor(position page.Position) string { return page.Encode(position, l.binding()...) }

// SQL returns the statement and its arguments. It asks for one row more than the page has, to know whether there is another page.
func (l List) SQL() (string, []any, error) {
	var arguments []any
	var conditions []string
	argument := func(value any) string {
		arguments = append(arguments, value)
		return fmt.Sprintf("$%d", len(arguments))
	}
	for _, equal := range l.Where {
		conditions = append(conditions, equal.condition(argument(equal.Value)))
	}
	if l.Live {
		conditions = append(conditions, "deleted_at is null")
	}
	if l.Page.Cursor != "" {
		after, err := page.Decode(l.Page.Cursor, l.binding()...)
		if err != nil {
			return "", nil, err
		}
		conditions = append(conditions, l.after(after, argument))
	}
	sql := "select " + l.Columns + " from " + l.Table
	if len(conditions) > 0 {
		sql += " where " + strings.Join(conditions, " and ")
	}
	return sql + " order by " + l.order() + " limit " + argument(l.Page.Size()+1), arguments, nil
}

func (e Equal) condition(argument string) string {
	if e.Folded {
		return "lower(" + e.Column + ") = lower(" + argument + ")"
	}
	return e.Column + " = " + argument
}

// after uses a row comparison: PostgreSQL turns it into an index range, which it does not do for the same condition written with OR.
func (l List) after(position page.Position, argument func(any) string) string {
	operator := ">"
	if l.Sort.Descending {
		operator = "<"
	}
	if l.Sort.Column == "" {
		return "id " + operator + " " + argument(position.ID)
	}
	return fmt.Sprintf("(%s, id) %s (%s::%s, %s)", l.Sort.Column, operator, argument(position.Key), l.Sort.Type, argument(position.ID))
}

func (l List) order() string {
	direction := ""
	if l.Sort.Descending {
		direction = " desc"
	}
	if l.Sort.Column == "" {
		return "id" + direction
	}
	return l.Sort.Column + direction + ", id" + direction
}

func (l List) binding() []string {
	binding := []string{l.Table, l.order()}
	for _, equal := range l.Where {
		binding = append(binding, equal.Column, fmt.Sprint(equal.Value))
	}
	return binding
}

// fault takes a value that the server cannot read for what it is: a forged cursor, the only text that is cast.
func (l List) fault(err error) error {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && strings.HasPrefix(refused.Code, "22") && l.Page.Cursor != "" {
		return page.Forged()
	}
	return Fault(err, nil)
}
