// Kept by the platform: docs/ownership.md says what that means.

package cache

import (
	"context"
	"errors"
	"reflect"
	"time"

	"golang.org/x/sync/singleflight"

	"platform.internal/fault"
	"platform.internal/postgres"
)

// Entries are the copies of one resource's rows. T is a row as its module knows it: a struct all of whose fields are exported, so that it
// survives JSON unchanged. Copies with other fields, of an older or a newer version of the service, are not read.
type Entries[T any] struct {
	cache      *Cache
	children   []string
	prefix     string
	generation string
	layout     string
	flights    singleflight.Group
}

// Of returns the entries of a resource. It is called once for each. The children are the resources whose rows the database deletes or
// changes by itself when one of this resource is deleted, and those whose rows it changes with theirs.
func Of[T any](c *Cache, resource string, children ...string) *Entries[T] {
	c.client.OnRecovery(c.renew(resource))
	return &Entries[T]{
		cache:      c,
		children:   children,
		prefix:     c.prefix(resource),
		generation: c.generation(resource),
		layout:     layout(reflect.TypeFor[T]()),
	}
}

// Load reads a row, and its version, from the database. The error is a fault of kind NotFound if there is none.
type Load[T any] func(ctx context.Context) (row T, version int64, err error)

// Get returns the copy under the key, or else what load returns, and keeps that. Of those who ask at the same time one loads, with a
// context that does not end when that caller goes. Inside of a transaction, and without Redis, each loads for itself.
// Every caller gets a value of its own.
func (e *Entries[T]) Get(ctx context.Context, key string, load Load[T]) (T, error) {
	var none T
	if postgres.InTransaction(ctx) {
		return e.around(ctx, load)
	}
	seen, err := e.look(ctx, key)
	if ctx.Err() != nil {
		return none, ctx.Err()
	}
	if err != nil {
		return e.around(ctx, load)
	}
	if seen.isFresh() {
		if row, err := read[T](seen.entry, e.layout); !errors.Is(err, errUnreadable) {
			e.cache.counted.copies.Add(1)
			return row, err
		}
	}
	loaded, err := e.together(ctx, key, seen, load)
	if err != nil {
		return none, err
	}
	return read[T](loaded, e.layout)
}

// around is a read without the cache.
func (e *Entries[T]) around(ctx context.Context, load Load[T]) (T, error) {
	e.cache.counted.around.Add(1)
	row, _, err := load(ctx)
	return row, err
}

// together joins those who have seen the same. Who asks after a write has seen its tombstone, and so never gets what was loaded before it.
func (e *Entries[T]) together(ctx context.Context, key string, seen sighting, load Load[T]) (entry, error) {
	flight := e.flights.DoChan(seen.state()+" "+key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loading/2)
		defer cancel()
		return e.fetch(ctx, key, seen, load)
	})
	select {
	case <-ctx.Done():
		return entry{}, ctx.Err()
	case landed := <-flight:
		loaded, _ := landed.Val.(entry)
		return loaded, landed.Err
	}
}

func (e *Entries[T]) fetch(ctx context.Context, key string, seen sighting, load Load[T]) (entry, error) {
	e.cache.counted.loads.Add(1)
	began := time.Now()
	row, version, err := safely(ctx, load)
	loaded := entry{version: version, layout: e.layout, took: time.Since(began)}
	switch {
	case err != nil && fault.KindOf(err) == fault.NotFound:
		loaded = absent(err, loaded.took)
	case err != nil:
		return entry{}, err
	default:
		if loaded.text, err = encode(row); err != nil {
			return entry{}, err
		}
	}
	e.keep(ctx, key, seen, loaded)
	return loaded, nil
}
