package note

import (
	"context"

	"example.com/acme/billing/internal/gen/rest"

	"platform.internal/page"
	platform "platform.internal/rest"
)

// REST serves notes as the contract says; it translates and decides nothing.
type REST struct{ service *Service }

// NewREST returns a handler on the service.
func NewREST(service *Service) *REST { return &REST{service} }

// ListNotes implements rest.NotesHandler.
func (h *REST) ListNotes(ctx context.Context, params rest.ListNotesParams) (rest.ListNotesRes, error) {
	found, err := h.service.List(ctx, page.Request{Limit: params.Limit.Value, Cursor: params.Cursor.Value})
	if err != nil {
		return nil, err
	}
	return &rest.NotePage{
		Data:       page.Map(found, toREST).Items,
		NextCursor: platform.Cursor[rest.NilString](found.Next),
	}, nil
}

// CreateNote implements rest.NotesHandler.
func (h *REST) CreateNote(ctx context.Context, body *rest.NoteCreate, _ rest.CreateNoteParams) (rest.CreateNoteRes, error) {
	created, err := h.service.Create(ctx, body.InvoiceID, body.Text)
	if err != nil {
		return nil, err
	}
	return &rest.NoteCreatedHeaders{
		Location: "/v1/notes/" + created.ID.String(),
		ETag:     platform.ETag(created.Version),
		Response: toREST(created),
	}, nil
}

// GetNote implements rest.NotesHandler.
func (h *REST) GetNote(ctx context.Context, params rest.GetNoteParams) (rest.GetNoteRes, error) {
	note, err := h.service.Get(ctx, params.NoteID)
	if err != nil {
		return nil, err
	}
	return &rest.NoteHeaders{ETag: platform.ETag(note.Version), Response: toREST(note)}, nil
}

func toREST(note Note) rest.Note {
	return rest.Note{
		ID:        note.ID,
		InvoiceID: note.InvoiceID,
		Text:      note.Text,
		Version:   note.Version,
		CreatedAt: rest.Timestamp(note.CreatedAt),
		UpdatedAt: rest.Timestamp(note.UpdatedAt),
	}
}
