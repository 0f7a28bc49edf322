package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/content"
	"dugnad/schema"
)

// A transfer moves an entry with its consequences: what the former owner made of it shows and does nothing more.
func TestTransferEndsWhatTheFormerOwnerMade(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		former := maker{&office{newsroom: n}, "EDITOR"}
		owner := func(id, to string) *answer {
			return n.act("HUB_EDITOR", "transfer", fmt.Sprintf("organization: %q", n.org[to]), item(id, 1))
		}
		release := func(who string, items ...any) string {
			t.Helper()
			a := n.as("EDITOR", fmt.Sprintf(`mutation { createRelease(name: "Haust", organization: %q) { release { id } } }`, n.org["ks"]), nil).ok()
			id := a.at("createRelease", "release", "id").(string)
			n.as(who, `mutation($r: ID!, $items: [PublishItem!]!) { addToRelease(id: $r, items: $items) { problems { code } } }`,
				map[string]any{"r": id, "items": items}).ok().expectCodes("addToRelease")
			return id
		}
		publish := func(who, id, at string) *answer {
			t.Helper()
			return n.as(who, `mutation($r: ID!) { publishRelease(id: $r `+at+`) { problems { code message entry } } }`, map[string]any{"r": id}).ok()
		}
		edited := func(id string) {
			t.Helper()
			n.update("stranger", id, "HEMMELEG HOS IMDI", 1).expectCodes("updatePractice")
		}
		readsSecret := func(token, id string) bool {
			a := n.askAs(token, `query($id: ID!) { practice(id: $id) { title } practices(first: 100) { nodes { title } } }`, map[string]any{"id": id})
			return strings.Contains(string(a.Body), "HEMMELEG")
		}

		n.run("a preview of the entry", func(t *testing.T) {
			id := n.draft("EDITOR", "Vår eiga")
			token := former.previewOf(fmt.Sprintf("entries: [%q]", id))
			if !former.shows(token, id) {
				t.Error("the preview shows nothing beforehand")
			}
			owner(id, "imdi").expectCodes("transfer")
			edited(id)
			if former.shows(token, id) || readsSecret(token, id) {
				t.Error("it shows another organisation's draft")
			}
		})
		n.run("a preview of a release and of schedules", func(t *testing.T) {
			id, kept := n.draft("EDITOR", "Vår i ei utgåve"), n.draft("EDITOR", "Blir hos oss")
			r := release("EDITOR", item(id, 1), item(kept, 1))
			byRelease := former.previewOf(fmt.Sprintf("release: %q", r))
			n.act("EDITOR", "publish", former.in(24*time.Hour), item(id, 1)).expectCodes("publish")
			byTime := former.previewOf(fmt.Sprintf("scheduledBefore: %q", n.now.Add(48*time.Hour).UTC().Format(time.RFC3339)))
			a := owner(id, "imdi")
			if got := a.codes("transfer"); !slices.Equal(got, []string{"ENDED", "ENDED"}) {
				t.Errorf("what a transfer ends is told as %v: %s", got, a.Body)
			}
			edited(id)
			n.act("stranger", "publish", former.in(24*time.Hour), item(id, 2)).expectCodes("publish")
			for what, token := range map[string]string{"release": byRelease, "scheduledBefore": byTime} {
				if readsSecret(token, id) || former.shows(token, id) {
					t.Errorf("a preview by %s shows another organisation's draft", what)
				}
			}
			if !former.shows(byRelease, kept) {
				t.Error("the preview of the release shows nothing at all")
			}
		})
		n.run("a release that a hub editor fills", func(t *testing.T) {
			id := n.draft("HUB_EDITOR", "Til imdi")
			owner(id, "imdi").expectCodes("transfer")
			edited(id)
			r := release("HUB_EDITOR", item(id, 2))
			if token := former.previewOf(fmt.Sprintf("release: %q", r)); readsSecret(token, id) {
				t.Error("a preview of it shows another organisation's draft")
			}
			a := n.as("CONTRIBUTOR", `query($r: ID!) { release(id: $r) { items { id revision acknowledged { reason } } } }`, map[string]any{"r": r}).ok()
			if got := a.list("release", "items"); len(got) != 0 {
				t.Errorf("its items are %v", got)
			}
			a = publish("EDITOR", r, "")
			a.expectCodes("publishRelease", "FORBIDDEN")
			if strings.Contains(string(a.Body), id) {
				t.Errorf("publishing it names the entry: %s", a.Body)
			}
			publish("EDITOR", r, former.in(time.Hour)).expectCodes("publishRelease", "FORBIDDEN")
			publish("HUB_EDITOR", r, "").expectCodes("publishRelease")
			if !n.isRead(id) {
				t.Error("a hub editor cannot publish it")
			}
		})
		n.run("a release that is to be published", func(t *testing.T) {
			id, kept := n.draft("EDITOR", "Vår til rett tid"), n.draft("EDITOR", "Blir hos oss")
			r := release("EDITOR", item(id, 1), item(kept, 1))
			publish("EDITOR", r, former.in(time.Hour)).expectCodes("publishRelease")
			owner(id, "imdi").expectCodes("transfer", "ENDED")
			former.atItsTime()
			if n.isRead(id) {
				t.Error("it published what another organisation owns")
			}
			if !n.isRead(kept) {
				t.Error("it did not publish the rest")
			}
		})
		n.run("a schedule", func(t *testing.T) {
			id := n.draft("EDITOR", "Vår med ei tid")
			n.act("EDITOR", "publish", former.in(time.Hour), item(id, 1)).expectCodes("publish")
			a := owner(id, "imdi")
			a.expectCodes("transfer", "ENDED")
			if a.at("transfer", "entries", 0, "publishAt") != nil {
				t.Errorf("the schedule stays: %s", a.Body)
			}
			former.atItsTime()
			if n.isRead(id) {
				t.Error("it published what another organisation owns")
			}
		})
	})
}

// Nobody changes the picture of a page that they do not edit.
func TestTransferMovesFiles(t *testing.T) {
	eachStudio(t, func(t *testing.T, n *newsroom) {
		picture := photo(40, 30)
		own, shared := n.taken("eiga.jpg", "image/jpeg", picture)["id"], n.taken("delt.jpg", "image/jpeg", photo(30, 40))["id"]
		with := func(asset any) string {
			t.Helper()
			id := n.draft("EDITOR", "Med bilete")
			n.as("EDITOR", `mutation($id: ID!, $a: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {image: $a}) { problems { code } } }`,
				map[string]any{"id": id, "a": asset}).ok().expectCodes("updatePractice")
			return id
		}
		moves, alsoMoves, stays := with(own), with(shared), with(shared)
		a := n.act("HUB_EDITOR", "transfer", fmt.Sprintf("organization: %q", n.org["imdi"]), item(moves, 2), item(alsoMoves, 2))
		a.expectCodes("transfer", "ENDED")
		if stays == "" || !strings.Contains(string(a.Body), fmt.Sprint(shared)) {
			t.Errorf("what stays with the former owner is not told: %s", a.Body)
		}
		may := func(who string, asset any) bool {
			t.Helper()
			a := n.as(who, `mutation($a: ID!) { updateAsset(id: $a, input: {alt: [{language: NB, text: "Eit bilete"}]}) { problems { code } } }`,
				map[string]any{"a": asset}).ok()
			return len(a.codes("updateAsset")) == 0
		}
		for _, c := range []struct {
			who   string
			asset any
			want  bool
		}{{"EDITOR", own, false}, {"stranger", own, true}, {"EDITOR", shared, true}, {"stranger", shared, false}} {
			if got := may(c.who, c.asset); got != c.want {
				t.Errorf("%s may change the alternative text of %v: %t", c.who, c.asset, got)
			}
		}
	})
}

// A key does no more than what made it, and lasts no longer.
func TestKeysNarrowOnly(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		m := maker{&office{newsroom: n}, "ADMIN"}
		create := func(who, input string) *answer {
			t.Helper()
			return n.as(who, fmt.Sprintf(`mutation { createKey(input: {organization: %q, name: "x", kind: SECRET, %s})
				{ key { id scopes role expiresAt manifest } secret problems { code path message } } }`, n.org["ks"], input), nil).ok()
		}
		m.createKey("ADMIN", "manage", "ADMIN", "scopes: [MANAGE, SENSITIVE]")
		m.createKey("ADMIN", "weak", "ADMIN", "scopes: [MANAGE, READ]")
		m.createKey("ADMIN", "whole", "ADMIN", "")
		in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
		a := create("ADMIN", fmt.Sprintf("role: ADMIN, scopes: [MANAGE, SENSITIVE, READ], expiresAt: %q", in(time.Hour)))
		n.people["short"] = a.at("createKey", "secret").(string)

		for _, c := range []struct {
			name, by, input string
			codes           []string
			scopes          string
		}{
			{"without scopes they are the creator's", "manage", "role: ADMIN", nil, "[MANAGE]"},
			{"a scope that the creator lacks", "manage", "role: ADMIN, scopes: [DRAFTS]", []string{"FORBIDDEN"}, ""},
			{"a scope of the creator's", "manage", "role: EDITOR, scopes: [MANAGE]", nil, "[MANAGE]"},
			{"all scopes", "weak", "role: EDITOR, scopes: [READ, DRAFTS, PUBLISH, MANAGE]", []string{"FORBIDDEN"}, ""},
			{"SENSITIVE by one without", "weak", "role: EDITOR, scopes: [MANAGE, SENSITIVE]", []string{"FORBIDDEN"}, ""},
			{"SENSITIVE by one without scopes", "whole", "role: EDITOR, scopes: [SENSITIVE]", []string{"FORBIDDEN"}, ""},
			{"an ADMIN by one without SENSITIVE", "whole", "role: ADMIN", []string{"FORBIDDEN"}, ""},
			{"longer than the creator", "short", fmt.Sprintf("role: EDITOR, expiresAt: %q", in(2*time.Hour)), []string{"INVALID"}, ""},
			{"shorter than the creator", "short", fmt.Sprintf("role: EDITOR, expiresAt: %q", in(time.Minute)), nil, "[READ MANAGE]"},
		} {
			a := create(c.by, c.input)
			if got := a.codes("createKey"); !slices.Equal(got, c.codes) && len(got)+len(c.codes) > 0 {
				t.Errorf("%s: %v, wanted %v: %s", c.name, got, c.codes, a.Body)
			}
			if c.scopes != "" && a.at("createKey", "key") != nil {
				got := fmt.Sprint(a.at("createKey", "key", "scopes"))
				if want := strings.Fields(strings.Trim(c.scopes, "[]")); !sameWords(got, want) {
					t.Errorf("%s: the scopes are %s", c.name, got)
				}
			}
		}

		expires := func(by, input string) time.Duration {
			t.Helper()
			a := create(by, input)
			at, err := time.Parse(time.RFC3339, fmt.Sprint(a.at("createKey", "key", "expiresAt")))
			if err != nil {
				t.Fatalf("%v: %s", err, a.Body)
			}
			return time.Until(at)
		}
		if life := expires("ADMIN", "role: EDITOR"); life < 360*24*time.Hour || life > 366*24*time.Hour {
			t.Errorf("a key lasts %s by default", life)
		}
		if life := expires("short", "role: EDITOR"); life > time.Hour {
			t.Errorf("a key outlives its creator: it lasts %s", life)
		}

		by := "short"
		for i := range 10 {
			a := create(by, "role: ADMIN, scopes: [MANAGE, SENSITIVE]")
			if codes := a.codes("createKey"); len(codes) > 0 {
				if i < 2 || codes[0] != "INVALID" {
					t.Errorf("key %d of a line of keys: %s", i, a.Body)
				}
				return
			}
			by = fmt.Sprintf("line%d", i)
			n.people[by] = a.at("createKey", "secret").(string)
			if !strings.Contains(fmt.Sprint(n.as(by, `{ administration(organization: "`+n.org["ks"]+`") { keys { id } } }`, nil).ok().at("administration")), "id") {
				t.Errorf("key %d of a line of keys does not work", i)
			}
		}
		t.Error("a line of keys has no end")
	})
}

func sameWords(got string, want []string) bool {
	words := strings.Fields(strings.Trim(got, "[]"))
	slices.Sort(words)
	slices.Sort(want)
	return slices.Equal(words, want)
}

// What a caller may not see is answered as what is not there, whatever scopes its key has.
func TestScopesTellNothing(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		m := maker{&office{newsroom: n}, "ADMIN"}
		id := n.draft("EDITOR", "Hos KS")
		owned := n.draft("HUB_EDITOR", "Hos IMDi")
		n.act("HUB_EDITOR", "transfer", fmt.Sprintf("organization: %q", n.org["imdi"]), item(owned, 1)).expectCodes("transfer")
		invitation := n.as("HUB_ADMIN", `mutation { invite(role: HUB_EDITOR) { invitation { id } } }`, nil).ok().at("invite", "invitation", "id")
		of := n.as("ADMIN", fmt.Sprintf(`mutation { invite(organization: %q, role: EDITOR) { invitation { id } } }`, n.org["ks"]), nil).ok().at("invite", "invitation", "id")
		for i, scopes := range []string{"[READ]", "[DRAFTS]", "[DRAFTS, PUBLISH]", "[PUBLISH]", "[MANAGE]", "[READ, DRAFTS, PUBLISH, MANAGE, SENSITIVE]"} {
			key := fmt.Sprintf("scoped%d", i)
			m.createKey("ADMIN", key, "ADMIN", "scopes: "+scopes)
			for _, act := range []string{"publish", "withdraw", "approve", "archive", "transfer", "delete", "submit", "assign"} {
				arguments := ""
				if act == "transfer" {
					arguments = fmt.Sprintf("organization: %q", n.org["ks"])
				}
				there := n.act(key, act, arguments, item(owned, 1))
				none := n.act(key, act, arguments, item("pra_01m88ahx6q1a3jk2p313s8y32c", 1))
				if got, want := there.codes(act), none.codes(act); !slices.Equal(got, want) {
					t.Errorf("a key with %s: %s of another's entry gives %v, of none %v", scopes, act, got, want)
				}
			}
			revoke := func(id any) []string {
				return n.as(key, `mutation($id: ID!) { revokeInvitation(id: $id) { problems { code } } }`, map[string]any{"id": id}).ok().codes("revokeInvitation")
			}
			if got := revoke(invitation); !slices.Equal(got, []string{"NOT_FOUND"}) {
				t.Errorf("a key with %s revokes an invitation of the hub: %v", scopes, got)
			}
			if got := revoke(of); !strings.Contains(scopes, "MANAGE") && !slices.Equal(got, []string{"NOT_FOUND"}) {
				t.Errorf("a key with %s revokes an invitation: %v", scopes, got)
			}
		}
		if n.stage(id) != "EDITING" {
			t.Error("something was done")
		}
	})
}

// Two administrators who take each other's role at once leave one.
func TestTheLastAdministratorStays(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		last := "HUB_ADMIN"
		for round := range 6 {
			other := maker{&office{newsroom: n}, fmt.Sprintf("other%d", round)}
			other.account(schema.HubAdmin)
			pair := []string{last, other.name}
			var both sync.WaitGroup
			for i, who := range pair {
				both.Go(func() {
					n.askAs(n.people[who], `mutation($a: ID!) { setHubRole(account: $a) { done } }`,
						map[string]any{"a": n.ids[pair[1-i]]})
				})
			}
			both.Wait()
			var left []string
			for _, who := range pair {
				if n.as(who, `{ viewer { hubRole } }`, nil).ok().at("viewer", "hubRole") == "HUB_ADMIN" {
					left = append(left, who)
				}
			}
			if len(left) != 1 {
				t.Fatalf("round %d: %v of two administrators are left", round, left)
			}
			last = left[0]
		}
	})
}

// Rights are read again in the transaction: a request that began before they were lost does nothing after.
func TestRightsAreReadInTheTransaction(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		m := maker{&office{newsroom: n}, "leaver"}
		account := m.account(schema.Admin)
		viewer, err := n.accounts.OfBearer(t.Context(), n.people["leaver"], "")
		if err != nil {
			t.Fatal(err)
		}
		began := access.WithViewer(t.Context(), viewer) // a request that waits for its body, for instance
		acts := map[string]func(ctx context.Context) error{
			"createKey": func(ctx context.Context) error {
				_, _, err := n.accounts.CreateKey(ctx, access.NewKey{Organization: n.org["ks"], Name: "x", Kind: schema.SecretKey, Role: schema.Admin})
				return err
			},
			"invite": func(ctx context.Context) error {
				ks := n.org["ks"]
				_, _, err := n.accounts.Invite(ctx, &ks, schema.Admin, nil)
				return err
			},
			"save": func(ctx context.Context) error {
				_, problems, err := n.service.Save(ctx, content.Draft{
					ID: n.service.NewID("pra"), Type: schema.ContentType("PRACTICE"), Owner: n.org["ks"],
					Document: []byte(`{"kind": "ADVICE", "texts": [{"language": "NB", "title": "x", "summary": "y"}]}`),
				})
				if len(problems) > 0 {
					return fmt.Errorf("%v", problems)
				}
				return err
			},
			"createUpload": func(ctx context.Context) error {
				_, _, err := n.uploads.Create(ctx, n.org["ks"], "a.txt", "text/plain", 5)
				return err
			},
			"createPreview": func(ctx context.Context) error {
				_, _, err := n.accounts.CreatePreview(ctx, access.Previewed{}, 0)
				return err
			},
		}
		for name, act := range acts {
			if err := act(began); err != nil {
				t.Errorf("%s beforehand: %v", name, err)
			}
		}
		lost := []struct {
			way  string
			lose func()
		}{
			{"the role", func() { m.order(fmt.Sprintf("setRole(id: %q, role: CONTRIBUTOR)", m.membership(account))) }},
			{"the account", func() { m.order(fmt.Sprintf("disableAccount(id: %q)", account)) }},
		}
		for _, l := range lost {
			l.lose()
			for name, act := range acts {
				if err := act(began); err == nil && (l.way == "the account" || name == "createKey" || name == "invite") {
					t.Errorf("%s after %s was lost is done", name, l.way)
				}
			}
		}
	})
}

// A right that is given back does not revive what ended with it, and another person's schedule stays.
func TestWhatEndedStaysEnded(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		m := maker{&office{newsroom: n}, "returning"}
		account := m.account(schema.Editor)
		upload := m.upload()
		id, both := n.draft("EDITOR", "Skal ut"), n.draft("EDITOR", "Ut og inn")
		for _, entry := range []string{id, both} {
			n.act("EDITOR", "publish", "", item(entry, 1)).expectCodes("publish")
		}
		n.act(m.name, "withdraw", m.in(3*time.Hour), item(id, 1)).expectCodes("withdraw")
		n.update("EDITOR", both, "Ut og inn igjen", 1).expectCodes("updatePractice")
		n.act(m.name, "publish", m.in(time.Hour), item(both, 2)).expectCodes("publish")
		n.act("EDITOR", "withdraw", m.in(90*time.Minute), item(both, 2)).expectCodes("withdraw")
		draft := n.draft("EDITOR", "Fram og tilbake")
		token := m.previewOf(fmt.Sprintf("entries: [%q]", draft))

		m.order(fmt.Sprintf("setRole(id: %q, role: CONTRIBUTOR)", m.membership(account)))
		a := n.as("EDITOR", `query($id: ID!) { entry(id: $id) { scheduleProblem withdrawAt steps { reason } } }`, map[string]any{"id": id}).ok()
		if a.at("entry", "withdrawAt") != nil || a.at("entry", "scheduleProblem") == nil || !strings.Contains(string(a.Body), "failed: FORBIDDEN") {
			t.Errorf("the owner is not told: %s", a.Body)
		}
		m.order(fmt.Sprintf("removeMember(id: %q)", m.membership(account)))
		system := access.WithViewer(t.Context(), access.System("test"))
		n.client.Membership.Create().SetID(n.service.NewID("mem")).SetAccountID(account).SetOrganizationID(n.org["ks"]).
			SetRole(schema.Editor).SetCreatedAt(time.Now()).ExecX(system)
		n.update("EDITOR", id, "Endra", 1).expectCodes("updatePractice")
		n.act("EDITOR", "publish", "", item(id, 2)).expectCodes("publish")
		m.atItsTime()
		if n.isRead(both) {
			t.Error("another editor's withdrawal was not carried out")
		}
		m.atItsTime()
		if !n.isRead(id) {
			t.Error("a withdrawal was revived")
		}
		if upload.works() {
			t.Error("an upload was revived")
		}
		if m.shows(token, draft) {
			t.Error("a preview was revived")
		}

		there := former(n, draft)
		n.act("HUB_EDITOR", "transfer", fmt.Sprintf("organization: %q", n.org["imdi"]), item(draft, 1)).expectCodes("transfer")
		n.update("stranger", draft, "HEMMELEG HOS IMDI", 1).expectCodes("updatePractice")
		n.act("HUB_EDITOR", "transfer", fmt.Sprintf("organization: %q", n.org["ks"]), item(draft, 2)).expectCodes("transfer")
		if m.shows(there, draft) {
			t.Error("a preview of before a transfer shows what was written meanwhile")
		}
	})
}

// former returns a preview of the entry that the EDITOR makes.
func former(n *newsroom, id string) string {
	return maker{&office{newsroom: n}, "EDITOR"}.previewOf(fmt.Sprintf("entries: [%q]", id))
}

// An invitation takes nothing away, and whoever has been disabled meanwhile gets nothing by it.
func TestInvitationsOnlyGive(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		m := maker{&office{newsroom: n}, "HUB_ADMIN"}
		invite := func(role string) string {
			t.Helper()
			a := n.as("HUB_ADMIN", `mutation { invite(role: `+role+`) { url problems { code } } }`, nil).ok()
			link, _ := a.at("invite", "url").(string)
			_, code, _ := strings.Cut(link, "#")
			return code
		}
		if err := n.accounts.AcceptAs(t.Context(), invite("HUB_EDITOR"), n.ids["HUB_ADMIN"]); err != nil {
			t.Fatal(err)
		}
		if got := n.as("HUB_ADMIN", `{ viewer { hubRole } }`, nil).ok().at("viewer", "hubRole"); got != "HUB_ADMIN" {
			t.Errorf("an invitation has made the HUB_ADMIN a %v", got)
		}
		gone := maker{&office{newsroom: n}, "gone"}
		account := gone.account(schema.Editor)
		code := invite("HUB_ADMIN")
		m.order(fmt.Sprintf("disableAccount(id: %q)", account))
		if err := n.accounts.AcceptAs(t.Context(), code, account); err == nil {
			t.Error("a disabled account has accepted an invitation")
		}
	})
}

// Taking a right succeeds at once while programs of whoever loses it write.
func TestTakingARightWhileItIsUsed(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		m := maker{&office{newsroom: n}, "busy"}
		account := m.account(schema.Admin)
		membership := m.membership(account)
		m.createKey(m.name, "busyKey", "ADMIN", allScopes)
		m.createKey("busyKey", "busyKeyOfKey", "ADMIN", allScopes)
		var programs sync.WaitGroup
		stop := make(chan struct{})
		for _, key := range []string{"busyKey", "busyKeyOfKey", "busyKeyOfKey", m.name} {
			programs.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						n.askAs(n.people[key], `mutation { createPreview(input: {scheduledBefore: "2030-01-01T00:00:00Z"}) { id } }`, nil)
					}
				}
			})
		}
		for _, mutation := range []string{
			fmt.Sprintf("setRole(id: %q, role: EDITOR)", membership), fmt.Sprintf("setRole(id: %q, role: ADMIN)", membership),
			fmt.Sprintf("removeMember(id: %q)", membership), fmt.Sprintf("disableAccount(id: %q)", account),
		} {
			m.order(mutation)
		}
		close(stop)
		programs.Wait()
		for _, key := range []string{"busyKey", "busyKeyOfKey", m.name} {
			if a := n.as(key, `{ __typename }`, nil); a.code() != "UNAUTHENTICATED" {
				t.Errorf("%s works still: %s", key, a.Body)
			}
		}
	})
}
