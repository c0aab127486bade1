// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"encoding/json"
	"testing"

	"github.com/go-faster/jx"

	"platform.internal/rest"
)

// nilString has the methods of a type that ogen generates for a text that may be null.
type nilString struct {
	Value string
	Null  bool
}

func (n *nilString) SetTo(value string) { *n = nilString{Value: value} }

func (n *nilString) SetToNull() { *n = nilString{Null: true} }

func (n nilString) Get() (string, bool) { return n.Value, !n.Null }

func TestAValueAndNullGoThereAndBack(t *testing.T) {
	t.Parallel()
	value := "x"
	if got := rest.Pointer(rest.Nullable[nilString](&value)); got == nil || *got != "x" {
		t.Errorf("got %v", got)
	}
	if got := rest.Nullable[nilString, string](nil); !got.Null || rest.Pointer(got) != nil {
		t.Errorf("got %v", got)
	}
}

func TestAPageWithoutANextOneHasTheCursorNull(t *testing.T) {
	t.Parallel()
	if got := rest.Cursor[nilString](""); !got.Null {
		t.Errorf("got %v", got)
	}
	if got := rest.Cursor[nilString]("c"); got.Null || got.Value != "c" {
		t.Errorf("got %v", got)
	}
}

func TestMapTurnsWhatIsThere(t *testing.T) {
	t.Parallel()
	length := func(text string) int { return len(text) }
	value := "abc"
	if got := rest.Map(&value, length); got == nil || *got != 3 {
		t.Errorf("got %v", got)
	}
	if got := rest.Map(nil, length); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestAnObjectGoesThereAndBack(t *testing.T) {
	t.Parallel()
	const text = `{"a":[1,{"b":null}],"z":1.50}`
	object := rest.Object[map[string]jx.Raw](json.RawMessage(text))
	if got := string(rest.JSON(object)); got != text {
		t.Errorf("got %s", got)
	}
	if got := string(rest.JSON(map[string]jx.Raw{})); got != "{}" {
		t.Errorf("an empty object became %s", got)
	}
	if got := rest.JSON[map[string]jx.Raw](nil); got != nil {
		t.Errorf("nothing became %s", got)
	}
}

func TestAnObjectThatIsMissingStaysMissing(t *testing.T) {
	t.Parallel()
	if got := rest.ObjectOrNil[map[string]jx.Raw](nil); got != nil {
		t.Errorf("got %v", got)
	}
	if got := rest.JSONOrNil[map[string]jx.Raw](nil); got != nil {
		t.Errorf("got %s", got)
	}
	object := rest.ObjectOrNil[map[string]jx.Raw](json.RawMessage(`{"a":1}`))
	if got := string(rest.JSONOrNil(object)); got != `{"a":1}` {
		t.Errorf("got %s", got)
	}
}

func TestADecimalKeepsItsDigits(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0.1", "999999999999999999.999999", "-12.5"} {
		if got := rest.Decimal(text).String(); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}
