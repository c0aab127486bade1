// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"platform.internal/config"
)

// flow is one line of docs/data-flows.yaml.
type flow struct {
	From, To, Setting, What, Protocol, Protection, Retention string
}

// AssertFlows fails the test unless docs/data-flows.yaml in the folder names each setting that leads to another system or lets one in, and no other,
// says all there is to say of each flow, and is what the tables of docs/data-flows.md show.
func AssertFlows(t testing.TB, folder string, settings ...any) {
	t.Helper()
	var flows []flow
	if err := yaml.Unmarshal([]byte(read(t, folder, "docs/data-flows.yaml")), &flows); err != nil {
		t.Fatal(err)
	}
	var wanted, told []string
	for _, of := range settings {
		wanted = append(wanted, addresses(reflect.TypeOf(of))...)
	}
	for _, flow := range flows {
		if flow.Setting != "" {
			told = append(told, flow.Setting)
		}
		for _, said := range []string{flow.From, flow.To, flow.What, flow.Protocol, flow.Protection, flow.Retention} {
			if said == "" {
				t.Errorf("docs/data-flows.yaml does not say all of the flow from %q to %q", flow.From, flow.To)
			}
		}
	}
	for _, name := range wanted {
		if !slices.Contains(told, name) {
			t.Errorf("%s leads to another system: say in docs/data-flows.yaml what goes there", name)
		}
	}
	for _, name := range told {
		if !slices.Contains(wanted, name) {
			t.Errorf("docs/data-flows.yaml has %s, which is no address among the settings", name)
		}
	}
	if wanted := rows(flows); shown(read(t, folder, "docs/data-flows.md")) != wanted {
		t.Errorf("docs/data-flows.md must show these rows in its tables, and no others:\n%s", wanted)
	}
}

// leads is what the names of settings have in them that hold one.
var leads = regexp.MustCompile(`(^|_)(LISTEN|URLS?|URI|ENDPOINTS?|HOSTS?|ADDRESS|ADDRESSES|ADDR|SERVERS?|BROKERS|ISSUERS?|DSN)(_|$)`)

// addresses returns the variables of the settings that hold addresses, by their `env` tags.
func addresses(settings reflect.Type) (names []string) {
	for field := range settings.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
		switch {
		case name == "" && field.Type.Kind() == reflect.Struct:
			names = append(names, addresses(field.Type)...)
		case leads.MatchString(name) && (field.Type.Kind() == reflect.String || field.Type == reflect.TypeFor[config.Secret]()):
			names = append(names, name)
		}
	}
	return names
}

// head begins each table of flows.
const head = "| From | To | What | How | Protected by | Kept there | Setting |\n| --- | --- | --- | --- | --- | --- | --- |\n"

// shown returns the rows of all tables of flows on a page.
func shown(page string) string {
	var text strings.Builder
	for _, table := range strings.Split(page, head)[1:] {
		for row := range strings.Lines(table) {
			if !strings.HasPrefix(row, "|") {
				break
			}
			text.WriteString(row)
		}
	}
	return text.String()
}

func rows(flows []flow) string {
	var text strings.Builder
	for _, flow := range flows {
		setting := flow.Setting
		if setting != "" {
			setting = "`" + setting + "`"
		}
		text.WriteString("| " + strings.Join([]string{flow.From, flow.To, flow.What, flow.Protocol, flow.Protection, flow.Retention, setting}, " | ") + " |\n")
	}
	return text.String()
}
