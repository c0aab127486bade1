// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"context"
	"errors"
	"net/http"

	"github.com/ogen-go/ogen/ogenerrors"

	"platform.internal/fault"
)

// Undecodable answers a request that generated code cannot decode although the guard has let it pass. It is an ogenerrors.ErrorHandler.
func Undecodable(_ context.Context, w http.ResponseWriter, r *http.Request, err error) {
	WriteError(w, r, undecodable(err))
}

func undecodable(err error) error {
	const message = "Is not written in the form that the service reads."
	if wrong, ok := errors.AsType[*ogenerrors.DecodeParamError](err); ok {
		return fault.InvalidInput(fault.Violation{Parameter: wrong.Name, Code: "invalid", Message: message})
	}
	if _, ok := errors.AsType[*ogenerrors.DecodeRequestError](err); ok {
		return fault.InvalidInput(fault.Violation{Code: "invalid", Message: message})
	}
	return err // of ours: an answer that could not be written
}
