// Kept by the platform: docs/ownership.md says what that means.

package cache_test

import (
	"context"
	"errors"
	"testing"

	"platform.internal/cache"
	"platform.internal/fault"
	"platform.internal/testkit"
)

func TestAfterAWriteNoOlderCopyCounts(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]struct {
		err   error
		loads int32
	}{
		"that was done":                     {nil, 1},
		"that may have been done":           {fault.New(fault.Unavailable, "The database does not answer."), 1},
		"that failed for a reason of ours":  {errors.New("broken"), 1},
		"of one who had seen an older copy": {fault.New(fault.Stale, "It has changed."), 1},
		"that was refused":                  {fault.New(fault.Conflict, "It is taken."), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries, rows := single(t), newTable()
			rows.put("a", "first")
			want(t, entries, rows, "a", "first")
			rows.wantLoads(t, 1)
			entries.Written(t.Context(), "a", 2, write.err)
			if _, err := entries.Get(t.Context(), "a", rows.load("a")); err != nil {
				t.Error(err)
			}
			rows.wantLoads(t, write.loads)
		})
	}
}

func TestACopyFromBeforeAWriteIsNeitherKeptNorSharedAfterIt(t *testing.T) {
	t.Parallel()
	entries, rows := single(t), newTable()
	rows.put("a", "old")
	loaded, written := make(chan struct{}), make(chan struct{})
	slow := make(chan row)
	go func() {
		found, _ := entries.Get(t.Context(), "a", func(ctx context.Context) (row, int64, error) {
			old, version, err := rows.load("a")(ctx)
			close(loaded)
			<-written
			return old, version, err
		})
		slow <- found
	}()
	<-loaded
	entries.Written(t.Context(), "a", rows.put("a", "new"), nil)
	want(t, entries, rows, "a", "new") // while the slow one is under way
	close(written)
	if got := <-slow; got.Name != "old" {
		t.Errorf("the slow one got %+v", got)
	}
	want(t, entries, rows, "a", "new")

	entries.Deleted(t.Context(), "a", 3, nil)
	rows.remove("a")
	if _, err := entries.Get(t.Context(), "a", rows.load("a")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestAReadAfterAWriteJoinsNoneFromBeforeItWhereOneHadFailed(t *testing.T) {
	t.Parallel()
	unknown := fault.New(fault.Unavailable, "The database does not answer.")
	for name, failed := range map[string]func(ctx context.Context, entries *cache.Entries[row]){
		"a try of the same write": func(ctx context.Context, entries *cache.Entries[row]) { entries.Written(ctx, "a", 2, unknown) },
		"a delete":                func(ctx context.Context, entries *cache.Entries[row]) { entries.Deleted(ctx, "a", 2, unknown) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries, rows := single(t), newTable()
			rows.put("a", "old")
			failed(t.Context(), entries)
			loaded, proceed, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				_, _ = entries.Get(t.Context(), "a", func(ctx context.Context) (row, int64, error) {
					found, version, err := rows.load("a")(ctx)
					close(loaded)
					<-proceed
					return found, version, err
				})
			}()
			<-loaded
			entries.Written(t.Context(), "a", rows.put("a", "new"), nil)
			ctx, cancel := context.WithTimeout(t.Context(), patient)
			defer cancel()
			if got, err := entries.Get(ctx, "a", rows.load("a")); err != nil || got.Name != "new" {
				t.Errorf("got %+v, %v, while the one from before is under way", got, err)
			}
			close(proceed)
			<-done
			want(t, entries, rows, "a", "new")
		})
	}
}

func TestTheWritesOfAnotherInstanceCountAndOfAnotherVersionToo(t *testing.T) {
	t.Parallel()
	type newer struct {
		row

		Colour string `json:"colour"`
	}
	place, rows := testkit.NewRedis(t), newTable()
	one, _ := instance(t, place.URL, place.Prefix, patient)
	two, _ := instance(t, place.URL, place.Prefix, patient)
	here, there := cache.Of[row](one, "thing"), cache.Of[newer](two, "thing")
	rows.put("a", "first")
	want(t, here, rows, "a", "first")

	got, err := there.Get(t.Context(), "a", func(ctx context.Context) (newer, int64, error) {
		return newer{row: rows.rows["a"], Colour: "red"}, 1, nil
	})
	if err != nil || got.Colour != "red" {
		t.Errorf("a copy without colour was read: %+v, %v", got, err)
	}
	want(t, here, rows, "a", "first")
	there.Written(t.Context(), "a", rows.put("a", "second"), nil)
	want(t, here, rows, "a", "second")
}

func TestWhatTheDatabaseChangesByItselfCountsNoMore(t *testing.T) {
	t.Parallel()
	place, rows := testkit.NewRedis(t), newTable()
	one, _ := instance(t, place.URL, place.Prefix, patient)
	parents, children := cache.Of[row](one, "parent", "child"), cache.Of[row](one, "child")
	rows.put("child", "first")
	want(t, children, rows, "child", "first")

	loaded, gone := make(chan struct{}), make(chan struct{})
	slow := make(chan error)
	go func() {
		_, err := cache.Of[row](one, "child").Get(t.Context(), "other", func(ctx context.Context) (row, int64, error) {
			close(loaded)
			<-gone
			return row{Name: "from before", Version: 1}, 1, nil
		})
		slow <- err
	}()
	<-loaded
	rows.remove("child") // on delete cascade
	parents.Deleted(t.Context(), "parent", 2, nil)
	close(gone)
	if err := <-slow; err != nil {
		t.Error(err)
	}
	for _, key := range []string{"child", "other"} {
		if got, err := children.Get(t.Context(), key, rows.load(key)); fault.KindOf(err) != fault.NotFound || err == nil {
			t.Errorf("%s: got %+v, %v", key, got, err)
		}
	}
}

func TestACopyOfAnEarlierGenerationRemovesNoTombstone(t *testing.T) {
	t.Parallel()
	place, rows := testkit.NewRedis(t), newTable()
	one, _ := instance(t, place.URL, place.Prefix, patient)
	parents, children := cache.Of[row](one, "parent", "child"), cache.Of[row](one, "child")
	rows.put("a", "old")
	// begin has a reader load what is there now, and returns a function that lets it go on.
	begin := func() (finish func()) {
		loaded, proceed, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			_, _ = children.Get(t.Context(), "a", func(ctx context.Context) (row, int64, error) {
				found, version, err := rows.load("a")(ctx)
				close(loaded)
				<-proceed
				return found, version, err
			})
		}()
		<-loaded
		return func() { close(proceed); <-done }
	}
	first := begin()
	parents.Deleted(t.Context(), "parent", 2, nil)
	second := begin()
	children.Written(t.Context(), "a", rows.put("a", "new"), nil)
	first()
	second()
	want(t, children, rows, "a", "new")
}
