package rest

import (
	"context"
	"errors"
	"net/http"

	"github.com/ogen-go/ogen/ogenerrors"
	"github.com/ogen-go/ogen/validate"

	"platform.internal/contract"
	"platform.internal/fault"
)

// Decoding returns what to do with a request that generated code could not decode: the contract explains why, in full.
func Decoding(c *contract.Contract) ogenerrors.ErrorHandler {
	return func(_ context.Context, w http.ResponseWriter, r *http.Request, err error) {
		WriteError(w, r, explained(c, r, err))
	}
}

func explained(c *contract.Contract, r *http.Request, err error) error {
	if unsupported, ok := errors.AsType[*validate.InvalidContentTypeError](err); ok {
		return unsupportedMediaType(unsupported.ContentType)
	}
	known, ok := errors.AsType[ogenerrors.Error](err)
	if !ok {
		return err
	}
	operation := c.Operation(known.OperationID())
	if wrong, ok := errors.AsType[*ogenerrors.DecodeParamError](err); ok {
		return invalidParameter(operation, wrong, r)
	}
	if violations := operation.ExplainBody(body(r)); len(violations) > 0 {
		return fault.InvalidInput(violations...)
	}
	return fault.InvalidInput(fault.Violation{Pointer: "", Code: "invalid", Message: "Breaks the contract."})
}

func invalidParameter(operation *contract.Operation, wrong *ogenerrors.DecodeParamError, r *http.Request) error {
	parameter := operation.Parameter(string(wrong.In), wrong.Name)
	if parameter != nil && wrong.In == "query" {
		if violations := parameter.Explain(r.URL.Query().Get(wrong.Name)); len(violations) > 0 {
			return fault.InvalidInput(violations...)
		}
	}
	return fault.InvalidInput(fault.Violation{Parameter: wrong.Name, Code: "invalid", Message: "Is not what the contract asks for."})
}
