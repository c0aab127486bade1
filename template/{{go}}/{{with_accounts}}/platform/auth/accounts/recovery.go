// Kept by the platform: docs/ownership.md says what that means.

package accounts

import "context"

// ChangePassword replaces the caller's password and ends all sessions but this one. The error is a fault of kind Invalid if
// the current one is wrong or the next one is easily guessed, Limited, Unauthenticated or Unavailable.
func (s *Service) ChangePassword(ctx context.Context, password, next string) error {
	account, err := s.Own(ctx)
	if err != nil {
		return err
	}
	if err := checkPassword("/new_password", next, account.Email); err != nil {
		return err
	}
	return s.try(ctx, account.Email, func() error { return s.changePassword(ctx, account, password, next) })
}

func (s *Service) changePassword(ctx context.Context, account Account, password, next string) error {
	ok, _, err := s.hasher.verify(ctx, account.hash, normalPassword(password))
	if err != nil {
		return err
	}
	if !ok {
		return wrongPassword("/current_password")
	}
	hash, err := s.hasher.hash(ctx, normalPassword(next))
	if err != nil {
		return err
	}
	changed, err := s.store.changePassword(ctx, account, hash, Current(ctx))
	if err != nil {
		return err
	}
	if !changed {
		return wrongPassword("/current_password") // any more
	}
	s.send(ctx, changedPassword(account.Email, s.page))
	return nil
}

// RequestReset sends a code to the address if there is an account. All of it happens outside of the request.
func (s *Service) RequestReset(ctx context.Context, email string) error {
	email = normalEmail(email)
	if err := s.attempts.begin(ctx, byReset, email); err != nil {
		return unlessLimited(err)
	}
	s.queue.add(ctx, func(ctx context.Context) error {
		code := newToken(codeMarker, newPrefix())
		offered, err := s.store.offerReset(ctx, email, code, resetFor)
		if err != nil || !offered {
			return err
		}
		return s.mailer.Send(ctx, offer(email, s.page, code))
	})
	return nil
}

// Reset sets the password of the account that the code was sent to, and ends all its sessions. Whoever had to wait because of others
// who guessed may sign in again. The error is a fault of kind Invalid or Unavailable.
func (s *Service) Reset(ctx context.Context, code, password string) error {
	parsed, ok := parseToken(codeMarker, code)
	if !ok {
		return errCode
	}
	account, err := s.store.byCode(ctx, toReset, parsed)
	if err != nil {
		return orCode(err)
	}
	if err := checkPassword("/password", password, account.Email); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, normalPassword(password))
	if err != nil {
		return err
	}
	done, err := s.store.reset(ctx, parsed, hash)
	if err != nil {
		return err
	}
	if !done {
		return errCode
	}
	s.send(ctx, changedPassword(account.Email, s.page))
	s.undo(ctx, s.attempts.forget, byEmail, account.Email)
	return nil
}
