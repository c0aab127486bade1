package rest_test

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/ogen-go/ogen/ogenerrors"

	"platform.internal/rest"
)

func TestARequestThatCannotBeDecoded(t *testing.T) {
	t.Parallel()
	parameter := &ogenerrors.DecodeParamsError{Err: &ogenerrors.DecodeParamError{Name: "limit", In: "query", Err: errors.New("strconv")}}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"for a parameter names it":              {parameter, "400 invalid [limit invalid]"},
		"for its body is invalid":               {&ogenerrors.DecodeRequestError{Err: errors.New("unexpected byte")}, "400 invalid [ invalid]"},
		"for no fault of the caller is our own": {errors.New("not implemented"), "500 internal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := httptest.NewRecorder()
			rest.Decoding(nil)(t.Context(), answer, httptest.NewRequest("GET", "/", nil), test.err)
			if got := outcome(t, answer); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
