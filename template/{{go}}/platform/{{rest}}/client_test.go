// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"platform.internal/rest"
)

func TestWhomARequestComesFrom(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, test := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"is the peer":                              {"198.51.100.1:4711", nil, "198.51.100.1"},
		"is a stranger, whatever it says":          {"198.51.100.1:4711", []string{"203.0.113.7"}, "198.51.100.1"},
		"is a stranger who names a proxy":          {"198.51.100.1:4711", []string{"203.0.113.7, 10.0.0.2"}, "198.51.100.1"},
		"is whom a proxy names":                    {"10.0.0.1:4711", []string{"203.0.113.7"}, "203.0.113.7"},
		"is whom the last of the proxies names":    {"10.0.0.1:4711", []string{"203.0.113.7, 10.0.0.3 ,10.0.0.2"}, "203.0.113.7"},
		"is not what that one says":                {"10.0.0.1:4711", []string{"192.0.2.9, 203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
		"may be named on several lines":            {"10.0.0.1:4711", []string{"192.0.2.9", "203.0.113.7", "10.0.0.2"}, "203.0.113.7"},
		"is a proxy that names nobody":             {"10.0.0.1:4711", nil, "10.0.0.1"},
		"is the first proxy if all are":            {"10.0.0.1:4711", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"is a proxy that names nonsense":           {"10.0.0.1:4711", []string{"203.0.113.7, unknown"}, "10.0.0.1"},
		"is the last proxy before nonsense":        {"10.0.0.1:4711", []string{"203.0.113.7, , 10.0.0.2"}, "10.0.0.2"},
		"is a proxy that names an empty line":      {"10.0.0.1:4711", []string{""}, "10.0.0.1"},
		"may be named with a port":                 {"10.0.0.1:4711", []string{"203.0.113.7:80"}, "203.0.113.7"},
		"may be named with brackets and a port":    {"10.0.0.1:4711", []string{"[2001:db8:1:2:3::4]:80"}, "2001:db8:1:2::/64"},
		"is a network where it has IPv6":           {"[2001:db8:1:2:3:4:5:6]:4711", nil, "2001:db8:1:2::/64"},
		"is the same network from another host":    {"[2001:db8:1:2:ffff::1]:4711", nil, "2001:db8:1:2::/64"},
		"has no zone":                              {"[fe80::1%eth0]:4711", nil, "fe80::/64"},
		"has IPv4 even in the form of IPv6":        {"[::ffff:198.51.100.1]:4711", nil, "198.51.100.1"},
		"is named by a proxy with such an address": {"[::ffff:10.0.0.1]:4711", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		"is named by a proxy with IPv6":            {"[fd00::1]:4711", []string{"203.0.113.7"}, "203.0.113.7"},
		"is not what another header says":          {"10.0.0.1:4711", nil, "10.0.0.1"},
		"may be unknown":                           {"@", []string{"203.0.113.7"}, "invalid IP"},
		"is found in a long header":                {"10.0.0.1:4711", []string{strings.Repeat("192.0.2.9,", 1000) + "203.0.113.7"}, "203.0.113.7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest("GET", "/", nil)
			request.RemoteAddr = test.peer
			for _, line := range test.forwarded {
				request.Header.Add("X-Forwarded-For", line)
			}
			request.Header.Set("X-Real-Ip", "192.0.2.9")
			request.Header.Set("Forwarded", "for=192.0.2.9")
			if got := rest.ClientNetwork(request, trusted); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// FuzzForwarded holds that no words of a stranger change whom a request is counted for.
func FuzzForwarded(f *testing.F) {
	for _, seed := range []string{"10.0.0.1", "203.0.113.7, 10.0.0.2", "[::1]:80", ",,,", "fe80::1%eth0", "\x00"} {
		f.Add(seed)
	}
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, words string) {
		request := httptest.NewRequest("GET", "/", nil)
		request.RemoteAddr = "10.0.0.1:4711"
		request.Header["X-Forwarded-For"] = []string{words, "203.0.113.7, 10.0.0.2"}
		if got := rest.ClientNetwork(request, trusted); got != "203.0.113.7" {
			t.Errorf("got %s", got)
		}
	})
}
