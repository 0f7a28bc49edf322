// Command codegen writes everything that is generated: ent/, the part of the GraphQL schema that repeats per type, and
// gqlgen's executable schema. It needs no earlier output, and equal input gives equal output. Run it through
// scripts/generate.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("codegen: ")
	onlyTypes := flag.Bool("types", false, "write "+typesFile+" and nothing else")
	flag.Parse()
	root, err := moduleRoot()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.Chdir(root); err != nil {
		log.Fatal(err)
	}
	names, err := generateTypes()
	fatal("content types", err)
	if *onlyTypes {
		return
	}
	types, err := generateEnt(names)
	fatal("ent", err)
	fatal("GraphQL schema", generateSDL(types))
	fatal("tables of types", generateTables(types))
	fatal("gqlgen", generateGraphQL(types))
}

// fatal ends the program if a step failed.
func fatal(step string, err error) {
	if err != nil {
		log.Fatalf("%s: %v", step, err)
	}
}

// moduleRoot returns the nearest folder with a go.mod, from the working directory upwards.
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
