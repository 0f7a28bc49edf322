package main

import (
	"bytes"
	"errors"
	"go/ast"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc/gen"
)

// ent writes every builder of every type. What is listed here is kept; the rest is cut out of the generated files,
// because compiling it was half of a cold build (docs/decisions/0027-build-size.md). When "ent has no such method"
// stands in the way, add the type or the method to its list and run scripts/generate.
var (
	// Types whose rows are updated by condition: Client.X.Update().
	updatedInBulk = set(
		"ApiKey", "Delivery", "Entry", "Invitation", "PreviewToken", "Relation", "Release", "SignIn", "Slug",
		"Upload", "Webhook",
	)
	// Types whose rows are updated one at a time: UpdateOne and UpdateOneID. Reference data always is.
	updatedOne = set("Account", "ApiKey", "Attempt", "Comment", "Delivery", "Entry", "Invitation", "Membership", "Release",
		"ReleaseItem", "Revision", "SignIn", "Step", "Upload", "Webhook")
	// Types whose rows are created in bulk: CreateBulk. Content always is.
	createdInBulk = set("Change", "ContentDistrict", "ContentMunicipality", "ContentOrganization", "Delivery", "Entry", "NetworkMember",
		"NumberUse", "Reference", "Relation", "ReleaseItem", "Revision", "Slug", "Step", "TrustedDocument")
	// Types that are counted by group: GroupBy.
	grouped = set("ContentMunicipality", "Delivery", "EmbedUse", "Feedback", "NetworkMember", "Relation", "Step",
		"TrustedDocument", "UnmetSearch")
	// Types whose rows are locked: ForUpdate.
	locked = set("Entry")
	// Types with documents whose rows tests create with builders. PutRow and PutRows write the rows of the others without
	// the builders' setters.
	builtByHand = set("Organization", "Theme")
	// Setters that take nil.
	nillable = set("SetNillableCode", "SetNillableDetail", "SetNillableEmail", "SetNillableExpiresAt",
		"SetNillableFilter", "SetNillableFromDate", "SetNillableKey", "SetNillableKeyID", "SetNillableManifest",
		"SetNillableName", "SetNillableNameThen", "SetNillableNote", "SetNillableNumberThen", "SetNillableOrganizationID",
		"SetNillablePosition", "SetNillableReason", "SetNillableReleaseID", "SetNillableScheduledBefore",
		"SetNillableToDate", "SetNillableURL")
	// Edges that are loaded eagerly: WithX. entgql's collection of fields loads the others.
	eager = set("WithAccount", "WithAssignee", "WithChildren", "WithCounty", "WithDistrict", "WithLawSections", "WithMemberships",
		"WithMethods", "WithMunicipality", "WithNumbers", "WithOrganization", "WithOwner", "WithParent", "WithPredecessors",
		"WithReports", "WithSuccessors", "WithTargetGroups", "WithThemes", "WithTools")
	// Edges that queries traverse: QueryX of a query.
	walked = set("QueryPractices", "QueryPredecessors", "QueryThemes", "QueryTools")
	// Types of the API without connections, by their API names.
	unpaged = regexp.MustCompile(`^(With|new|Default)?(?i:(Account|ApiKey|Asset|Contact|ContentMunicipalityEdge|DistrictLink|` +
		`Membership|MunicipalityNumber|NetworkMemberEdge|OrganizationLink|Revision))` +
		`(Edge|Connection|PaginateOption|PaginateArgs|Pager|Order|OrderField\w*|Filter)$`)
	// Predicates on texts that are used. Most searching in texts is the search engine's.
	textPredicates = set("FoldedNameContains")
	// Methods that are not called, of any type.
	uncalled = set("SaveX", "FirstX", "FirstIDX", "IDsX", "MapCreateBulk", "ForShare", "ToEdge", "Noder", "Noders", "noder", "noders", "Use", "Hooks", "mutate",
		"Mutate", "ScanX", "StringsX", "StringX", "Ints", "IntsX", "Int", "IntX", "Float64s", "Float64sX", "Float64", "Float64X",
		"Bools", "BoolsX", "Bool", "BoolX")
)

func set(names ...string) map[string]bool {
	s := make(map[string]bool, len(names))
	for _, n := range names {
		s[n] = true
	}
	return s
}

// forwardOnly removes the inverse sides of many-to-many edges that the API skips. They are in the schema to make the
// edge many-to-many, and nothing reads or writes them.
func forwardOnly(next gen.Generator) gen.Generator {
	return gen.GenerateFunc(func(g *gen.Graph) error {
		for _, n := range g.Nodes {
			n.Edges = slices.DeleteFunc(n.Edges, func(e *gen.Edge) bool {
				api, _ := e.Annotations["EntGQL"].(map[string]any) // as entgql reads it: its annotation in JSON
				return e.M2M() && e.IsInverse() && api["Skip"] == float64(entgql.SkipAll)
			})
		}
		return next.Generate(g)
	})
}

// builderOf splits the name of a generated type: PracticeUpdateOne is a builder of Practice.
var builderOf = regexp.MustCompile(
	`^(\w+?)(CreateBulk|Create|UpdateOne|Update|DeleteOne|Delete|Query|GroupBy|Select|Client|Mutation)$`,
)

var setter = regexp.MustCompile(`^(Set|Add|Append|Clear|Remove)[A-Z]`)

// trimEnt removes unused declarations from ent/.
func trimEnt() error {
	for _, folder := range []string{"ent/hook", "ent/enttest"} {
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	builders, err := readFiles("ent/*.go")
	if err != nil {
		return err
	}
	builders.readTypes()
	builders.cut(builders.unused)
	builders.cut(builders.mutationsNotCalled())
	predicates, err := readFiles("ent/*/where.go")
	if err != nil {
		return err
	}
	predicates.cut(unusedPredicate)
	return errors.Join(builders.write(), predicates.write())
}

var textPredicate = regexp.MustCompile(`(NotIn|EqualFold|ContainsFold|Contains|HasPrefix|HasSuffix)$`)

func unusedPredicate(d ast.Decl) bool {
	f, ok := d.(*ast.FuncDecl)
	return ok && textPredicate.MatchString(f.Name.Name) && !textPredicates[f.Name.Name]
}

// Hooks of mutations are not used: content.Service checks each write. Without hooks, ent.Mutation and its methods that
// name fields by strings are unused. ent's migration is unused as well: server/database migrates from files.
var replaced = []struct {
	find *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`, hooks: c\.Hooks\(\)`), ``},
	{regexp.MustCompile(`withHooks\(ctx, (\w+)\.(sqlSave|sqlExec), \w+\.mutation, \w+\.hooks\)`), `$1.$2(ctx)`},
	{regexp.MustCompile(`(?m)^\thooks +\[\]Hook\n`), ``},
	{regexp.MustCompile(`(?m)^var _ ent\.Mutation = .*\n`), ``},
	{regexp.MustCompile(`(?s)\n// withHooks invokes.*?\n\}\n`), ``},
	{regexp.MustCompile(`(?m)^\t\t// hooks to execute on mutations\.\n\t\thooks \*hooks\n`), ``},
	{regexp.MustCompile(`hooks: &hooks\{\}, `), ``},
	{regexp.MustCompile(`(?m)^\t\thooks: +c\.hooks,\n`), ``},
	{regexp.MustCompile(`(?s)\thooks struct \{.*?\n\t\}\n`), ``},
	{regexp.MustCompile(`(?m)^\t(Hook|Policy|Mutator|Mutation|MutateFunc) += ent\..*\n`), ``},
	{
		regexp.MustCompile(`(?s)\t\tvar \(\n\t\t\terr +error\n\t\t\tonce +sync\.Once.*?\n\t\t\}\n\t\tm\.id = &id`),
		"\t\tm.id = &id",
	},
	{regexp.MustCompile(
		`\t\tm\.oldValue = func\(context\.Context\) \(\*\w+, error\) \{\n\t\t\treturn node, nil\n\t\t\}\n`,
	), ``},
	{regexp.MustCompile(`(?m)^\toldValue +func\(.*\n`), ``},
	{regexp.MustCompile(`(?m)^\t// Schema is the client for .*\n\tSchema \*migrate\.Schema\n`), ``},
	{regexp.MustCompile(`(?m)^\tc\.Schema = migrate\.NewSchema.*\n`), ``},
}

func withoutHooks(text []byte) ([]byte, error) {
	if bytes.Contains(text, []byte(".Hooks[:]")) {
		return nil, errors.New("the schema has hooks or a policy, which are cut out: see schema/codegen/trim.go")
	}
	for _, r := range replaced {
		text = r.find.ReplaceAll(text, []byte(r.with))
	}
	return text, nil
}

// readTypes finds the types of the schema by their clients, and those with documents by their inputs.
func (t *trimmer) readTypes() {
	ast.Inspect(t.parsed[filepath.Join("ent", "gql_collection.go")], func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			t.collected[s.Sel.Name] = true
		}
		return true
	})
	t.each(func(_ string, d ast.Decl) {
		if f, ok := d.(*ast.FuncDecl); ok {
			if n, ok := strings.CutSuffix(receiver(f), "Client"); ok && f.Name.Name == "Query" {
				t.types[n] = true
			}
			if n, ok := strings.CutSuffix(receiver(f), "Input"); ok && f.Name.Name == "Missing" {
				t.documents[n] = true
			}
			if m := putRows.FindStringSubmatch(f.Name.Name); m != nil && f.Recv == nil {
				t.content[m[1]] = true
			}
		}
	})
}

// putRows is the function that writes the rows of a type of content.
var putRows = regexp.MustCompile(`^put(\w+)Rows$`)

// unused reports whether none of the lists keeps the declaration.
func (t *trimmer) unused(d ast.Decl) bool {
	if g, ok := d.(*ast.GenDecl); ok {
		switch s := g.Specs[0].(type) {
		case *ast.TypeSpec:
			return t.unusedBuilder(s.Name.Name) || unpaged.MatchString(s.Name.Name)
		case *ast.ValueSpec:
			return unpaged.MatchString(s.Names[0].Name)
		}
		return false
	}
	f := d.(*ast.FuncDecl)
	on, name := receiver(f), f.Name.Name
	if on == "" {
		return unpaged.MatchString(name) || strings.HasPrefix(name, "with") && t.unusedOption(name)
	}
	if uncalled[name] || unpaged.MatchString(on) || t.unusedBuilder(on) ||
		strings.HasPrefix(name, "SetNillable") && !nillable[name] {
		return true
	}
	if t.types[on] && name == "Update" {
		return true // Client.X.UpdateOne(x) says the same
	}
	m := builderOf.FindStringSubmatch(on)
	if m == nil || !t.types[m[1]] {
		return false
	}
	switch of, builder := m[1], m[2]; builder {
	case "Client":
		return name == "Update" && !updatedInBulk[of] || strings.HasPrefix(name, "UpdateOne") && !t.updatesOne(of) ||
			name == "CreateBulk" && !t.createsBulk(of)
	case "Query":
		return name == "GroupBy" && !grouped[of] || name == "ForUpdate" && !locked[of] ||
			name == "Paginate" && unpaged.MatchString(returned(f)) ||
			strings.HasPrefix(name, "With") && !eager[name] && !t.collected[name] ||
			strings.HasPrefix(name, "Query") && !walked[name]
	case "Create", "Update", "UpdateOne":
		return name == "Mutation" && !t.documents[of] || takesRows(f, t.types) ||
			setter.MatchString(name) && name != "SetID" && t.documents[of] && !builtByHand[of]
	}
	return false
}

func (t *trimmer) updatesOne(of string) bool {
	return updatedOne[of] || t.documents[of] && !t.content[of]
}

func (t *trimmer) createsBulk(of string) bool { return createdInBulk[of] || t.content[of] }

// unusedBuilder reports whether the type is a builder that its entity does not need.
func (t *trimmer) unusedBuilder(name string) bool {
	m := builderOf.FindStringSubmatch(name)
	if m == nil || !t.types[m[1]] {
		return false
	}
	switch of := m[1]; m[2] {
	case "Update":
		return !updatedInBulk[of]
	case "UpdateOne":
		return !t.updatesOne(of)
	case "CreateBulk":
		return !t.createsBulk(of)
	case "GroupBy":
		return !grouped[of]
	}
	return false
}

// unusedOption reports whether the function is withX or withXID, an option of X's mutation, and no single row of X is
// updated.
func (t *trimmer) unusedOption(name string) bool {
	of := strings.TrimPrefix(name, "with")
	if !t.types[of] {
		of = strings.TrimSuffix(of, "ID")
	}
	return t.types[of] && !t.updatesOne(of)
}

// takesRows reports whether the function sets an edge by rows instead of ids.
func takesRows(f *ast.FuncDecl, types map[string]bool) bool {
	if len(f.Type.Params.List) != 1 {
		return false
	}
	p := f.Type.Params.List[0].Type
	if e, ok := p.(*ast.Ellipsis); ok {
		p = e.Elt
	}
	star, ok := p.(*ast.StarExpr)
	if !ok {
		return false
	}
	id, ok := star.X.(*ast.Ident)
	return ok && types[id.Name]
}

// mutationsNotCalled reports whether the function is a method of a mutation that is not called, directly or through
// other methods, by the type's builders or our templates.
func (t *trimmer) mutationsNotCalled() func(ast.Decl) bool {
	methods := map[string]map[string]*ast.FuncDecl{} // by type of the schema and name
	called := map[string]map[string]bool{}
	everywhere := map[string]bool{}
	for n := range t.types {
		methods[n], called[n] = map[string]*ast.FuncDecl{}, map[string]bool{}
	}
	t.each(func(file string, d ast.Decl) {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			return
		}
		m := builderOf.FindStringSubmatch(receiver(f))
		switch {
		case m != nil && t.types[m[1]] && m[2] == "Mutation":
			methods[m[1]][f.Name.Name] = f
		case m != nil && t.types[m[1]]:
			selected(f, called[m[1]])
		case path.Base(file) == "applied.go" && t.types[receiver(f)]:
			selected(f, called[receiver(f)])
		case path.Base(file) == "document.go":
			selected(f, everywhere)
		case file == filepath.Join("ent", "mutation.go"):
			for n := range t.types { // newXMutation, withX and withXID
				if regexp.MustCompile(`^(new|with)` + n + `(Mutation|ID)?$`).MatchString(f.Name.Name) {
					selected(f, called[n])
				}
			}
		}
	})
	for n, all := range methods {
		if t.documents[n] {
			maps.Copy(called[n], everywhere)
		}
		for before := -1; before != len(called[n]); {
			before = len(called[n])
			for name, f := range all {
				if called[n][name] {
					selected(f, called[n])
				}
			}
		}
	}
	return func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			return false
		}
		n, ok := strings.CutSuffix(receiver(f), "Mutation")
		return ok && t.types[n] && !called[n][f.Name.Name]
	}
}

// selected adds to names the methods and fields of mutations that f uses: m.Name, mutation.Name, x.mutation.Name and
// x.Mutation().Name.
func selected(f *ast.FuncDecl, names map[string]bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		mutation := false
		switch of := s.X.(type) {
		case *ast.Ident:
			mutation = of.Name == "m" || of.Name == "mutation"
		case *ast.SelectorExpr:
			mutation = of.Sel.Name == "mutation"
		case *ast.CallExpr:
			called, ok := of.Fun.(*ast.SelectorExpr)
			mutation = ok && called.Sel.Name == "Mutation"
		}
		if mutation {
			names[s.Sel.Name] = true
		}
		return true
	})
}
