package content

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dugnad/fault"
	"dugnad/schema"
)

// lifecycle returns a table of the results of acts: a row for every act and state of an entry, a column for every role.
func lifecycle() string {
	var b strings.Builder
	roles := append([]string{""}, schema.Role("").Values()...)
	fmt.Fprintf(&b, "%-18s%-11s%-6s%-6s", "act", "stage", "live", "ever")
	for _, role := range roles {
		if role == "" {
			role = "nobody"
		}
		fmt.Fprintf(&b, "%-13s", role)
	}
	b.WriteString("\n")
	for _, act := range append([]string{"READ", "PREVIEW"}, Act("").Values()...) {
		for _, stage := range schema.Stage("").Values() {
			for _, at := range []state{
				{schema.Stage(stage), false, false}, {schema.Stage(stage), false, true}, {schema.Stage(stage), true, true},
			} {
				if !possible(at) {
					continue
				}
				fmt.Fprintf(&b, "%-18s%-11s%-6v%-6v", act, stage, at.live, at.ever)
				for _, role := range roles {
					to, err := decide(at, Act(act), schema.Role(role))
					var refused *fault.Error
					switch {
					case errors.As(err, &refused) && refused.Field == "stage":
						to = "-"
					case errors.As(err, &refused):
						to = schema.Stage(strings.ToLower(string(refused.Code)))
					case err != nil:
						to = schema.Stage(err.Error())
					}
					fmt.Fprintf(&b, "%-13s", to)
				}
				b.WriteString("\n")
			}
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

// possible reports whether the state of an entry can occur: a published entry is live, a withdrawn one was live, an
// archived one is not live.
func possible(s state) bool {
	switch s.stage {
	case schema.Published:
		return s.live
	case schema.Withdrawn:
		return s.ever && !s.live
	case schema.Archived:
		return !s.live
	}
	return true
}

// The whole life cycle is in one readable file. After an intended change: UPDATE=1 go test ./content -run Lifecycle
func TestLifecycle(t *testing.T) {
	path := filepath.Join("testdata", "lifecycle.txt")
	got := lifecycle()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the life cycle is another one than in %s:\n%s", path, got)
	}
}

// Every act leads to a possible state, and only ActPublish and ActWithdraw change what readers see.
func TestLifecycleIsClosed(t *testing.T) {
	for act := range rules {
		for _, stage := range schema.Stage("").Values() {
			for _, at := range []state{
				{schema.Stage(stage), false, false}, {schema.Stage(stage), false, true}, {schema.Stage(stage), true, true},
			} {
				if !possible(at) {
					continue
				}
				to, err := decide(at, act, schema.HubAdmin)
				if err != nil {
					continue
				}
				next := state{to, at.live, at.ever}
				switch act {
				case ActPublish:
					next.live, next.ever = true, true
				case ActWithdraw:
					next.live = false
				}
				if act != ActDelete && !possible(next) {
					t.Errorf("%s of %+v leads to %+v, which cannot be", act, at, next)
				}
			}
		}
	}
}

// A stronger role may do everything that a weaker one may.
func TestRolesAreOrdered(t *testing.T) {
	for act := range rules {
		for _, stage := range schema.Stage("").Values() {
			at := state{schema.Stage(stage), stage == "PUBLISHED", true}
			allowed := false
			for _, role := range schema.Role("").Values() {
				_, err := decide(at, act, schema.Role(role))
				if allowed && err != nil {
					t.Errorf("%s in %s: %s may not what a weaker role may: %v", act, stage, role, err)
				}
				allowed = allowed || err == nil
			}
		}
	}
}
