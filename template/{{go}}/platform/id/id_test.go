package id_test

import (
	"testing"

	"platform.internal/fault"
	"platform.internal/id"
)

func TestIdentifiersSortByTheTimeOfTheirMaking(t *testing.T) {
	t.Parallel()
	previous := id.New()
	for range 10_000 {
		next := id.New()
		if next.String() <= previous.String() {
			t.Fatalf("%s was made after %s and sorts before it", next, previous)
		}
		previous = next
	}
}

func TestIdentifiersAreOfVersion7(t *testing.T) {
	t.Parallel()
	if got := id.New().Version(); got != 7 {
		t.Errorf("got version %d", got)
	}
}

func TestParseTakesTheCanonicalFormOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0199d3a4-7c1e-7b6a-9d55-2f4c8f0e1a2b":          true,
		"0199D3A4-7C1E-7B6A-9D55-2F4C8F0E1A2B":          true,
		"":                                              false,
		"0199d3a47c1e7b6a9d552f4c8f0e1a2b":              false,
		"{0199d3a4-7c1e-7b6a-9d55-2f4c8f0e1a2b}":        false,
		"urn:uuid:0199d3a4-7c1e-7b6a-9d55-2f4c8f0e1a2b": false,
		"0199d3a4-7c1e-7b6a-9d55-2f4c8f0e1a2g":          false,
		"0199d3a4-7c1e-7b6a-9d55-2f4c8f0e1a2b\n":        false,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			_, err := id.Parse(text)
			if (err == nil) != want || err != nil && fault.KindOf(err) != fault.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
}
