// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"platform.internal/auth"
	"platform.internal/contract"
	"platform.internal/fault"
	"platform.internal/limit"
)

// Limits are how often clients may ask. A request of a caller who has proved who they are is counted for that caller, and once
// more for the operation if the contract gives it a limit of its own. Any other request is counted for the address that it comes from:
// one without a credential or with a wrong one, one for a path that is not there, one for an operation that is open to everybody.
// So is one with a credential of which alone it cannot be told whether it is made up (auth.ErrUnknown); if it can be told of none, nobody is
// counted.
//
// Once an address has used up its quota, whatever comes from it is refused without a look at the credential until it may ask again. So nobody
// guesses credentials faster than that, and guessing costs the service next to nothing (ASVS 6.3.1).
type Limits struct {
	limiter  limit.Limiter
	settings LimitSettings
	spent    *limit.Refusals
}

// NewLimits returns Limits that count with the limiter.
func NewLimits(limiter limit.Limiter, settings LimitSettings) *Limits {
	settings.Caller, settings.Address = settings.Caller.Named("caller"), settings.Address.Named("address")
	return &Limits{limiter: limiter, settings: settings, spent: limit.NewRefusals(time.Now)}
}

// turn is one request that wants to be let through.
type turn struct {
	limits  *Limits
	header  http.Header // of the answer
	address string
}

// turn returns nil if there are no limits.
func (l *Limits) turn(w http.ResponseWriter, r *http.Request) *turn {
	if l == nil {
		return nil
	}
	address := networkOf(clientAddress(r, l.settings.TrustedProxies))
	if known, ok := exchangeOf(r.Context()); ok {
		known.client = address
	}
	return &turn{limits: l, header: w.Header(), address: address}
}

// admit refuses a request whose address has used up its quota. It looks into local memory only.
func (t *turn) admit() error {
	if t == nil {
		return nil
	}
	left := t.limits.spent.Left(t.address)
	if left == 0 {
		return nil
	}
	decision := limit.Decision{RetryAfter: left, Reset: left}
	announce(t.header, t.limits.settings.Address, decision)
	return limited(decision)
}

// take counts the request for whom the context names, and for the operation if that has a limit and they may call it.
func (t *turn) take(ctx context.Context, operation *contract.Operation, mayCall bool) error {
	if t == nil {
		return nil
	}
	who, policy := auth.From(ctx).Subject, t.limits.settings.Caller
	if who == "" {
		who, policy = t.address, t.limits.settings.Address
	}
	decision, err := t.spend(ctx, who, policy)
	if err != nil && !decision.Allowed && policy == t.limits.settings.Address {
		t.limits.spent.Refuse(t.address, decision.RetryAfter)
	}
	if err != nil || operation == nil || !mayCall || operation.Limit == (limit.Policy{}) {
		return err
	}
	_, err = t.spend(ctx, who, operation.Limit)
	return err
}

func (t *turn) spend(ctx context.Context, who string, policy limit.Policy) (limit.Decision, error) {
	decision, err := t.limits.limiter.Take(ctx, who, policy)
	if err != nil {
		return decision, err
	}
	announce(t.header, policy, decision)
	if !decision.Allowed {
		return decision, limited(decision)
	}
	return decision, nil
}

func limited(decision limit.Decision) error {
	refused := fault.New(fault.Limited, "Too many requests; try again after the time in Retry-After.")
	refused.RetryAfter = decision.RetryAfter
	return refused
}

// LimitSettings are how often clients may ask, and which proxies are believed when they say who does.
type LimitSettings struct {
	Caller         limit.Policy   `env:"RATE_LIMIT_CALLER"  envDefault:"600/1m"`
	Address        limit.Policy   `env:"RATE_LIMIT_ADDRESS" envDefault:"300/1m"`
	TrustedProxies []netip.Prefix `env:"TRUSTED_PROXIES"`
}

// Trusts reports whether a request has come through trusted networks alone, from a sender in one of them.
func (s LimitSettings) Trusts(r *http.Request) bool {
	return isTrusted(clientAddress(r, s.TrustedProxies), s.TrustedProxies)
}

// Validate implements config.Validator.
func (s LimitSettings) Validate() []string {
	var mistakes []string
	if !s.Caller.Valid() {
		mistakes = append(mistakes, "RATE_LIMIT_CALLER must be "+limit.Rule+".")
	}
	if !s.Address.Valid() {
		mistakes = append(mistakes, "RATE_LIMIT_ADDRESS must be "+limit.Rule+".")
	}
	for _, network := range s.TrustedProxies {
		if network.Bits() == 0 || network.Addr().Is4In6() {
			mistakes = append(mistakes, "TRUSTED_PROXIES must be networks of your own proxies such as 10.0.0.0/8,fd00::/8, and not all of the internet.")
			break
		}
	}
	return mistakes
}
