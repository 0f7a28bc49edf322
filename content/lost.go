package content

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dugnad/ent"
	"dugnad/schema"
)

// compare adds warnings for what the new documents have no more: of the revision that the writer saw, and of the one
// that readers see. They keep nobody from saving.
func (b *batch) compare() error {
	changed := slices.DeleteFunc(slices.Clone(b.entries), func(e *entryWrite) bool {
		return e.entry() == nil || e.head.hash == e.hash
	})
	for _, e := range changed {
		e.lost = losses{entry: e.id, revision: e.head.number()}.lost(e.before, e.doc)
		if !e.entry().Live || *e.entry().Published == e.head.number() {
			continue
		}
		live, err := e.head.live()
		if err != nil {
			return err
		}
		for _, p := range (losses{entry: e.id, revision: *e.entry().Published}).lost(live, e.doc) {
			if !slices.ContainsFunc(e.lost, func(q Problem) bool { return slices.Equal(p.Path, q.Path) }) {
				e.lost = append(e.lost, p)
			}
		}
	}
	return nil
}

// losses finds what an earlier document of an entry has and a later one has not. Its warnings have the code SHRUNK.
type losses struct {
	entry    string
	revision int  // of the earlier document
	readers  bool // only what readers see counts, and small reductions of lists do not
	problems []Problem
}

// lost returns a warning for each text, field and language of the earlier document that the later one has no more, for
// texts of which little is left, and for shorter lists.
func (l losses) lost(before, now ent.Document) []Problem {
	l.texts(before.Shared().Texts, now.Shared().Texts)
	is := maps.Collect(now.Fields())
	for name, was := range before.Fields() {
		if name == "texts" || l.readers && (name == "key" || name == "slug") {
			continue
		}
		l.value(reflect.ValueOf(was), reflect.ValueOf(is[name]), []string{name})
	}
	return l.problems
}

func (l *losses) add(path []string, format string, args ...any) {
	l.problems = append(l.problems, Problem{
		Code: WarningShrunk, Severity: SeverityWarning, Entry: l.entry, Path: path,
		Message: fmt.Sprintf("revision %d has ", l.revision) + fmt.Sprintf(format, args...),
	})
}

// texts compares the texts of each language, field by field.
func (l *losses) texts(before, now []schema.ContentText) {
	seen := func(t schema.ContentText) bool { return !l.readers || t.Ready == nil || *t.Ready }
	for _, was := range before {
		if !seen(was) {
			continue
		}
		old := reflect.ValueOf(was)
		total := 0
		for f := range old.NumField() {
			total += l.lengthOf(old, f)
		}
		i := slices.IndexFunc(now, func(t schema.ContentText) bool { return t.Language == was.Language })
		if i < 0 || !seen(now[i]) {
			if total > 0 {
				l.add([]string{"texts", string(was.Language)}, "a text in %s, of %d characters, which is gone", was.Language, total)
			}
			continue
		}
		current := reflect.ValueOf(now[i])
		for f := range old.NumField() {
			path := []string{"texts", strconv.Itoa(i), jsonName(old.Type().Field(f))}
			n, m := l.lengthOf(old, f), l.lengthOf(current, f)
			switch {
			case n == 0:
			case m == 0:
				l.add(path, "%d characters here, which are gone", n)
			case n >= 200 && m*10 < n:
				l.add(path, "%d characters here, of which %d are left", n, m)
			case old.Field(f).Kind() == reflect.Slice:
				l.list(old.Field(f).Len(), current.Field(f).Len(), path)
			}
		}
	}
}

// lengthOf returns the number of characters of a field of a text, 0 for one that is no part of the text itself.
func (l *losses) lengthOf(text reflect.Value, field int) int {
	if slices.Contains(ofEveryText, text.Type().Field(field).Name) {
		return 0
	}
	switch x := text.Field(field).Interface().(type) {
	case string:
		return utf8.RuneCountInString(x)
	case []string:
		return utf8.RuneCountInString(strings.Join(x, ""))
	}
	return 0
}

// value compares values of any other type. Objects are compared field by field, lists by their length.
func (l *losses) value(was, is reflect.Value, path []string) {
	for was.Kind() == reflect.Pointer {
		switch {
		case was.IsNil():
			return
		case is.IsNil():
			l.add(path, "a value here, which is gone")
			return
		}
		was, is = was.Elem(), is.Elem()
	}
	switch was.Kind() {
	case reflect.Slice:
		l.items(was, is, path)
	case reflect.Struct:
		for i := range was.NumField() {
			if f := was.Type().Field(i); f.IsExported() {
				l.value(was.Field(i), is.Field(i), append(slices.Clone(path), jsonName(f)))
			}
		}
	case reflect.Bool: // false is a value
	default:
		if !was.IsZero() && is.IsZero() {
			l.add(path, "a value here, which is gone")
		}
	}
}

// items compares two lists by what their items are: each is compared with the same one, if it is still there. Items that
// are nothing but their fields, such as key figures, are compared in order.
func (l *losses) items(was, is reflect.Value, path []string) {
	now := make(map[string]int, is.Len())
	for i := range is.Len() {
		now[l.identity(is.Index(i))] = i
	}
	pairs := make(map[int]int, was.Len()) // index before, index now
	used := make(map[int]bool, is.Len())
	for i := range was.Len() {
		if j, ok := now[l.identity(was.Index(i))]; ok && !used[j] {
			pairs[i], used[j] = j, true
		}
	}
	for i := range was.Len() {
		if _, paired := pairs[i]; !paired && i < is.Len() && !used[i] && !hasIdentity(was.Index(i)) {
			pairs[i], used[i] = i, true
		}
	}
	l.list(was.Len(), len(pairs), path)
	for i := range was.Len() {
		if j, ok := pairs[i]; ok {
			l.value(was.Index(i), is.Index(j), append(slices.Clone(path), strconv.Itoa(j)))
		}
	}
}

// identity returns what makes an item the same as one of the other list.
func (l *losses) identity(item reflect.Value) string {
	if s, ok := item.Interface().(schema.LocalString); ok {
		return string(s.Language)
	}
	return identity(item.Interface())
}

// hasIdentity reports whether an item refers to something or is of a language, so that another one cannot be it.
func hasIdentity(item reflect.Value) bool {
	switch x := item.Interface().(type) {
	case schema.OrganizationRef, schema.MunicipalityRef, schema.DistrictRef, schema.MemberRef, schema.RelationRef,
		schema.LocalString, string:
		return true
	case schema.Download:
		return x.URL+x.Asset != ""
	}
	return false
}

// list compares the lengths of two lists. To readers, losing less than half of a list is editing.
func (l *losses) list(n, m int, path []string) {
	switch {
	case n == 0 || m >= n || l.readers && m*2 > n:
	case m == 0:
		l.add(path, "%d items here, which are gone", n)
	default:
		l.add(path, "%d items here, of which %d are left", n, m)
	}
}
