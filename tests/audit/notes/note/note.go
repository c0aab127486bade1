// Package note keeps what people write about invoices.
package note

import (
	"context"
	"time"

	"platform.internal/auth"
	"platform.internal/check"
	"platform.internal/id"
	"platform.internal/page"
)

// Note is one note as it is stored.
type Note struct {
	ID        id.ID
	InvoiceID id.ID
	Text      string
	Owner     string
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Store keeps notes. Every method sees only the rows of one owner.
type Store interface {
	Create(ctx context.Context, note Note) (Note, error)
	Get(ctx context.Context, owner string, id id.ID) (Note, error)
	List(ctx context.Context, owner string, request page.Request) (page.Page[Note], error)
}

// Invoices is what notes need to know of invoices.
type Invoices interface {
	Exists(ctx context.Context, id id.ID) error
}

// Service is the only place with rules about notes.
type Service struct {
	store    Store
	invoices Invoices
}

// NewService returns a service on the store.
func NewService(store Store, invoices Invoices) *Service { return &Service{store, invoices} }

// Create stores a new note, which the caller owns.
func (s *Service) Create(ctx context.Context, invoice id.ID, text string) (Note, error) {
	var violations check.Violations
	violations.Text("/text", text, 1, 500)
	if err := violations.Err(); err != nil {
		return Note{}, err
	}
	if err := check.Reference(ctx, "/invoice_id", invoice, s.invoices.Exists); err != nil {
		return Note{}, err
	}
	return s.store.Create(ctx, Note{ID: id.New(), InvoiceID: invoice, Text: text, Owner: auth.From(ctx).Subject})
}

// Get returns one of the caller's notes.
func (s *Service) Get(ctx context.Context, id id.ID) (Note, error) {
	return s.store.Get(ctx, auth.From(ctx).Subject, id)
}

// List returns one page of the caller's notes, newest first.
func (s *Service) List(ctx context.Context, request page.Request) (page.Page[Note], error) {
	return s.store.List(ctx, auth.From(ctx).Subject, request)
}
