// Command codegen writes everything that is generated: ent/, the part of the GraphQL schema that repeats per type, and gqlgen's
// executable schema. It works from an empty folder and gives the same bytes every time. Run it through scripts/generate.
package main

import (
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("codegen: ")
	root, err := moduleRoot()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.Chdir(root); err != nil {
		log.Fatal(err)
	}
	steps := []struct {
		name string
		run  func() error
	}{
		{"ent", generateEnt},
		{"GraphQL schema", generateSDL},
		{"gqlgen", generateGraphQL},
	}
	for _, step := range steps {
		if err := step.run(); err != nil {
			log.Fatalf("%s: %v", step.name, err)
		}
	}
}

// moduleRoot is the nearest folder upwards that holds go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", os.ErrNotExist
		}
		dir = parent
	}
}
