package main

import (
	"slices"
	"strconv"
	"strings"

	"dugnad/schema"
)

// list is a group of phrases that code looks up by a value, as words.Kind["TOOL.GUIDE"]. Its keys are its name, a dot
// and the value. Where values is set, the list has exactly these; else its keys say which values have a phrase.
type list struct {
	name   string
	values []string
}

// lists are the lists of values that the interface has words for.
var lists = []list{
	{"aboutEntry", schema.ContentType("").Values()},
	{"contentLanguage", schema.Language("").Values()},
	{"contentLanguageInText", schema.Language("").Values()},
	{"contentType", slices.Concat(schema.ContentType("").Values(), []string{"MUNICIPALITY", "ORGANIZATION"})},
	{"effectDirection", schema.EffectDirection("").Values()},
	{"evidence", numbers(0, 5)},
	{"evidenceMeaning", numbers(0, 5)},
	{"figureOperator", nil},
	{"kind", kinds()},
	{"month", numbers(1, 12)},
	{"municipalitiesWithRole", schema.MunicipalityRole("").Values()},
	{"municipalityRole", schema.MunicipalityRole("").Values()},
	{"organizationRole", schema.OrganizationRole("").Values()},
	{"problem", nil},
	{"relation", relations()},
	{"role", schema.Role("").Values()},
	{"unit", nil},
	{"versionOperator", nil},
	{"versionSection", nil},
	{"versionUnit", nil},
}

// listOf returns the list that a key is of, and the value.
func listOf(key string) (l list, value string, ok bool) {
	name, value, _ := strings.Cut(key, ".")
	i := slices.IndexFunc(lists, func(l list) bool { return l.name == name })
	if i < 0 {
		return list{}, "", false
	}
	return lists[i], value, true
}

// kinds are the kinds of each content type that has kinds: TOOL.GUIDE.
func kinds() (all []string) {
	for _, t := range schema.ContentTypes() {
		for _, kind := range t.Kinds {
			all = append(all, string(t.Value)+"."+kind)
		}
	}
	slices.Sort(all)
	return all
}

// relations are the types of relation in each direction: PART_OF.IN.
func relations() (all []string) {
	for _, t := range schema.RelationType("").Values() {
		all = append(all, t+".OUT", t+".IN")
	}
	return all
}

func numbers(first, last int) (all []string) {
	for n := first; n <= last; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return all
}
