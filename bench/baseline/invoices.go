package main

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

type money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type invoice struct {
	ID         uuid.UUID   `json:"id"`
	CustomerID uuid.UUID   `json:"customer_id"`
	Number     string      `json:"number"`
	Status     string      `json:"status"`
	Total      money       `json:"total"`
	DueOn      pgtype.Date `json:"due_on"`
	Version    int64       `json:"version"`
	CreatedAt  time.Time   `json:"created_at"`
	UpdatedAt  time.Time   `json:"updated_at"`
}

type invoicePage struct {
	Data       []invoice `json:"data"`
	NextCursor *string   `json:"next_cursor"`
}

const newestInvoices = `
select id, customer_id, number, status, total_amount, total_currency, due_on, version, created_at, updated_at
from invoices where owner = $1 order by id desc limit $2`

func (i *invoice) scan(row pgx.Row) error {
	err := row.Scan((*[16]byte)(&i.ID), (*[16]byte)(&i.CustomerID), &i.Number, &i.Status,
		&i.Total.Amount, &i.Total.Currency, &i.DueOn, &i.Version, &i.CreatedAt, &i.UpdatedAt)
	i.CreatedAt, i.UpdatedAt = i.CreatedAt.UTC(), i.UpdatedAt.UTC()
	return err
}

// listInvoices answers the first page; a cursor names its last row.
func (a api) listInvoices(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 200 {
		http.Error(w, "malformed limit", http.StatusBadRequest)
		return
	}
	rows, err := a.pool.Query(r.Context(), newestInvoices, a.owner, limit+1)
	if err != nil {
		fail(w, err)
		return
	}
	defer rows.Close()
	page := invoicePage{Data: make([]invoice, 0, limit+1)}
	for rows.Next() {
		page.Data = append(page.Data, invoice{})
		if err := page.Data[len(page.Data)-1].scan(rows); err != nil {
			fail(w, err)
			return
		}
	}
	if err := rows.Err(); err != nil {
		fail(w, err)
		return
	}
	page.cut(limit)
	answer(w, http.StatusOK, &page)
}

// cut leaves out the one row too many that tells of another page.
func (p *invoicePage) cut(limit int) {
	if len(p.Data) <= limit {
		return
	}
	p.Data = p.Data[:limit]
	cursor := base64.RawURLEncoding.EncodeToString(p.Data[limit-1].ID[:])
	p.NextCursor = &cursor
}
