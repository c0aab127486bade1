// Kept by the platform: docs/ownership.md says what that means.

package auth_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"platform.internal/auth"
	"platform.internal/fault"
	"platform.internal/logging"
)

// authenticator knows one credential, and breaks on another.
type authenticator struct{}

func (authenticator) Authenticate(_ context.Context, credential string) (auth.Principal, error) {
	switch credential {
	case "good":
		return auth.Principal{Subject: "acme", Scopes: []string{"invoices:read"}}, nil
	case "broken":
		return auth.Principal{}, fault.Wrap(fault.Unavailable, "The database does not answer.", errors.New("refused"))
	default:
		return auth.Principal{}, auth.ErrUnauthenticated
	}
}

func TestABearerToken(t *testing.T) {
	t.Parallel()
	const fine = fault.Kind(99)
	for name, test := range map[string]struct {
		headers []string
		scopes  []string
		want    fault.Kind
	}{
		"lets its holder in":                      {[]string{"Bearer good"}, []string{"invoices:read"}, fine},
		"may be announced in any case":            {[]string{"bEARER good"}, nil, fine},
		"may have spaces before it":               {[]string{"Bearer   good"}, nil, fine},
		"must be there":                           {nil, nil, fault.Unauthenticated},
		"must not be empty":                       {[]string{"Bearer "}, nil, fault.Unauthenticated},
		"must be announced":                       {[]string{"good"}, nil, fault.Unauthenticated},
		"must not be announced as something else": {[]string{"Basic good"}, nil, fault.Unauthenticated},
		"must be the only one":                    {[]string{"Bearer good", "Bearer good"}, nil, fault.Unauthenticated},
		"must be known":                           {[]string{"Bearer bad"}, nil, fault.Unauthenticated},
		"must hold every scope":                   {[]string{"Bearer good"}, []string{"invoices:read", "invoices:write"}, fault.Forbidden},
		"that cannot be checked is unavailable":   {[]string{"Bearer broken"}, nil, fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest("GET", "/", nil)
			request.Header["Authorization"] = test.headers
			ctx, err := auth.Bearer(authenticator{})(request, test.scopes)
			switch {
			case test.want == fine && (err != nil || auth.From(ctx).Subject != "acme"):
				t.Errorf("got %v", err)
			case test.want != fine && fault.KindOf(err) != test.want:
				t.Errorf("got %v", err)
			case test.want == fault.Forbidden && (!errors.Is(err, auth.ErrScope) || ctx == nil || auth.From(ctx).Subject != "acme"):
				t.Error("it is not said who calls")
			}
		})
	}
}

func TestTheCallerIsLoggedAndTheCredentialIsNot(t *testing.T) {
	t.Parallel()
	request := httptest.NewRequest("GET", "/", nil)
	request.Header.Set("Authorization", "Bearer good")
	ctx, err := auth.Bearer(authenticator{})(request, nil)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	logging.New(&log, slog.LevelInfo).InfoContext(ctx, "x")
	if !strings.Contains(log.String(), `"subject":"acme"`) || strings.Contains(log.String(), "good") {
		t.Errorf("got %s", &log)
	}
}

// FuzzBearer holds that one header alone lets anybody in, and that every other one is refused alike.
func FuzzBearer(f *testing.F) {
	for _, seed := range []string{"", "Bearer good", "bearer  good ", "Bearer", "Basic good", "Bearer good good", "Bearer\tgood", "Bearer \x00", "good"} {
		f.Add(seed)
	}
	authorise := auth.Bearer(authenticator{})
	f.Fuzz(func(t *testing.T, header string) {
		request := httptest.NewRequest("GET", "/", nil)
		request.Header["Authorization"] = []string{header}
		ctx, err := authorise(request, nil)
		scheme, credential, _ := strings.Cut(header, " ")
		credential = strings.Trim(credential, " ")
		switch known := strings.EqualFold(scheme, "Bearer") && (credential == "good" || credential == "broken"); {
		case known:
		case !errors.Is(err, auth.ErrUnauthenticated) || ctx != nil:
			t.Errorf("%q: got %v", header, err)
		}
	})
}
