package explorer

import (
	"embed"
	"errors"
	"fmt"
	"strings"

	"dugnad/schema"
	"dugnad/schema/facet"
	"dugnad/text/words"
)

//go:embed documents/*.graphql
var documentFiles embed.FS

// Documents returns the operations that the explorer sends, by name. Each includes the fragments that it uses.
func Documents() (map[string]string, error) {
	files, err := documentFiles.ReadDir("documents")
	if err != nil {
		return nil, err
	}
	written, err := documentFiles.ReadFile("documents/fragments.graphql")
	if err != nil {
		return nil, err
	}
	fragments := string(written) + kindFragment()
	documents := map[string]string{}
	for _, f := range files {
		name, _ := strings.CutSuffix(f.Name(), ".graphql")
		if name == "fragments" {
			continue
		}
		text, err := documentFiles.ReadFile("documents/" + f.Name())
		if err != nil {
			return nil, err
		}
		documents[name] = string(text) + used(string(text), fragments)
	}
	for name, text := range map[string]string{
		"listed": listedDocument(), "newest": newestDocument(), "embedded_page": embeddedPageDocument(),
	} {
		documents[name] = text + used(text, fragments)
	}
	return documents, nil
}

// used returns the fragments that a document spreads, directly or through another: GraphQL forbids unused ones.
func used(document, fragments string) string {
	var out strings.Builder
	taken := map[string]bool{}
	for more := true; more; {
		more = false
		for part := range strings.SplitSeq(fragments, "fragment ") {
			name, _, ok := strings.Cut(part, " on ")
			spreads := document + out.String()
			if ok && !taken[name] && (strings.Contains(spreads, "..."+name+"\n") || strings.Contains(spreads, "..."+name+" ")) {
				out.WriteString("\nfragment " + part)
				taken[name], more = true, true
			}
		}
	}
	return out.String()
}

// listedTypes returns the types that lists of what is new have: entries, not selections of entries.
func listedTypes() (types []schema.ContentInfo) {
	for _, t := range schema.ContentTypes() {
		if !t.Gathers {
			types = append(types, t)
		}
	}
	return types
}

// listedValues returns the same types as values of the API's enums.
func listedValues() (values []string) {
	for _, t := range listedTypes() {
		values = append(values, string(t.Value))
	}
	return values
}

// listedDocument asks the list of every type for its newest entries.
func listedDocument() string {
	var variables, fields strings.Builder
	for _, t := range listedTypes() {
		fmt.Fprintf(&variables, ", $%s: %sFilter", t.Singular, t.Name)
		fmt.Fprintf(&fields, "  %s(first: $first, filter: $%s, orderBy: [{ field: ISSUED, direction: DESC }]) {\n"+
			"    totalCount nodes { ...Card publishedAt }\n  }\n", t.Plural, t.Singular)
	}
	return "query Listed($first: Int!" + variables.String() + ") {\n" + fields.String() + "}\n"
}

// newestDocument asks a search for the newest entries, and how many there are of each theme.
func newestDocument() string {
	return fmt.Sprintf(`query Newest {
  search(first: %d, orderBy: NEWEST, filter: { types: [%s] }, facets: [THEME]) {
    edges { node { ...Card } }
    facets { facet values(first: 100) { value label count parent } }
  }
}
`, newestShown, strings.Join(listedValues(), ", "))
}

// embeddedPageDocument asks for the entry of one of the types that has a slug.
func embeddedPageDocument() string {
	var variables, fields strings.Builder
	for _, t := range schema.ContentTypes() {
		fmt.Fprintf(&variables, ", $%s: Boolean!", t.Singular)
		fmt.Fprintf(&fields, "  %[1]s(slug: $slug) @include(if: $%[1]s) { ...Embedded }\n", t.Singular)
	}
	return "query EmbeddedPage($slug: String!" + variables.String() + ") {\n" + fields.String() + "}\n"
}

// kindFragment asks for the kind of an entry, by the name of its field in kinds.
func kindFragment() string {
	var fields strings.Builder
	for _, t := range schema.ContentTypes() {
		if t.Kinds != nil {
			fmt.Fprintf(&fields, "  ... on %s { %sKind: kind }\n", t.Name, t.Singular)
		}
	}
	return "\nfragment Kind on Content {\n" + fields.String() + "}\n"
}

// complete returns an error that names what the explorer lacks of a content type or a facet.
func complete() error {
	var missing []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			missing = append(missing, fmt.Errorf("explorer: "+format, args...))
		}
	}
	for _, t := range schema.ContentTypes() {
		need(looks[t.Name].icon != "", "looks in page.go has no colour and icon for content type %s", t.Name)
		phrased := func(list string, phrases map[string]words.Key, value string) {
			for _, l := range words.Languages {
				need(l.Say(phrases[value]) != "", "text/words/%s.json has no text for %s.%s", l.Tag, list, value)
			}
		}
		phrased("aboutEntry", words.AboutEntry, string(t.Value))
		phrased("contentType", words.ContentType, string(t.Value))
		for _, kind := range t.Kinds {
			phrased("kind", words.Kind, string(t.Value)+"."+kind)
		}
	}
	for _, f := range facet.All() {
		_, titled := facetTitles[f.Facet]
		need(titled, "facetTitles in search.go has no title for facet %s", f.Facet)
	}
	return errors.Join(missing...)
}
