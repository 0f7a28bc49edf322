package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"dugnad/server/database/databasetest"
)

// The program is killed in the middle of publishing a release of a hundred entries: all of them are live afterwards or none, and search and
// the change feed agree.
func programCrashes(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			settings := []string{"HUB_DATA=" + t.TempDir(), "HUB_DEMO=true", "HUB_SECRET_KEY=a secret key for tests, and only for tests"}
			if dialect == "postgres" {
				settings = append(settings, "HUB_DATABASE_URL="+databasetest.PostgresOptions(t).URL)
			}
			p := start(t, settings...)
			p.ready(time.Minute)
			out := exec.CommandContext(t.Context(), program, "key", "create", "--organization", "ks", "--role", "EDITOR")
			out.Env = settings[:1:1]
			out.Env = append(out.Env, settings[2:]...)
			key, err := out.Output()
			if err != nil {
				t.Fatalf("key create: %v", err)
			}
			secret := strings.TrimSpace(string(key))
			for round, after := range []time.Duration{0, 20, 60, 120, 250, 600} {
				after *= time.Millisecond
				word := []string{"vombat", "xylofon", "quokka", "tapirene", "sjakalen", "ørkenrev"}[round] // none a misspelling of another
				ids, release := p.fillRelease(secret, word, 100)
				go func() {
					_, _ = p.mutate(secret, `mutation($r: ID!) { publishRelease(id: $r) { problems { code } } }`, map[string]any{"r": release})
				}()
				time.Sleep(after) // there is nothing to wait for: the point is to kill it anywhere
				if err := p.cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				<-p.ended
				p = start(t, settings...)
				p.ready(time.Minute)
				answer, err := p.mutate("", `query($ids: [ID!]!, $word: String!) { nodes(ids: $ids) { id } search(query: $word, first: 1) { totalCount } }`, map[string]any{"ids": ids, "word": word})
				if err != nil {
					t.Fatal(err)
				}
				live := 0
				for _, node := range answer["nodes"].([]any) {
					if node != nil {
						live++
					}
				}
				found := int(answer["search"].(map[string]any)["totalCount"].(float64))
				if live != 0 && live != 100 || found != live || p.inFeed(ids) != live {
					t.Errorf("killed after %s: %d are live, search finds %d, the feed has %d", after, live, found, p.inFeed(ids))
				}
				t.Logf("killed after %s: %d live", after, live)
			}
			p.stop()
		})
	}
}

// mutate asks the program with a key, and gives the data.
func (p *process) mutate(key, query string, variables map[string]any) (map[string]any, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var answer struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, err
	}
	if len(answer.Errors) > 0 {
		return nil, fmt.Errorf("%v", answer.Errors)
	}
	return answer.Data, nil
}

// fillRelease makes entries with the word in their titles, and a release that holds them.
func (p *process) fillRelease(key, word string, n int) (ids []string, release string) {
	p.t.Helper()
	ask := func(query string, variables map[string]any) map[string]any {
		data, err := p.mutate(key, query, variables)
		if err != nil {
			p.t.Fatal(err)
		}
		return data
	}
	var items []any
	for i := range n {
		data := ask(`mutation($i: PracticeInput!) { createPractice(input: $i) { entry { id } } }`, map[string]any{"i": map[string]any{
			"kind": "ADVICE", "texts": []any{map[string]any{"language": "NB", "title": fmt.Sprintf("%s %d", word, i)}},
		}})
		id := data["createPractice"].(map[string]any)["entry"].(map[string]any)["id"].(string)
		ids, items = append(ids, id), append(items, item(id, 1))
	}
	release = ask(`mutation { createRelease(name: "Krise") { release { id } } }`, nil)["createRelease"].(map[string]any)["release"].(map[string]any)["id"].(string)
	added := ask(`mutation($r: ID!, $items: [PublishItem!]!) { addToRelease(id: $r, items: $items) { problems { code } conflicts { entry } } }`, map[string]any{"r": release, "items": items})
	if text := fmt.Sprint(added); strings.Contains(text, "code") {
		p.t.Fatal(text)
	}
	return ids, release
}

// inFeed counts which of the ids a reader who keeps a copy by the change feed has.
func (p *process) inFeed(ids []string) (n int) {
	p.t.Helper()
	has := make(map[string]bool)
	var after any
	for range 100 {
		data, err := p.mutate("", `query($after: Cursor) { changes(after: $after, first: 100, filter: {types: [PRACTICE]}) { nodes { id action node { id } } pageInfo { hasNextPage endCursor } } }`, map[string]any{"after": after})
		if err != nil {
			p.t.Fatalf("%v\n%s", err, p.log)
		}
		page := data["changes"].(map[string]any)
		for _, c := range page["nodes"].([]any) {
			if node, ok := c.(map[string]any)["node"].(map[string]any); ok {
				has[node["id"].(string)] = true
			}
		}
		info := page["pageInfo"].(map[string]any)
		if after = info["endCursor"]; info["hasNextPage"] != true {
			break
		}
	}
	for _, id := range ids {
		if has[id] {
			n++
		}
	}
	return n
}
