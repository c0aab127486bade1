// Kept by the platform: docs/ownership.md says what that means.

package issuer

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Token is the path at which the issuer of Develop gives a token to whoever asks.
const Token = "/token"

// Develop returns an issuer for the machine of a developer, to be served at the address; all services there may share it. It gives a
// token to whoever asks, which lasts five minutes or the seconds of the query: for its audience, its subject and its scopes.
func Develop(address string) http.Handler {
	i := unserved("ES256")
	i.URL = address
	i.Answer(Token, func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		claims := i.Claims(query.Get("subject"), query.Get("audience"), query["scope"]...)
		if seconds, err := strconv.Atoi(query.Get("seconds")); err == nil {
			claims["exp"] = time.Now().Add(time.Duration(seconds) * time.Second).Unix()
		}
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprintln(w, i.Sign(claims))
	})
	return i
}
