// Kept by the platform: docs/ownership.md says what that means.

package apikey_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"platform.internal/auth/apikey"
	"platform.internal/config"
)

func TestAKeyIsReadAsItWasRevealed(t *testing.T) {
	t.Parallel()
	key := apikey.NewKey()
	got, ok := apikey.ParseKey(key.Reveal())
	if !ok || got != key || len(key.Prefix) != 16 {
		t.Errorf("got %v from %v", got, key)
	}
}

func TestNoTwoKeysAreTheSame(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		key := apikey.NewKey()
		if seen[key.Prefix] || seen[key.Reveal()] {
			t.Fatal("a key came twice")
		}
		seen[key.Prefix], seen[key.Reveal()] = true, true
	}
}

func TestTextThatIsNoKeyIsNotRead(t *testing.T) {
	t.Parallel()
	key := apikey.NewKey().Reveal()
	for name, text := range map[string]string{
		"nothing":                         "",
		"another kind":                    "sk" + key[2:],
		"a key that is cut short":         key[:len(key)-1],
		"a key that goes on":              key + "a",
		"a key with a line end":           key + "\n",
		"a key in capitals":               strings.ToUpper(key),
		"a prefix that no database holds": "ak_" + strings.Repeat("\xff", 16) + key[19:],
		"a prefix with NUL":               "ak_" + strings.Repeat("\x00", 16) + key[19:],
		"a secret with an underscore":     key[:len(key)-1] + "_",
		"a key with spaces":               " " + key,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := apikey.ParseKey(text); ok {
				t.Errorf("%q was read as %v", text, got)
			}
		})
	}
}

func TestAKeyNeverPrintsItsSecret(t *testing.T) {
	t.Parallel()
	key := apikey.NewKey()
	secret := key.Reveal()[20:]
	asJSON, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(asJSON), fmt.Sprintf("%v %+v %#v %s %q", key, key, key, key, key), fmt.Sprint(&key)} {
		if strings.Contains(text, secret) {
			t.Errorf("%q shows the secret", text)
		}
	}
}

func TestWhatIsStoredOfAKeyDependsOnThePepper(t *testing.T) {
	t.Parallel()
	key := apikey.NewKey()
	one, other := key.Hash([]byte("one")), key.Hash([]byte("other"))
	if one == other || one != key.Hash([]byte("one")) || len(one) != 64 || strings.Contains(one, key.Reveal()[20:]) {
		t.Errorf("got %s and %s", one, other)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environ string
		fine    bool
	}{
		"take 64 hexadecimal digits":  {"API_KEY_PEPPER=" + strings.Repeat("ab", 32), true},
		"refuse a shorter pepper":     {"API_KEY_PEPPER=" + strings.Repeat("ab", 31), false},
		"refuse what is not a number": {"API_KEY_PEPPER=" + strings.Repeat("xy", 32), false},
		"refuse an empty pepper":      {"API_KEY_PEPPER=", false},
		"refuse none":                 {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := config.Load[apikey.Settings]([]string{test.environ})
			if (err == nil) != test.fine || err != nil && (strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "abab")) {
				t.Errorf("got %v", err)
			}
			if test.fine && len(got.Bytes()) != 32 {
				t.Errorf("got %d bytes", len(got.Bytes()))
			}
		})
	}
}

// FuzzParseKey holds that a text which is read as a key is the one text of that key.
func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{"", "ak_", "ak__", apikey.NewKey().Reveal(), apikey.NewKey().Reveal() + "_", "ak_\x00_\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if key, ok := apikey.ParseKey(text); ok && key.Reveal() != text {
			t.Errorf("%q was read as %s", text, key)
		}
	})
}
