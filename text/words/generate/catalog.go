package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// catalog holds the phrases of text/words, and the names that code uses.
type catalog struct {
	tags    []string // of languages.json
	extra   []string // JSON files that languages.json does not list
	phrases map[string]map[string]string
	// used are the Go names that code uses.
	used map[string]bool
}

// readCatalog reads languages.json and the file of each language that it lists.
func readCatalog(folder string) (*catalog, error) {
	c := &catalog{phrases: map[string]map[string]string{}}
	var rows []struct{ Tag, Name string }
	data, err := os.ReadFile(filepath.Join(folder, "languages.json")) //nolint:gosec // a file of the repository
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, fmt.Errorf("languages.json: %w", err)
	}
	for _, row := range rows {
		if row.Tag == "" || row.Name == "" {
			return nil, fmt.Errorf("languages.json: a language needs a tag and a name: %+v", row)
		}
		c.tags = append(c.tags, row.Tag)
		if c.phrases[row.Tag], err = readPhrases(filepath.Join(folder, row.Tag+".json")); err != nil {
			return nil, err
		}
	}
	found, err := filepath.Glob(filepath.Join(folder, "*.json"))
	for _, file := range found {
		tag := strings.TrimSuffix(filepath.Base(file), ".json")
		if tag != "languages" && !slices.Contains(c.tags, tag) {
			c.extra = append(c.extra, tag)
		}
	}
	return c, err
}

// readPhrases reads the file of a language. A key that occurs twice is an error, which encoding/json would not report.
func readPhrases(file string) (map[string]string, error) {
	f, err := os.Open(file) //nolint:gosec // a file of the repository
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	phrases, err := decodePhrases(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	return phrases, nil
}

func decodePhrases(r io.Reader) (map[string]string, error) {
	d := json.NewDecoder(r)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.Join(errors.New("not a JSON object"), err)
	}
	phrases := map[string]string{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string) // keys of an object are strings
		if _, twice := phrases[name]; twice {
			return nil, fmt.Errorf("key %q occurs twice", name)
		}
		var text string
		if err := d.Decode(&text); err != nil {
			return nil, fmt.Errorf("key %q: %w", name, err)
		}
		phrases[name] = text
	}
	_, err := d.Token()
	return phrases, err
}

var (
	usedOutside = regexp.MustCompile(`\bwords\.([A-Z]\w*)`)
	usedInside  = regexp.MustCompile(`\b([A-Z]\w*)`)
)

// skipped are folders without code that uses phrases.
var skipped = []string{".git", "bin", "data", "node_modules", "dist", "ent", "generated", "generate"}

// usedNames returns the names of package words that Go and templ files use.
func usedNames(root, folder string) (map[string]bool, error) {
	used := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != root && slices.Contains(skipped, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		name := d.Name()
		if ext := filepath.Ext(name); ext != ".go" && ext != ".templ" || strings.HasSuffix(name, "_templ.go") ||
			strings.HasSuffix(name, "_gen.go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path) //nolint:gosec // a file of the repository
		if err != nil {
			return err
		}
		pattern := usedOutside
		if filepath.Dir(path) == folder {
			pattern = usedInside
		}
		for _, match := range pattern.FindAllSubmatch(source, -1) {
			used[string(match[1])] = true
		}
		return nil
	})
	return used, err
}
