// Package main is the hub's program: configuration, the parts of the hub put together, its routes, and its commands.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"dugnad/server/files"
)

func main() {
	files.RunChild()
	line, err := parse(os.Args[1:], os.LookupEnv, os.Stdout)
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		context.AfterFunc(ctx, stop) // a second signal ends the program at once
		err = run(ctx, line, os.Stdin, os.Stdout)
		stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hub:", err)
		os.Exit(1)
	}
}
