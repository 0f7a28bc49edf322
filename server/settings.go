package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Setting is a setting of the hub, as its documentation lists it.
type Setting struct {
	Name    string // of the environment variable
	Default string // empty for none
	Help    string
}

// Settings returns all settings in the order of Config. They are derived from Config itself, so none can be missing.
func Settings() []Setting { return slices.Clone(settings) }

var settings = func() (all []Setting) {
	parser := kong.Must(&struct {
		Config `embed:""`
	}{}, kong.NoDefaultHelp())
	for _, flag := range parser.Model.Flags {
		all = append(all, Setting{Name: settingName(flag.Name), Default: flag.Default, Help: flag.Help})
	}
	return all
}()

// settingName returns the environment variable of a flag.
func settingName(flag string) string {
	return "HUB_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func isSetting(name string) bool {
	return slices.ContainsFunc(settings, func(s Setting) bool { return s.Name == name })
}

// flagHelp returns the help of a flag, with its environment variable where it is a setting.
func flagHelp(value *kong.Value) string {
	help := kong.DefaultHelpValueFormatter(value)
	if name := settingName(value.Name); value.Flag != nil && isSetting(name) {
		help = strings.TrimSuffix(help, ".") + " ($" + name + ")."
	}
	return help
}

// unknownSettings returns the variables of an environment that look like settings of the hub but are none, in order.
func unknownSettings(environ []string) []string {
	var unknown []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "HUB_") && !strings.HasPrefix(name, "HUB_TEST_") &&
			!isSetting(strings.TrimSuffix(name, "_FILE")) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}
