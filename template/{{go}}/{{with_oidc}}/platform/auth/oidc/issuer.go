// Kept by the platform: docs/ownership.md says what that means.

package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	fetchTimeout = 5 * time.Second
	fetchMax     = 1 << 20
)

// client fetches documents. It follows no redirect: neither document may be behind one (OpenID Connect Discovery, 4.2),
// and a redirect would let one host speak for another.
func client(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       fetchTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// reach fetches what the issuer publishes about itself, in the time that ctx has; the keys stay fresh until the ring is stopped.
func reach(ctx context.Context, issuer string, log *slog.Logger, client *http.Client) (*ring, error) {
	address, err := discover(ctx, client, issuer)
	if err != nil {
		return nil, err
	}
	return newRing(ctx, client, address, log)
}

// pause reports false if ctx ends before it is over.
func pause(ctx context.Context, length time.Duration) bool {
	select {
	case <-time.After(length):
		return true
	case <-ctx.Done():
		return false
	}
}

// discover returns where the issuer has its keys (OpenID Connect Discovery, 4). The error says what is wrong with its document.
func discover(ctx context.Context, client *http.Client, issuer string) (keys string, err error) {
	var document struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if _, err := fetch(ctx, client, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", &document); err != nil {
		return "", err
	}
	if document.Issuer != issuer {
		return "", fmt.Errorf("its document is that of the issuer %q", document.Issuer)
	}
	if address, err := url.Parse(document.Keys); err != nil || !trustworthy(address) {
		return "", errors.New("its document has no jwks_uri that begins with https")
	}
	return document.Keys, nil
}

// fetch reads a JSON document, and returns how long it stays fresh, which is RefreshEvery if the answer does not say.
func fetch(ctx context.Context, client *http.Client, address string, document any) (time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Accept", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s has the status %d", address, answer.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, fetchMax+1))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", address, err)
	}
	if len(text) > fetchMax {
		return 0, fmt.Errorf("%s has more than %d bytes", address, fetchMax)
	}
	if err := json.Unmarshal(text, document); err != nil {
		return 0, fmt.Errorf("%s is not the JSON that it should be", address)
	}
	return freshness(strings.Join(answer.Header.Values("Cache-Control"), ",")), nil
}

var (
	maxAges = regexp.MustCompile(`(?i)(?:\A|[ ,])max-age="?([0-9]{1,9})`)
	stale   = regexp.MustCompile(`(?i)(?:\A|[ ,])no-(?:cache|store)(?:[ ,]|\z)`)
)

func freshness(directives string) time.Duration {
	match := maxAges.FindStringSubmatch(directives)
	switch {
	case stale.MatchString(directives):
		return 0
	case match == nil:
		return RefreshEvery
	}
	seconds, _ := strconv.Atoi(match[1]) // at most nine digits
	return time.Duration(seconds) * time.Second
}
