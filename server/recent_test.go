package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/ent/membership"
	"dugnad/graph/generated"
	"dugnad/schema"
)

// ordinary are the mutations that need no recent sign-in, with the reason.
var ordinary = map[string]string{
	"publish withdraw submit requestChanges approve unschedule archive unarchive transfer assign": "can be undone",
	"delete":                           "of what was never published",
	"restore discardChanges comment":   "writing",
	"revokeInvitation revokeKey":       "takes only what an administrator can give again, and must be quick",
	"revokeSignIn":                     "the caller's own, and must be quick",
	"createPreview":                    "shows what the caller sees",
	"revokePreview":                    "the caller's own",
	"createRelease renameRelease":      "writing",
	"addToRelease removeFromRelease":   "writing",
	"publishRelease unscheduleRelease": "can be undone",
	"deleteRelease":                    "its entries stay",
	"createUpload updateAsset":         "writing",
	"giveFeedback":                     "anybody may",
	"createWebhook updateWebhook":      "sends ids, not content, and goes with the account",
	"rotateWebhookSecret":              "can be repeated",
	"endFormerSecret":                  "can be repeated",
	"pauseWebhook resumeWebhook":       "can be undone",
	"testWebhook replayDeliveries":     "sends what was sent",
	"deleteWebhook":                    "can be created again",
	"createOrganization createContact": "writing",
	"updateOrganization updateContact": "writing, with a history",
	"createTheme createTargetGroup":    "writing",
	"updateTheme updateTargetGroup":    "writing, with a history",
	"createMethod createLawSection":    "writing",
	"updateMethod updateLawSection":    "writing, with a history",
	"createPractice createTool":        "writing",
	"createReport createProject":       "writing",
	"createNetwork createEvent":        "writing",
	"createCollection":                 "writing",
	"acceptRelation declineRelation":   "can be undone by the other",
	"freeSlug":                         "an address of before, and can be taken again",
	"updatePractice updateTool":        "writing, with a history",
	"updateReport updateProject":       "writing, with a history",
	"updateNetwork updateEvent":        "writing, with a history",
	"updateCollection":                 "writing, with a history",
}

// Every mutation is an act of power or was decided not to be.
func TestEveryMutationIsPowerfulOrOrdinary(t *testing.T) {
	t.Parallel()
	decided := slices.Collect(maps.Keys(access.PowerfulActs))
	for names := range ordinary {
		decided = append(decided, strings.Fields(names)...)
	}
	slices.Sort(decided)
	var there []string
	for _, f := range generated.NewExecutableSchema(generated.Config{}).Schema().Mutation.Fields {
		there = append(there, f.Name)
	}
	slices.Sort(there)
	if !slices.Equal(decided, there) {
		t.Errorf("decided\n%s\nthere are\n%s", decided, there)
	}
}

// actsOfPower are calls of mutations; ACC and MEM are an account that is an ADMIN, and its membership; CON is the
// membership of a CONTRIBUTOR.
var actsOfPower = []struct {
	call     string
	powerful bool
}{
	{`createKey(input: {organization: "ORG", name: "x", kind: SECRET, role: ADMIN})`, true},
	{`createKey(input: {organization: "ORG", name: "x", kind: SECRET, role: ADMIN, scopes: [READ]})`, true},
	{`createKey(input: {organization: "ORG", name: "x", kind: SECRET, role: HUB_EDITOR})`, true},
	{`createKey(input: {organization: "ORG", name: "x", kind: SECRET, role: HUB_ADMIN})`, true},
	{`createKey(input: {organization: "ORG", name: "x", kind: SECRET, role: EDITOR})`, false},
	{`createKey(input: {organization: "ORG", name: "x", kind: PUBLISHABLE, origins: ["https://a.example"]})`, false},
	{`invite(organization: "ORG", role: ADMIN)`, true},
	{`invite(role: HUB_EDITOR)`, true},
	{`invite(role: HUB_ADMIN)`, true},
	{`invite(organization: "ORG", role: EDITOR)`, false},
	{`setRole(id: "CON", role: ADMIN)`, true},
	{`setRole(id: "MEM", role: EDITOR)`, true},
	{`setRole(id: "CON", role: EDITOR)`, false},
	{`removeMember(id: "MEM")`, true},
	{`removeMember(id: "CON")`, false},
	{`setHubRole(account: "ACC", role: HUB_EDITOR)`, true},
	{`setHubRole(account: "ACC")`, true},
	{`disableAccount(id: "ACC")`, true},
	{`anonymizeAccount(id: "ACC")`, true},
	{`redact(text: "ord som ingen skrev", entries: [], reason: "fordi")`, true},
	{`redact(text: "ord som ingen skrev", entries: [], reason: "fordi", dryRun: true)`, true},
}

// mayDoActsOfPower does every call as a HUB_ADMIN who signed in recently or a while ago, and with keys that were made
// for that or not.
func (n *newsroom) mayDoActsOfPower() {
	n.t.Helper()
	sum := sha256.Sum256([]byte("verifier"))
	code, err := n.accounts.NewCode(
		n.t.Context(), n.ids["HUB_ADMIN"], base64.RawURLEncoding.EncodeToString(sum[:]), "app:/", "test",
		n.accounts.Now().Add(-16*time.Minute),
	)
	if err != nil {
		n.t.Fatal(err)
	}
	old, err := n.accounts.Exchange(n.t.Context(), code, "verifier", "app:/")
	if err != nil {
		n.t.Fatal(err)
	}
	key := func(scopes ...access.KeyScope) string {
		_, secret, err := n.accounts.CreateKey(access.WithViewer(n.t.Context(), access.System("test")), access.NewKey{
			Organization: n.org["imdi"], Name: "nøkkel", Kind: schema.SecretKey, Role: schema.HubAdmin, Scopes: scopes,
		})
		if err != nil {
			n.t.Fatal(err)
		}
		return secret
	}
	const recent, forbidden, done = "FORBIDDEN RECENT_SIGN_IN_NEEDED", "FORBIDDEN <nil>", ""
	for _, caller := range []struct{ name, credential, powerful string }{
		{"signed in a while ago", old.Access, recent},
		{"a key", key(), forbidden},
		{"a key with the other scopes", key("READ", "DRAFTS", "PUBLISH", "MANAGE"), forbidden},
		{"a key for it", key("READ", "DRAFTS", "PUBLISH", "MANAGE", "SENSITIVE"), done},
		{"signed in recently", n.people["HUB_ADMIN"], done},
	} {
		for i, c := range actsOfPower {
			want := done
			if c.powerful {
				want = caller.powerful
			}
			admin, member := n.somebody(fmt.Sprintf("%s %d", caller.name, i), schema.Admin)
			_, contributor := n.somebody(fmt.Sprintf("%s %d c", caller.name, i), schema.Contributor)
			call := strings.NewReplacer(
				`"ORG"`, `"`+n.org["imdi"]+`"`, `"ACC"`, `"`+admin+`"`, `"MEM"`, `"`+member+`"`, `"CON"`, `"`+contributor+`"`,
			).Replace(c.call)
			a := n.askAs(caller.credential, "mutation { act: "+call+" { problems { code reason } } }", nil).ok()
			got := done
			if problems := a.list("act", "problems"); len(problems) > 0 {
				p := problems[0].(map[string]any)
				got = fmt.Sprint(p["code"], " ", p["reason"])
			}
			if got != want {
				n.t.Errorf("%s, %s: %q, wanted %q", caller.name, c.call, got, want)
			}
		}
	}
	// Who may not do it in any case is not sent to sign in.
	for _, role := range []string{"EDITOR", "stranger"} {
		a := n.as(role, `mutation { setHubRole(account: "acc_x", role: HUB_ADMIN) { problems { code reason } } }`, nil).ok()
		if p := a.list("setHubRole", "problems")[0].(map[string]any); p["code"] != "FORBIDDEN" || p["reason"] != nil {
			n.t.Errorf("%s: %v", role, p)
		}
	}
}

// somebody returns the ids of an account with a role in the second organisation, and of its membership.
func (n *newsroom) somebody(name string, role schema.Role) (accountID, membershipID string) {
	n.t.Helper()
	id, err := n.makeAccount(n.t.Context(), name, access.NewAccount{Organization: n.org["imdi"], Role: role})
	if err != nil {
		n.t.Fatal(err)
	}
	ctx := access.WithViewer(n.t.Context(), access.System("test"))
	membershipID, err = n.client.Membership.Query().Where(membership.AccountID(id)).OnlyID(ctx)
	if err != nil {
		n.t.Fatal(err)
	}
	return id, membershipID
}
