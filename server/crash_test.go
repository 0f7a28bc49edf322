package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/search/meilisearch/meilitest"
	"dugnad/server/database/databasetest"
)

// The program is killed in the middle of publishing a release of a hundred entries: all of them are live afterwards or
// none, and search and the change feed agree.
func programCrashes(t *testing.T) {
	for _, variant := range []string{"sqlite", "postgres", "sqlite with meilisearch"} {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			settings := []string{
				"HUB_DATA=" + t.TempDir(), "HUB_DEMO=true", "HUB_SECRET_KEY=a secret key for tests, and only for tests",
			}
			switch variant {
			case "sqlite with meilisearch":
				server := meilitest.Start(t)
				settings = append(settings, "HUB_MEILI_URL="+server.URL, "HUB_MEILI_KEY="+server.Key)
			case "postgres":
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
				// none a misspelling of another
				word := []string{"vombat", "xylofon", "quokka", "tapirene", "sjakalen", "ørkenrev"}[round]
				ids, release := p.fillRelease(secret, word, 100)
				go func() {
					_, _ = p.mutate(
						secret, `mutation($r: ID!) { publishRelease(id: $r) { problems { code } } }`, map[string]any{"r": release},
					)
				}()
				time.Sleep(after) // there is nothing to wait for: the point is to kill it anywhere
				if err := p.cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				<-p.ended
				p = start(t, settings...)
				p.ready(time.Minute)
				answer, err := p.mutate(
					"",
					`query($ids: [ID!]!, $word: String!) { nodes(ids: $ids) { id } search(query: $word, first: 1) { totalCount } }`,
					map[string]any{"ids": ids, "word": word},
				)
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
			p = schedulesSurvive(t, p, secret, settings)
			p.stop()
			checked := exec.CommandContext(t.Context(), program, "check")
			checked.Env = out.Env
			if said, err := checked.CombinedOutput(); err != nil ||
				!strings.Contains(string(said), " 0 missing, 0 stale, 0 extra") {
				t.Errorf("check: %v: %s", err, said)
			}
		})
	}
}

// schedulesSurvive sets schedules, kills the program before they are due and restarts it afterwards: each act is
// performed once.
func schedulesSurvive(t *testing.T, p *process, secret string, settings []string) *process {
	ask := func(query string, variables map[string]any) map[string]any {
		t.Helper()
		data, err := p.mutate(secret, query, variables)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	inRelease, release := p.fillRelease(secret, "kaninhus", 3)
	own, _ := p.fillRelease(secret, "piggsvin", 2)
	ask(`mutation($items: [PublishItem!]!) { publish(items: $items) { problems { code } } }`, map[string]any{
		"items": []any{item(own[1], 1)},
	})
	at := time.Now().Add(3 * time.Second)
	set := ask(`mutation($at: Time!, $release: ID!, $come: [PublishItem!]!, $go: [PublishItem!]!) {
		release: publishRelease(id: $release, at: $at) { problems { code } } come: publish(items: $come, at: $at) { problems { code } }
		go: withdraw(items: $go, at: $at, reason: "utdatert") { problems { code } } }`, map[string]any{
		"at": at.UTC().Format(time.RFC3339Nano), "release": release, "come": []any{item(own[0], 1)}, "go": []any{item(own[1], 1)},
	})
	if strings.Contains(fmt.Sprint(set), "code") {
		t.Fatalf("the times were not set: %v", set)
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if !time.Now().Before(at) {
		t.Log("the machine is slow: the time had come before the program was killed")
	}
	time.Sleep(time.Until(at)) // the time passes while nobody is there
	p = start(t, settings...)
	p.ready(time.Minute)
	all := append(slices.Clone(inRelease), own...)
	var entries []any
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		entries = nil
		done := 0
		for i, id := range all {
			e := ask(`query($id: ID!) { entry(id: $id) { live { id } publishAt withdrawAt scheduleProblem steps { act } } }`, map[string]any{"id": id})["entry"].(map[string]any)
			entries = append(entries, e)
			if wanted := i < len(all)-1; (e["live"] != nil) == wanted {
				done++
			}
		}
		if done == len(all) || time.Now().After(deadline) {
			break
		}
	}
	for i, e := range entries {
		text := fmt.Sprint(e)
		published, withdrawn := strings.Count(text, "act:PUBLISH]"), strings.Count(text, "act:WITHDRAW]")
		if last := i == len(entries)-1; published != 1 || last != (withdrawn == 1) ||
			!strings.Contains(text, "publishAt:<nil>") || !strings.Contains(text, "scheduleProblem:<nil>") {
			t.Errorf("entry %d after the restart: %s", i, text)
		}
	}
	return p
}

// mutate sends a mutation to the program with a key, and returns the data.
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

// fillRelease creates entries with the word in their titles, and a release of them.
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
	added := ask(
		`mutation($r: ID!, $items: [PublishItem!]!) { addToRelease(id: $r, items: $items) { problems { code } conflicts { entry } } }`,
		map[string]any{"r": release, "items": items},
	)
	if text := fmt.Sprint(added); strings.Contains(text, "code") {
		p.t.Fatal(text)
	}
	return ids, release
}

// inFeed returns how many of the ids are live according to the change feed.
func (p *process) inFeed(ids []string) (n int) {
	p.t.Helper()
	has := make(map[string]bool)
	var after any
	for range 100 {
		data, err := p.mutate(
			"",
			`query($after: Cursor) { changes(after: $after, first: 100, filter: {types: [PRACTICE]}) { nodes { id action node { id } } pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after},
		)
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
