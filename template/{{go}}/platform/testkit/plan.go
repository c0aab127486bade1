package testkit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// node is a step of a plan, as EXPLAIN (FORMAT JSON) writes it.
type node struct {
	Type      string `json:"Node Type"`
	Relation  string `json:"Relation Name"`
	Index     string `json:"Index Name"`
	Filter    string `json:"Filter"`
	IndexCond string `json:"Index Cond"`
	Plans     []node `json:"Plans"`
}

// AssertIndexed fails the test unless the statement can be answered from an index, whatever its arguments are.
// The proof needs no rows: scans of whole tables and sorts are priced out and the plan is generic,
// so that one of them is left only where no index serves.
func AssertIndexed(t testing.TB, database Database, sql string, arguments int) {
	t.Helper()
	conn := connect(t, database.AdminURL)
	defer disconnect(t, conn)
	exec(t, conn, `set enable_seqscan = off; set enable_sort = off; set enable_incremental_sort = off; set plan_cache_mode = force_generic_plan`)
	exec(t, conn, "prepare statement as "+sql)

	values := strings.TrimSuffix(strings.Repeat("null,", arguments), ",")
	if values != "" {
		values = "(" + values + ")"
	}
	var text []byte
	if err := conn.QueryRow(t.Context(), "explain (format json) execute statement"+values).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(text, &plans); err != nil {
		t.Fatal(err)
	}
	for _, plan := range plans {
		for _, mistake := range mistakes(plan.Plan) {
			t.Errorf("%s\n%s\n%s", mistake, sql, text)
		}
	}
}

func mistakes(step node) []string {
	var found []string
	switch {
	case step.Type == "Seq Scan":
		found = append(found, "reads all of "+step.Relation)
	case strings.Contains(step.Type, "Sort"):
		found = append(found, "sorts its rows")
	case step.Filter != "" && step.IndexCond == "" && step.Relation != "":
		found = append(found, fmt.Sprintf("reads all of %s to find %s", step.Relation, step.Filter))
	}
	for _, below := range step.Plans {
		found = append(found, mistakes(below)...)
	}
	return found
}
