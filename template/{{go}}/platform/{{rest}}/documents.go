// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"io/fs"
	"net/http"
	"strings"
)

// Documents serves the files of a contract below prefix, and passes every other request on.
func Documents(files fs.FS, prefix string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, below := strings.CutPrefix(r.URL.Path, prefix)
		if !below || r.Method != http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		document, err := fs.ReadFile(files, name)
		if err != nil || !strings.HasSuffix(name, ".yaml") {
			NotFound(w, r)
			return
		}
		// RFC 9512 registers the media type.
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(document) //nolint:gosec // the name comes from the request, the text from the build
	})
}
