// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"

	"platform.internal/auth"
	"platform.internal/contract"
	"platform.internal/fault"
)

// Find tells which operation a router chooses for a request, and the values of its path parameters from left to right.
type Find func(r *http.Request) (operationID string, values []string, ok bool)

// Guard checks a request against the contract before any generated code sees it, in the order in which
// a client can mend it: how often they ask, who calls, what they may do, the parameters, the answer they accept, the media type, the body.
type Guard struct {
	Contract *contract.Contract
	Find     Find
	// Authorise says who calls, if the contract asks for a credential: it returns the context to go on with,
	// or a fault of kind Unauthenticated, Forbidden or Unavailable, with Forbidden the context as well. It is nil if nobody has to say who
	// they are.
	Authorise func(r *http.Request, scopes []string) (context.Context, error)
	// Places are those of Shed; whoever asks whether a credential is valid takes one for that time. They are nil if that takes no
	// connection to the database: whoever waits for an issuer is not to keep out those of whom it need not be asked.
	Places Places
	// Limits are how often clients may ask; nil if they may as often as they like.
	Limits *Limits
	// MaxBody is the largest request body, in bytes.
	MaxBody int64

	// checking has a place for each body that is checked now. What a body says takes many times the memory of its text:
	// to check more of them at once than there are processors would take that memory, and no less time.
	checking chan struct{}
}

// Handler passes on what keeps the contract, and what the router has no operation for; it answers the rest with a problem.
func (g Guard) Handler(next http.Handler) http.Handler {
	g.checking = make(chan struct{}, runtime.GOMAXPROCS(0))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		checked, err := g.check(w, r)
		if err != nil {
			WriteError(w, r, err)
			return
		}
		next.ServeHTTP(w, checked)
	})
}

var (
	errNotAgreed   = errors.New("the router knows an operation that the contract does not have")
	errNoAuthorise = errors.New("the contract asks for a credential, and the service has nothing that checks one")
)

func (g Guard) check(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	turn := g.Limits.turn(w, r)
	if err := turn.admit(); err != nil {
		return nil, err
	}
	operationID, values, ok := g.Find(r)
	if !ok {
		return r, turn.take(r.Context(), nil, false)
	}
	if slices.Contains(values, "") { // a path with a slash too many is another path, and names nothing
		return nil, cmp.Or(turn.take(r.Context(), nil, false), error(noSuchPath()))
	}
	operation := g.Contract.Operation(operationID)
	if operation == nil {
		return nil, errNotAgreed
	}
	note(r.Context(), operation)
	deprecate(w.Header(), g.Contract.Deprecation)
	deprecate(w.Header(), operation.Deprecation)
	authorised, refused := g.authorise(r, operation) //nolint:contextcheck // the request carries it
	if refused != nil && !isCounted(refused) {
		return nil, refused // nobody can be told from another now
	}
	if err := turn.take(authorised.Context(), operation, refused == nil); err != nil { //nolint:contextcheck // as above
		return nil, err
	}
	if refused != nil {
		return nil, refused
	}
	return g.checkContents(w, authorised, operation, values)
}

// authorise returns the request with the context that says who calls. It does so for a caller who is refused as well.
func (g Guard) authorise(r *http.Request, operation *contract.Operation) (*http.Request, error) {
	if !operation.Secured {
		return r, nil
	}
	if g.Authorise == nil {
		return r, errNoAuthorise
	}
	if g.Places != nil {
		if err := take(r, g.Places); err != nil {
			return r, err
		}
		defer func() { <-g.Places }()
	}
	ctx, err := g.Authorise(r, operation.Scopes)
	if ctx == nil {
		return r, err
	}
	if known, ok := exchangeOf(ctx); ok {
		known.subject = auth.From(ctx).Subject
	}
	return r.WithContext(ctx), err
}

// isCounted reports whether an error of Authorise says that the credential, or what it may do, is not enough, or that it may be made up:
// to send such ones without an end would cost nothing as long as nobody can tell.
func isCounted(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Unauthenticated || kind == fault.Forbidden || errors.Is(err, auth.ErrUnknown)
}

func (g Guard) checkContents(w http.ResponseWriter, r *http.Request, operation *contract.Operation, values []string) (*http.Request, error) {
	if err := checkParameters(r, operation, values); err != nil {
		return nil, err
	}
	if !accepts(r.Header.Values("Accept")) {
		return nil, NewProblem(http.StatusNotAcceptable, "not_acceptable", "The answer is application/json; let Accept allow it.")
	}
	if len(operation.MediaTypes) == 0 || r.Body == http.NoBody && !operation.BodyRequired {
		return r, nil
	}
	read, err := g.checkBody(w, r, operation)
	if err != nil {
		return nil, err
	}
	return withBody(r, read), nil
}
