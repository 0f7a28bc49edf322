package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"

	"dugnad/server/database/databasetest"
)

const operating = "../docs/operating.md"

// TestOperating holds docs/operating.md equal to the program: what one of them names, the other has.
func TestOperating(t *testing.T) {
	text := readDoc(t, operating)
	model, err := kong.New(&commandLine{}, kong.Name("hub"), kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("settings", func(t *testing.T) { settingsAreDocumented(t, text, model.Model.Node) })
	t.Run("commands", func(t *testing.T) { commandsAreDocumented(t, docSection(t, text, "Commands"), model.Model.Node) })

	h := newTestHub(t, databasetest.SQLiteOptions(t))
	h.config.Demo = true // for the routes that there are with demo content only
	t.Run("metrics", func(t *testing.T) { metricsAreDocumented(t, text, h.collectors()) })
	t.Run("addresses", func(t *testing.T) {
		routes, err := h.routes()
		if err != nil {
			t.Fatal(err)
		}
		addressesAreDocumented(t, docSection(t, text, "Addresses"), routes.(chi.Routes))
	})
}

func readDoc(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// docSection returns the text below a heading of the second level.
func docSection(t *testing.T, text, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(text, "\n## "+heading+"\n")
	if !found {
		t.Fatalf("no section %q", heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// codeSpans returns the texts between backticks.
func codeSpans(text string) []string {
	var spans []string
	for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
		spans = append(spans, m[1])
	}
	return spans
}

// firstCells returns the code in the first column of the section's tables.
func firstCells(text string) []string {
	var spans []string
	for line := range strings.Lines(text) {
		if cells := strings.SplitN(line, "|", 3); len(cells) == 3 && cells[0] == "" {
			spans = append(spans, codeSpans(cells[1])...)
		}
	}
	return spans
}

// differ reports what one side has and the other lacks.
func differ(t *testing.T, what string, documented, there []string) {
	t.Helper()
	for _, name := range there {
		if !slices.Contains(documented, name) {
			t.Errorf("%s %s is not in docs/operating.md", what, name)
		}
	}
	for _, name := range documented {
		if !slices.Contains(there, name) {
			t.Errorf("docs/operating.md names the %s %s, which the program does not have", what, name)
		}
	}
}

func settingsAreDocumented(t *testing.T, text string, program *kong.Node) {
	var there []string
	for _, flag := range program.Flags {
		if flag.Name != "help" {
			there = append(there, settingName(flag.Name))
		}
	}
	differ(t, "setting", firstCells(docSection(t, text, "Configuration")), there)
	// Elsewhere in the text, too. Two roles look like settings.
	for _, name := range regexp.MustCompile(`\bHUB_[A-Z0-9_]+\b`).FindAllString(text, -1) {
		if !slices.Contains(there, strings.TrimSuffix(name, "_FILE")) && name != "HUB_ADMIN" && name != "HUB_EDITOR" {
			t.Errorf("docs/operating.md names %s, which is neither a setting nor a role", name)
		}
	}
}

func commandsAreDocumented(t *testing.T, text string, program *kong.Node) {
	var there, flags []string
	for _, leaf := range program.Leaves(true) {
		there = append(there, commandWords(leaf.Path()))
		for _, flag := range leaf.Flags {
			flags = append(flags, "--"+flag.Name)
		}
	}
	var documented []string
	for _, span := range codeSpans(text) {
		if name := commandWords(span); slices.Contains(there, name) || slices.Contains(firstCells(text), span) {
			documented = append(documented, name)
		}
	}
	differ(t, "command", documented, there)
	for _, flag := range regexp.MustCompile(`--[a-z][a-z-]+`).FindAllString(text, -1) {
		if flag != "--help" && !slices.Contains(flags, flag) {
			t.Errorf("docs/operating.md names the flag %s, which no command has", flag)
		}
	}
}

// commandWords returns the words of a command without the program's name, flags and arguments.
func commandWords(command string) string {
	var words []string
	for word := range strings.FieldsSeq(strings.TrimPrefix(command, "hub ")) {
		if strings.ToLower(word) != word || strings.ContainsAny(word, "-<[.") {
			break
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func metricsAreDocumented(t *testing.T, text string, collector prometheus.Collector) {
	descriptions := make(chan *prometheus.Desc)
	go func() {
		defer close(descriptions)
		collector.Describe(descriptions)
	}()
	name := regexp.MustCompile(`fqName: "(dugnad_\w+)"`)
	var there []string
	for d := range descriptions {
		if m := name.FindStringSubmatch(d.String()); m != nil { // Go's own metrics need no words of ours
			there = append(there, m[1])
		}
	}
	if len(there) == 0 {
		t.Fatal("the hub has no metrics of its own")
	}
	differ(t, "metric", regexp.MustCompile(`\bdugnad_\w+`).FindAllString(text, -1), there)
}

func addressesAreDocumented(t *testing.T, text string, routes chi.Routes) {
	var documented []string
	for _, span := range codeSpans(text) {
		forOperators := strings.HasPrefix(span, "/debug/") || span == "/metrics"
		if strings.HasPrefix(span, "/") && !forOperators {
			address, _, _ := strings.Cut(span, "?")
			documented = append(documented, address)
		}
	}
	var there []string
	err := chi.Walk(routes, func(_, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		there = append(there, inBokmal(routeWithoutPatterns(route)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range there {
		if !slices.ContainsFunc(documented, func(address string) bool { return covers(address, route) }) {
			t.Errorf("the route %s is not in docs/operating.md", route)
		}
	}
	for _, address := range documented {
		isRoute := func(route string) bool { return covers(address, route) || covers(inBokmal(address), route) }
		if !slices.ContainsFunc(there, isRoute) {
			t.Errorf("docs/operating.md names the address %s, which the program does not have", address)
		}
	}
}

// routeWithoutPatterns returns the route with {name} for each {name:pattern}.
func routeWithoutPatterns(route string) string {
	return regexp.MustCompile(`\{(\w+):(?:[^{}]|\{[^{}]*\})*\}`).ReplaceAllString(route, "{$1}")
}

// inBokmal returns the address of the same page in bokmål: the other languages have theirs below /nn and /en.
func inBokmal(route string) string {
	for _, prefix := range []string{"/nn", "/en"} {
		if route == prefix {
			return "/"
		}
		if rest, found := strings.CutPrefix(route, prefix+"/"); found {
			return "/" + rest
		}
	}
	return route
}

// covers reports whether the address of the documentation is that of the route. A last * stands for everything below,
// and {type} for the name of a content type in addresses. What is {format} to the router may be written out.
func covers(address, route string) bool {
	if below, found := strings.CutSuffix(address, "*"); found {
		return strings.HasPrefix(route, below)
	}
	wanted, got := strings.Split(address, "/"), strings.Split(route, "/")
	if len(wanted) != len(got) {
		return false
	}
	for i, w := range wanted {
		isParameter := strings.HasPrefix(got[i], "{")
		switch {
		case w == got[i], w == "{type}" && !isParameter && got[i] != "", strings.HasPrefix(w, "{") && isParameter:
		case got[i] == "{format}" && !strings.HasPrefix(w, "{"):
		default:
			return false
		}
	}
	return true
}

// docsOf returns the Markdown files of the project, from its root.
func docsOf(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && slices.Contains([]string{"node_modules", "testdata", "data", "bin", ".git", "compare"}, name) {
			return filepath.SkipDir
		}
		if !d.IsDir() && filepath.Ext(name) == ".md" {
			files = append(files, path)
		}
		return nil
	})
	if err != nil || len(files) < 30 {
		t.Fatalf("%d Markdown files (%v)", len(files), err)
	}
	return files
}

var (
	docLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docHeading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInSlugs = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestDocLinks follows the links between Markdown files, to their headings.
func TestDocLinks(t *testing.T) {
	for _, path := range docsOf(t) {
		for _, m := range docLink.FindAllStringSubmatch(readDoc(t, path), -1) {
			target, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, ":") {
				continue // of another host
			}
			file := path
			if target != "" {
				file = filepath.Join(filepath.Dir(path), filepath.FromSlash(target))
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			} else if heading != "" && !slices.Contains(headings(readDoc(t, file)), heading) {
				t.Errorf("%s links to %s, which has no such heading", path, m[1])
			}
		}
	}
}

// headings returns the fragments that lead to the headings of a Markdown file.
func headings(text string) []string {
	var found []string
	for _, m := range docHeading.FindAllStringSubmatch(text, -1) {
		found = append(found, strings.ReplaceAll(notInSlugs.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return found
}

// TestDecisions: the table of docs/decisions/README.md lists each decision, and begins with its title.
func TestDecisions(t *testing.T) {
	list := readDoc(t, "../docs/decisions/README.md")
	files, err := filepath.Glob("../docs/decisions/[0-9]*.md")
	if err != nil || len(files) < 26 {
		t.Fatalf("%d decisions (%v)", len(files), err)
	}
	numbers := map[string]string{}
	for _, path := range files {
		name := filepath.Base(path)
		number := name[:4]
		if other := numbers[number]; other != "" {
			t.Errorf("%s and %s have the same number", other, name)
		}
		numbers[number] = name
		title, _, _ := strings.Cut(strings.TrimPrefix(readDoc(t, path), "# "+number+". "), "\n")
		if row := "| [" + number + "](" + name + ") | " + title; !strings.Contains(list, row) {
			t.Errorf("docs/decisions/README.md lacks the row: %s", row)
		}
	}
}

// TestReleaseVersion compares server/VERSION with the newest release of the changelog: it is that release, or a later
// one being made.
func TestReleaseVersion(t *testing.T) {
	shape := regexp.MustCompile(`^([0-9]+)\.([0-9]+)\.([0-9]+)(-dev)?$`)
	numbers := func(version string) (n [3]int, dev bool) {
		parts := shape.FindStringSubmatch(version)
		if parts == nil {
			t.Fatalf("%q is not a version", version)
		}
		for i := range n {
			n[i], _ = strconv.Atoi(parts[i+1])
		}
		return n, parts[4] != ""
	}
	heading := regexp.MustCompile(`(?m)^## \[([0-9.]+)\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	newest := heading.FindStringSubmatch(readDoc(t, "../CHANGELOG.md"))
	if newest == nil {
		t.Fatal("CHANGELOG.md has no release")
	}
	released, _ := numbers(newest[1])
	current, dev := numbers(strings.TrimSpace(release))
	if c := slices.Compare(current[:], released[:]); dev && c <= 0 || !dev && c != 0 {
		t.Errorf("server/VERSION is %s, the newest release in CHANGELOG.md %s", strings.TrimSpace(release), newest[1])
	}
	if got := version(); !strings.HasPrefix(got, "dugnad "+strings.TrimSpace(release)+" go1.") {
		t.Errorf("hub version prints %q", got)
	}
}

// generatedFile matches Go's mark of generated files.
var generatedFile = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// TestDocComments checks that the comment of a function begins with its name. Comments of tests say what is tested
// instead.
func TestDocComments(t *testing.T) {
	functions := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case "ent", "node_modules", "testdata", "data", ".git", "compare":
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || generatedFile.Match(text) {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok || f.Doc.Text() == "" { // a nil comment has no text
				continue
			}
			functions++
			word, _, _ := strings.Cut(f.Doc.Text(), " ")
			if strings.TrimRight(word, ":,.\n") != f.Name.Name {
				t.Errorf("%s: the comment of %s begins with %s", path, f.Name.Name, word)
			}
		}
		return nil
	})
	if err != nil || functions < 1000 {
		t.Fatalf("%d commented functions (%v)", functions, err)
	}
}
