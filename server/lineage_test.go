package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/schema"
)

// made is something that somebody made, with a way to tell whether it still works.
type made struct {
	name  string
	works func() bool
}

// maker is an account or a key that makes things, with its credential.
type maker struct {
	*office
	name string // in newsroom.people
}

// things makes one of each thing.
func (m maker) things() []made {
	return []made{
		m.key("key", "ADMIN"), m.key("keyOfEditor", "EDITOR"), m.keyOfKey(), m.invitation(), m.preview(), m.webhook(),
		m.schedule(), m.release(), m.upload(),
	}
}

func (m maker) createKey(by, name, role, scopes string) (id string) {
	m.t.Helper()
	a := m.as(by, fmt.Sprintf(
		`mutation { createKey(input: {organization: %q, name: "x", kind: SECRET, role: %s %s}) { key { id } secret problems { code message } } }`,
		m.org["ks"], role, scopes,
	), nil).ok()
	a.expectCodes("createKey")
	m.people[name], _ = a.at("createKey", "secret").(string)
	id, _ = a.at("createKey", "key", "id").(string)
	return id
}

const allScopes = `scopes: [READ, DRAFTS, PUBLISH, MANAGE, SENSITIVE]`

// reads reports whether a key reads its organisation's drafts.
func (m maker) reads(name string) bool {
	a := m.as(name, `{ entries(first: 1) { totalCount } }`, nil)
	return a.Status == http.StatusOK && a.at("entries", "totalCount").(float64) > 0
}

func (m maker) key(what, role string) made {
	name := m.name + what
	m.createKey(m.name, name, role, allScopes)
	return made{what, func() bool { return m.reads(name) }}
}

func (m maker) keyOfKey() made {
	between, name := m.name+"Between", m.name+"KeyOfKey"
	m.createKey(m.name, between, "ADMIN", allScopes)
	m.createKey(between, name, "ADMIN", "")
	return made{"keyOfKey", func() bool { return m.reads(name) }}
}

func (m maker) invitation() made {
	a := m.as(m.name, fmt.Sprintf(`mutation { invite(organization: %q, role: EDITOR) { url problems { code message } } }`, m.org["ks"]), nil).ok()
	a.expectCodes("invite")
	link, _ := a.at("invite", "url").(string)
	_, code, _ := strings.Cut(link, "#")
	return made{"invitation", func() bool {
		r, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, m.url+"/auth/invitation",
			strings.NewReader(url.Values{"code": {code}}.Encode()))
		if err != nil {
			m.t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", m.auth.BaseURL)
		return m.send(r).Status == http.StatusOK
	}}
}

func (m maker) previewOf(input string) string {
	m.t.Helper()
	a := m.as(m.name, `mutation { createPreview(input: {`+input+`}) { token problems { code message } } }`, nil).ok()
	a.expectCodes("createPreview")
	token, _ := a.at("createPreview", "token").(string)
	return token
}

func (m maker) shows(token, id string) bool {
	a := m.askAs(token, `query($id: ID!) { practice(id: $id) { title } }`, map[string]any{"id": id})
	return a.Status == http.StatusOK && a.at("practice") != nil
}

func (m maker) preview() made {
	id := m.draft("EDITOR", "Til førehandsvising")
	token := m.previewOf(fmt.Sprintf("entries: [%q]", id))
	return made{"preview", func() bool { return m.shows(token, id) }}
}

func (m maker) webhook() made {
	r := newReceiver(m.t.(*testing.T))
	a := m.hook(m.name, map[string]any{"url": r.URL}).ok()
	a.expectCodes("createWebhook")
	id, _ := a.at("createWebhook", "webhook", "id").(string)
	return made{"webhook", func() bool {
		defer m.order(fmt.Sprintf("deleteWebhook(id: %q)", id)) // an organisation has 20 at most
		m.published("Noko å seie ifrå om")
		paused := false
		m.until("it is told or paused", func() bool {
			paused = strings.Contains(m.state(id), "_ENDED")
			return paused || len(r.news) > 0
		})
		return !paused
	}}
}

func (m maker) in(d time.Duration) string {
	return fmt.Sprintf("at: %q", m.now.Add(d).UTC().Format(time.RFC3339))
}

// atItsTime runs the schedules of the next hours.
func (m maker) atItsTime() {
	m.now = m.now.Add(2 * time.Hour)
	if _, err := m.service.RunSchedules(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

func (m maker) schedule() made {
	id := m.draft("EDITOR", "Til rett tid")
	m.act(m.name, "publish", m.in(time.Hour), item(id, 1)).expectCodes("publish")
	return made{"schedule", func() bool { m.atItsTime(); return m.isRead(id) }}
}

func (m maker) release() made {
	id := m.draft("EDITOR", "I ei utgåve")
	a := m.as(m.name, fmt.Sprintf(`mutation { createRelease(name: "Utgåve", organization: %q) { release { id } problems { code } } }`, m.org["ks"]), nil).ok()
	release := a.at("createRelease", "release", "id")
	m.as(m.name, `mutation($r: ID!, $items: [PublishItem!]!) { addToRelease(id: $r, items: $items) { problems { code } } }`,
		map[string]any{"r": release, "items": []any{item(id, 1)}}).ok().expectCodes("addToRelease")
	m.as(m.name, `mutation($r: ID!) { publishRelease(id: $r, `+m.in(time.Hour)+`) { problems { code } } }`,
		map[string]any{"r": release}).ok().expectCodes("publishRelease")
	return made{"release", func() bool { m.atItsTime(); return m.isRead(id) }}
}

func (m maker) upload() made {
	s := m.newsroom.upload(m.name, "a.txt", "text/plain", 5)
	return made{"upload", func() bool {
		status, _, _ := s.request(http.MethodHead, 0, nil)
		return status == http.StatusOK
	}}
}

// account makes an account with a role in ks, or in the hub, that is signed in as name.
func (m maker) account(role schema.Role) (id string) {
	m.t.Helper()
	a := access.NewAccount{Organization: m.org["ks"], Role: role}
	if role.OfHub() {
		a = access.NewAccount{HubRole: role}
	}
	id, err := m.makeAccount(m.t.Context(), m.name, a)
	if err != nil {
		m.t.Fatal(err)
	}
	m.ids[m.name], m.people[m.name] = id, m.token(id)
	return id
}

// order has the HUB_ADMIN do a mutation.
func (m maker) order(mutation string) {
	m.t.Helper()
	a := m.as("HUB_ADMIN", "mutation { "+mutation+" { problems { code message } } }", nil).ok()
	if strings.Contains(string(a.Body), `"code"`) {
		m.t.Fatalf("%s: %s", mutation, a.Body)
	}
}

func (m maker) membership(account string) string {
	m.t.Helper()
	a := m.as("HUB_ADMIN", `query($o: ID!) { administration(organization: $o) { memberships { id account { id } } } }`,
		map[string]any{"o": m.org["ks"]}).ok()
	for _, row := range a.list("administration", "memberships") {
		if row := row.(map[string]any); row["account"].(map[string]any)["id"] == account {
			return row["id"].(string)
		}
	}
	m.t.Fatalf("%s has no membership", account)
	return ""
}

// What somebody made does no more than they may do now: for each way of losing a right, what still works of what the
// account made, and of what its key made.
func TestWhatAPersonMadeEndsWithTheRight(t *testing.T) {
	var nothing []string
	everything := []string{
		"key", "keyOfEditor", "keyOfKey", "invitation", "preview", "webhook", "schedule", "release", "upload",
	}
	asEditor := []string{"keyOfEditor", "preview", "schedule", "release", "upload"}
	asContributor := []string{"preview", "upload"}
	eachOffice(t, func(_ *testing.T, n *office) {
		for i, c := range []struct {
			way     string
			role    schema.Role // of the account beforehand
			lose    func(m maker, account, key string)
			account []string // what still works of what the account made
			key     []string // of what its key made
		}{
			{"nothing is lost", schema.Admin, func(maker, string, string) {}, everything, everything},
			{"the role is lowered to EDITOR", schema.Admin, func(m maker, account, _ string) {
				m.order(fmt.Sprintf("setRole(id: %q, role: EDITOR)", m.membership(account)))
			}, asEditor, nothing},
			{"the role is lowered to CONTRIBUTOR", schema.Admin, func(m maker, account, _ string) {
				m.order(fmt.Sprintf("setRole(id: %q, role: CONTRIBUTOR)", m.membership(account)))
			}, asContributor, nothing},
			{"the membership ends", schema.Admin, func(m maker, account, _ string) {
				m.order(fmt.Sprintf("removeMember(id: %q)", m.membership(account)))
			}, nothing, nothing},
			{"the account is disabled", schema.Admin, func(m maker, account, _ string) {
				m.order(fmt.Sprintf("disableAccount(id: %q)", account))
			}, nothing, nothing},
			{"the account is anonymized", schema.Admin, func(m maker, account, _ string) {
				m.order(fmt.Sprintf("anonymizeAccount(id: %q)", account))
			}, nothing, nothing},
			{"the role in the hub ends", schema.HubAdmin, func(m maker, account, _ string) {
				m.order(fmt.Sprintf("setHubRole(account: %q)", account))
			}, nothing, nothing},
			{"the role in the hub is lowered", schema.HubAdmin, func(m maker, account, _ string) {
				m.order(fmt.Sprintf("setHubRole(account: %q, role: HUB_EDITOR)", account))
			}, []string{"keyOfEditor", "schedule", "release", "upload"}, nothing},
			{"a disabled account of the hub", schema.HubAdmin, func(m maker, account, _ string) {
				m.order(fmt.Sprintf("disableAccount(id: %q)", account))
			}, nothing, nothing},
			{"the key is revoked", schema.Admin, func(m maker, _, key string) {
				m.order(fmt.Sprintf("revokeKey(id: %q)", key))
			}, everything, nothing},
			{"the key expires", schema.Admin, func(m maker, _, key string) {
				m.set(key, func(u *ent.ApiKeyUpdateOne) { u.SetExpiresAt(time.Now().Add(-time.Minute)) })
			}, everything, nothing},
			{"the key's scopes are narrowed", schema.Admin, func(m maker, _, key string) {
				m.set(key, func(u *ent.ApiKeyUpdateOne) { u.SetScopes([]string{"READ", "DRAFTS"}) })
			}, everything, []string{"key", "keyOfEditor", "keyOfKey", "preview", "upload"}},
		} {
			n.run(c.way, func(t *testing.T) {
				person := maker{n, fmt.Sprintf("person%d", i)}
				account := person.account(c.role)
				program := maker{n, fmt.Sprintf("program%d", i)}
				key := program.createKey(person.name, program.name, "ADMIN", allScopes)
				byAccount, byKey := person.things(), program.things()
				c.lose(person, account, key)
				for who, made := range map[string][]made{"the account": byAccount, "its key": byKey} {
					want := map[string][]string{"the account": c.account, "its key": c.key}[who]
					for _, thing := range made {
						if works := thing.works(); works != slices.Contains(want, thing.name) {
							t.Errorf("what %s made: the %s works: %t", who, thing.name, works)
						}
					}
				}
			})
		}
	})
}

// set changes a key in the database, as no mutation does.
func (m maker) set(key string, change func(*ent.ApiKeyUpdateOne)) {
	m.t.Helper()
	u := m.client.ApiKey.UpdateOneID(key)
	change(u)
	if err := u.Exec(access.WithViewer(m.t.Context(), access.System("test"))); err != nil {
		m.t.Fatal(err)
	}
}
