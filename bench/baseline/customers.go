package main

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type customer struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

const customerColumns = "id, name, email, version, created_at, updated_at"

// scan reads the columns. pgx handles [16]byte in binary, a uuid.UUID as text.
func (c *customer) scan(row pgx.Row) error {
	err := row.Scan((*[16]byte)(&c.ID), &c.Name, &c.Email, &c.Version, &c.CreatedAt, &c.UpdatedAt)
	c.CreatedAt, c.UpdatedAt = c.CreatedAt.UTC(), c.UpdatedAt.UTC()
	return err
}

func (a api) getCustomer(w http.ResponseWriter, r *http.Request) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		http.Error(w, "malformed id", http.StatusBadRequest)
		return
	}
	var found customer
	err = found.scan(a.pool.QueryRow(r.Context(),
		"select "+customerColumns+" from customers where id = $1 and owner = $2 and deleted_at is null", [16]byte(id), a.owner))
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Etag", etag(found.Version))
	answer(w, http.StatusOK, &found)
}

func (a api) createCustomer(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&wanted); err != nil {
		http.Error(w, "malformed body", http.StatusBadRequest)
		return
	}
	var created customer
	err := created.scan(a.pool.QueryRow(r.Context(),
		"insert into customers (id, name, email, owner) values ($1, $2, $3, $4) returning "+customerColumns,
		[16]byte(uuid.Must(uuid.NewV7())), wanted.Name, wanted.Email, a.owner))
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Location", "/v1/customers/"+created.ID.String())
	w.Header().Set("Etag", etag(created.Version))
	answer(w, http.StatusCreated, &created)
}
