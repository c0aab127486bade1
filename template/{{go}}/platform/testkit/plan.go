// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
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
// so that one of them is left only where no index serves. Without rows the planner may like another index as much,
// and filter what it reads there; then that index is taken away, and it has to plan again.
func AssertIndexed(t testing.TB, database Database, sql string, arguments int) {
	t.Helper()
	conn := connect(t, database.AdminURL)
	defer disconnect(t, conn)
	exec(t, conn, `set enable_seqscan = off; set enable_sort = off; set enable_incremental_sort = off; set plan_cache_mode = force_generic_plan`)
	exec(t, conn, "begin")
	defer exec(t, conn, "rollback")
	exec(t, conn, "prepare statement as "+sql)
	values := strings.TrimSuffix(strings.Repeat("null,", arguments), ",")
	if values != "" {
		values = "(" + values + ")"
	}
	for {
		plan, text := explain(t, conn, "execute statement"+values)
		found := mistakes(plan)
		if len(found) == 0 {
			return
		}
		index := walked(plan)
		if index == "" {
			t.Errorf("%s\n%s\n%s", strings.Join(found, ", "), sql, text)
			return
		}
		exec(t, conn, "drop index if exists "+index)
	}
}

func explain(t testing.TB, conn *pgx.Conn, statement string) (node, []byte) {
	t.Helper()
	var text []byte
	if err := conn.QueryRow(t.Context(), "explain (format json) "+statement).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	return plans[0].Plan, text
}

// walked returns an index that is read from end to end to filter its rows, and that no constraint needs; empty if there is none.
func walked(step node) string {
	if step.Filter != "" && step.IndexCond == "" && step.Index != "" && !strings.HasSuffix(step.Index, "_pkey") {
		return pgx.Identifier{step.Index}.Sanitize()
	}
	for _, below := range step.Plans {
		if index := walked(below); index != "" {
			return index
		}
	}
	return ""
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
