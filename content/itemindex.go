package content

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oklog/ulid/v2"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/schema"
)

// item is what is remembered of an item of an import between the readings of the files.
type item struct {
	Place
	t          ent.Type
	id         string // its own, or that of what has its name
	given      bool   // the file has the id
	key, owner string // owner is a name
	ownerID    string
	slugs      []string // that it brings
	fate       fate
	isNew      bool // nothing here has the id
	spot       spot // of its checked document
}

// fate is what an import does with an item.
type fate int

const (
	skipped fate = iota // it has problems
	created
	changed
	unchanged
)

// itemIndex is every item of an import, and the ids that names mean in it.
type itemIndex struct {
	items  []*item // in the order of the source; nil for what is no item of a type
	byID   map[string]*item
	byName map[Name]*item      // the first of each name
	byOwn  map[ownKey]*item    // content, by the name of its owner
	names  map[Name]bool       // that the items have or use
	found  map[Name]string     // what is in the hub
	slugs  map[slugKey]string  // ids of the items that have or ask for addresses
	coming map[string]string   // owners of content, by id; "" for reference data
	asked  map[slugKey]*item   // the items whose documents ask for an address
	data   map[string][]*File  // reference data, by type
	dataOf map[*File]*item     // the items of those
	pieces map[string][]*piece // those, checked, by type
}

func newItemIndex() *itemIndex {
	return &itemIndex{
		byID: make(map[string]*item), byName: make(map[Name]*item), byOwn: make(map[ownKey]*item),
		names: make(map[Name]bool), slugs: make(map[slugKey]string), coming: make(map[string]string),
		asked: make(map[slugKey]*item), data: make(map[string][]*File), dataOf: make(map[*File]*item), pieces: make(map[string][]*piece),
	}
}

// add remembers an item, with the names that it uses.
func (x *itemIndex) add(f *File) {
	t, ok := typeOfKind[kindOf(f.Type)]
	if !ok || t.GQL != f.Type {
		x.items = append(x.items, nil)
		return
	}
	one := &item{Place: f.Place, t: t, id: f.ID, given: f.ID != "", key: f.Key, owner: f.Owner}
	x.items = append(x.items, one)
	for _, s := range f.Slugs {
		one.slugs = append(one.slugs, s.Slug)
	}
	if name := (Name{kindOf(f.Type), f.Key}); f.Key != "" {
		x.names[name] = true
		if x.byName[name] == nil {
			x.byName[name] = one
		}
		if own := (ownKey{schema.ContentType(t.GQL), f.Owner, f.Key}); x.byOwn[own] == nil {
			x.byOwn[own] = one
		}
	}
	if name, ok := ParseName(f.Owner); ok {
		x.names[name] = true
	}
	for _, document := range [][]byte{f.Document, f.Draft} {
		_, _ = withIDs(document, func(_ []string, n Name) string { // what is no JSON object is found later
			x.names[n] = true
			return ""
		})
	}
	if !t.Content {
		x.data[t.GQL] = append(x.data[t.GQL], f)
		x.dataOf[f] = one
	}
}

// resolve gives every item its id: the one in the file, unless the hub knows reference data of the name by another; the
// one of what has its name; else one that is made of its name, the same however often the import is begun. It returns
// problems of items that are the same thing.
func (x *itemIndex) resolve(ctx context.Context, s *Service) (problems []ItemProblem, err error) {
	names := make([]Name, 0, len(x.names))
	for n := range x.names {
		names = append(names, n)
	}
	if x.found, err = s.Resolve(ctx, names); err != nil {
		return nil, err
	}
	there, err := x.there(ctx, s)
	if err != nil {
		return nil, err
	}
	refuse := func(one *item, code ProblemCode, path, format string, args ...any) {
		problems = append(problems, ItemProblem{
			Problem: problemAt(code, fmt.Sprintf(format, args...), path), Place: one.Place, Type: one.t.GQL, Key: one.label(),
		})
		one.fate = skipped
	}
	take := func(one, first *item) {
		path := "key"
		if first == nil || first == one || one.key == "" {
			first, path = x.byID[one.id], "id"
		}
		if first != nil {
			refuse(one, ProblemKeyTaken, path, "the same %s is in %s, line %d", strings.ToLower(one.t.GQL), first.File, first.Line)
			return
		}
		x.byID[one.id] = one
	}
	for i, one := range x.items { // organisations first: content is named within its owner
		if one == nil || one.t.Content || one.id == "" && one.key == "" {
			continue
		}
		switch has := x.found[one.name()]; {
		case has == "" && !one.given:
			one.id = madeID(one.t, "", one.key, i)
		case has != "" && (!one.given || !there[one.id]):
			one.id = has
		case has != "" && has != one.id && one.t.Name != "Municipality": // a municipality takes numbers over
			refuse(one, ProblemSlugTaken, "key", "another %s has this key, %s", strings.ToLower(one.t.GQL), has)
		}
		if one.owner != "" {
			one.ownerID = x.idOf(one.owner)
		}
		take(one, x.byName[one.name()])
		x.coming[one.id] = ""
	}
	own, err := x.ownEntries(ctx, s)
	if err != nil {
		return nil, err
	}
	for i, one := range x.items {
		if one == nil || !one.t.Content || one.id == "" && one.key == "" || one.owner == "" {
			continue
		}
		if one.ownerID = x.idOf(one.owner); one.ownerID == "" {
			refuse(one, ProblemNotFound, "owner", "there is no %s", one.owner)
		}
		if one.id == "" {
			if one.id = own[ownKey{schema.ContentType(one.t.GQL), one.ownerID, one.key}]; one.id == "" {
				one.id = madeID(one.t, one.owner, one.key, i)
			}
		}
		take(one, x.byOwn[ownKey{schema.ContentType(one.t.GQL), one.owner, one.key}])
		x.coming[one.id] = one.ownerID
		for _, s := range one.slugs {
			x.slugs[slugKey{schema.ContentType(one.t.GQL), s}] = one.id
		}
	}
	return problems, nil
}

func (one *item) name() Name { return Name{kindOf(one.t.GQL), one.key} }

func (one *item) label() string {
	if one.key == "" {
		return one.id
	}
	return one.key
}

// madeID returns the id of what an import creates under a key. It depends on the key and the place among the items only,
// so that an import that was stopped goes on with the same ids, which documents refer to, and so that ids are in the
// order of the items: lists whose items are otherwise equal are in the order of ids.
func madeID(t ent.Type, owner, key string, place int) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"import", t.GQL, owner, key}, "\x00")))
	var id ulid.ULID
	copy(id[:], sum[:])
	_ = id.SetTime(madeAt + uint64(place)) //nolint:gosec // a place is not negative, and fits
	return t.Prefix + "_" + strings.ToLower(id.String())
}

// madeAt is the time in made ids, in milliseconds: 2026-01-01.
const madeAt = 1_767_225_600_000

// there returns which of the given ids of reference data the hub has.
func (x *itemIndex) there(ctx context.Context, s *Service) (map[string]bool, error) {
	var ids []string
	for _, one := range x.items {
		if one != nil && !one.t.Content && one.given {
			ids = append(ids, one.id)
		}
	}
	all := make(map[string]bool)
	for chunk := range slices.Chunk(ids, 500) {
		there, err := ent.LiveIDs(access.WithViewer(ctx, access.System("content")), s.client, chunk)
		if err != nil {
			return nil, fmt.Errorf("look up reference data: %w", err)
		}
		for id := range there {
			all[id] = true
		}
	}
	return all, nil
}

// ownEntries returns the ids of the hub's entries by their keys, owners and types.
func (x *itemIndex) ownEntries(ctx context.Context, s *Service) (map[ownKey]string, error) {
	var wanted []ownKey
	for _, one := range x.items {
		if one != nil && one.t.Content && !one.given && one.key != "" && one.owner != "" {
			wanted = append(wanted, ownKey{schema.ContentType(one.t.GQL), x.idOf(one.owner), one.key})
		}
	}
	own, err := keyed(access.WithViewer(ctx, access.System("content")), s.client, wanted)
	if err != nil {
		return nil, fmt.Errorf("look up keys: %w", err)
	}
	return own, nil
}

// idOf returns what a name means: what the import brings before what the hub has; "" for nothing.
func (x *itemIndex) idOf(name string) string {
	n, _ := ParseName(name)
	if one := x.byName[n]; one != nil && one.id != "" {
		return one.id
	}
	return x.found[n]
}

// meant is idOf for a document of the owner, whose own content is meant first.
func (x *itemIndex) meant(n Name, owner string) string {
	t := typeOfKind[n.Kind]
	if one := x.byOwn[ownKey{schema.ContentType(t.GQL), owner, n.Key}]; t.Content && one != nil {
		return one.id
	}
	return x.idOf(n.Kind + ":" + n.Key)
}

// nameLink is a link of a body whose target is named, as in [text](hub:practice:rad-tillit) or <a href="hub:practice:rad-tillit">.
var nameLink = regexp.MustCompile(`([(<"'=]|\]:[ \t]*)hub:([a-z-]+:[^\s()<>"']+)`)

// withIDs returns the document as JSON values, with what id returns in the place of every name: where an id is, and in
// the links of bodies. The error says that it is no JSON object.
func withIDs(document []byte, id func(path []string, n Name) string) (object, error) {
	o, err := parseObject(document)
	if err != nil {
		return nil, err
	}
	eachText(map[string]any(o), nil, "", func(path []string, field, s string) string {
		if n, ok := ParseName(s); ok && idFields[field] {
			return id(path, n)
		}
		if field != "body" || !strings.Contains(s, "hub:") {
			return s
		}
		return nameLink.ReplaceAllStringFunc(s, func(link string) string {
			parts := nameLink.FindStringSubmatch(link)
			n, ok := ParseName(parts[2])
			if !ok {
				return link
			}
			return parts[1] + "hub:" + id(path, n)
		})
	})
	return o, nil
}

// eachText replaces every text in a value by what with returns for it. field is the name of the field that the text, or
// the list that it is in, is the value of.
func eachText(v any, path []string, field string, with func(path []string, field, s string) string) any {
	at := func(step string) []string { return append(slices.Clone(path), step) }
	switch v := v.(type) {
	case string:
		return with(path, field, v)
	case []any:
		for i := range v {
			v[i] = eachText(v[i], at(strconv.Itoa(i)), field, with)
		}
	case map[string]any:
		for _, k := range keysOf(v) {
			v[k] = eachText(v[k], at(k), k, with)
		}
	}
	return v
}

// withKey returns the document with the key in it, unless the key is "".
func (o object) withKey(key string) (json.RawMessage, error) {
	if key != "" {
		o["key"] = key
	}
	return o.canonical()
}
