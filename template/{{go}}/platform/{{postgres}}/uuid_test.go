// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"platform.internal/id"
)

func TestAnIdentifierTravelsAs16Bytes(t *testing.T) {
	t.Parallel()
	pool := openAt(t, bare(t), 4)
	want := id.New()
	rows, err := pool.Query(t.Context(), "select $1::uuid", want)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if format := rows.FieldDescriptions()[0].Format; format != pgtype.BinaryFormatCode {
		t.Errorf("it is read as format %d", format)
	}
	if !rows.Next() || len(rows.RawValues()[0]) != 16 || [16]byte(rows.RawValues()[0]) != want {
		t.Errorf("it came back as %x", rows.RawValues())
	}
	rows.Close()

	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	types := conn.Conn().TypeMap()
	sent, err := types.Encode(pgtype.UUIDOID, types.FormatCodeForOID(pgtype.UUIDOID), want, nil)
	if err != nil || [16]byte(sent) != want {
		t.Errorf("it is sent as %x, %v", sent, err)
	}
}

func TestIdentifiersAreReadAndWritten(t *testing.T) {
	t.Parallel()
	pool := openAt(t, bare(t), 4)
	first, second := id.New(), id.New()

	t.Run("one", func(t *testing.T) {
		t.Parallel()
		var got id.ID
		if err := pool.QueryRow(t.Context(), "select $1::uuid", first).Scan(&got); err != nil || got != first {
			t.Errorf("got %s and %v", got, err)
		}
	})
	t.Run("one behind a pointer", func(t *testing.T) {
		t.Parallel()
		var got *id.ID
		if err := pool.QueryRow(t.Context(), "select $1::uuid", &first).Scan(&got); err != nil || got == nil || *got != first {
			t.Errorf("got %v and %v", got, err)
		}
	})
	t.Run("none, for a pointer to none", func(t *testing.T) {
		t.Parallel()
		got := &first
		if err := pool.QueryRow(t.Context(), "select $1::uuid", (*id.ID)(nil)).Scan(&got); err != nil || got != nil {
			t.Errorf("got %v and %v", got, err)
		}
	})
	t.Run("none is an error where there must be one", func(t *testing.T) {
		t.Parallel()
		var got id.ID
		if err := pool.QueryRow(t.Context(), "select null::uuid").Scan(&got); err == nil {
			t.Errorf("got %s", got)
		}
	})
	t.Run("none is an error in a list where there must be one", func(t *testing.T) {
		t.Parallel()
		var got []id.ID
		if err := pool.QueryRow(t.Context(), "select array[null::uuid]").Scan(&got); err == nil {
			t.Errorf("got %s", got)
		}
	})
	t.Run("several", func(t *testing.T) {
		t.Parallel()
		var got []id.ID
		if err := pool.QueryRow(t.Context(), "select $1::uuid[]", []id.ID{first, second}).Scan(&got); err != nil || len(got) != 2 || got[1] != second {
			t.Errorf("got %v and %v", got, err)
		}
	})
	t.Run("several, some of them none", func(t *testing.T) {
		t.Parallel()
		var got []*id.ID
		if err := pool.QueryRow(t.Context(), "select $1::uuid[]", []*id.ID{&first, nil}).Scan(&got); err != nil || len(got) != 2 || *got[0] != first || got[1] != nil {
			t.Errorf("got %v and %v", got, err)
		}
	})
	t.Run("one of several", func(t *testing.T) {
		t.Parallel()
		var got bool
		if err := pool.QueryRow(t.Context(), "select $1::uuid = any($2)", second, []id.ID{first, second}).Scan(&got); err != nil || !got {
			t.Errorf("got %v and %v", got, err)
		}
	})
	t.Run("as members of a struct", func(t *testing.T) {
		t.Parallel()
		type row struct {
			ID     id.ID
			Parent *id.ID
			None   *id.ID
		}
		rows, err := pool.Query(t.Context(), "select $1::uuid, $2::uuid, null::uuid", first, second)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[row])
		if err != nil || got.ID != first || *got.Parent != second || got.None != nil {
			t.Errorf("got %v and %v", got, err)
		}
	})
	t.Run("as a value of any type", func(t *testing.T) {
		t.Parallel()
		rows, err := pool.Query(t.Context(), "select $1::uuid, null::uuid", first)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
		got, err := rows.Values()
		if err != nil || got[0] != uuid.UUID(first) || got[1] != nil {
			t.Errorf("got %v and %v", got, err)
		}
	})
	t.Run("as text, to a server that is asked simply", func(t *testing.T) {
		t.Parallel()
		var got id.ID
		if err := pool.QueryRow(t.Context(), "select $1::uuid", pgx.QueryExecModeSimpleProtocol, first).Scan(&got); err != nil || got != first {
			t.Errorf("got %s and %v", got, err)
		}
	})
	t.Run("as text, from a column of text", func(t *testing.T) {
		t.Parallel()
		var got id.ID
		if err := pool.QueryRow(t.Context(), "select $1::uuid::text", first).Scan(&got); err != nil || got != first {
			t.Errorf("got %s and %v", got, err)
		}
	})
}
