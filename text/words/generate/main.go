// Generate checks the phrases of text/words and writes words_gen.go, which has a Go name for each. It fails if a
// language lacks a phrase or has one too many, if placeholders differ between languages, and if nothing uses a phrase.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	root := flag.String("root", ".", "the root of the repository")
	flag.Parse()
	if err := generate(*root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generate reads text/words below root, checks it, and writes text/words/words_gen.go.
func generate(root string) error {
	folder := filepath.Join(root, "text", "words")
	c, err := readCatalog(folder)
	if err != nil {
		return err
	}
	if c.used, err = usedNames(root, folder); err != nil {
		return err
	}
	if problems := c.check(); len(problems) > 0 {
		return fmt.Errorf("text/words: the phrases are not right:\n  %s", strings.Join(problems, "\n  "))
	}
	code, err := c.code()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "words_gen.go"), code, 0o644) //nolint:gosec // source code is for everybody
}
