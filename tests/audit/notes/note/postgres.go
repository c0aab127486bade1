package note

import (
	"context"

	"github.com/jackc/pgx/v5"

	"example.com/acme/billing/internal/note/internal/db"

	"platform.internal/id"
	"platform.internal/page"
	"platform.internal/postgres"
)

// Postgres keeps notes in the table notes.
type Postgres struct {
	db      postgres.DB
	queries *db.Queries
}

// NewPostgres returns a store on the database.
func NewPostgres(database postgres.DB) *Postgres {
	return &Postgres{db: database, queries: db.New(database)}
}

var constraints = postgres.Constraints{
	"notes_invoice_id_fkey": {Pointer: "/invoice_id", Code: "reference", Message: "Refers to nothing that is there."},
}

// Create implements Store.
func (p *Postgres) Create(ctx context.Context, note Note) (Note, error) {
	row, err := p.queries.Create(ctx, db.CreateParams{ID: note.ID, InvoiceID: note.InvoiceID, Text: note.Text, Owner: note.Owner})
	return fromRow(row), postgres.Fault(err, constraints)
}

// Get implements Store.
func (p *Postgres) Get(ctx context.Context, owner string, id id.ID) (Note, error) {
	row, err := p.queries.Get(ctx, db.GetParams{ID: id, Owner: owner})
	return fromRow(row), postgres.Fault(err, nil)
}

// List implements Store.
func (p *Postgres) List(ctx context.Context, owner string, request page.Request) (page.Page[Note], error) {
	list := postgres.List{
		Table:   "notes",
		Columns: "id, invoice_id, text, owner, version, created_at, updated_at",
		Where:   []postgres.Equal{{Column: "owner", Value: owner}},
		Sort:    postgres.Sort{Descending: true},
		Page:    request,
	}
	position := func(note Note) page.Position { return page.Position{ID: note.ID} }
	return postgres.Select(ctx, p.db, list, scan, position)
}

func scan(scanned pgx.CollectableRow) (Note, error) {
	var row db.Row
	err := scanned.Scan(&row.ID, &row.InvoiceID, &row.Text, &row.Owner, &row.Version, &row.CreatedAt, &row.UpdatedAt)
	return fromRow(row), err
}

func fromRow(row db.Row) Note {
	return Note{
		ID: row.ID, InvoiceID: row.InvoiceID, Text: row.Text, Owner: row.Owner,
		Version: row.Version, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
}
