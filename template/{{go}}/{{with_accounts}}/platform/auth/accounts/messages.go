// Kept by the platform: docs/ownership.md says what that means.

package accounts

import "fmt"

// The codes stand behind a `#`, which browsers send to nobody: they get into no log and no Referer header.

func confirmation(email, page string, code token) Message {
	return Message{email, "Confirm your email address", fmt.Sprintf(`Somebody, probably you, has made an account with this address.

To confirm it, open this page within 24 hours and enter the password that you chose:

%s/confirm#code=%s

If it was not you, do nothing.
`, page, code.reveal())}
}

func known(email, page string) Message {
	return Message{email, "You already have an account", fmt.Sprintf(`Somebody, probably you, wanted to make an account with this address.
There is one already. If you have forgotten the password, choose another one:

%s/reset

If it was not you, do nothing.
`, page)}
}

func offer(email, page string, code token) Message {
	return Message{email, "Choose another password", fmt.Sprintf(`Somebody, probably you, asks for another password for this address.

To choose one, open this page within 30 minutes:

%s/reset#code=%s

If it was not you, do nothing.
`, page, code.reveal())}
}

func changedPassword(email, page string) Message {
	return Message{email, "Your password was changed", fmt.Sprintf(`The password of your account was changed, and other devices were signed out.

If it was not you, choose another one at once:

%s/reset
`, page)}
}
