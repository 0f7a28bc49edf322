package content

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/ent/contact"
	"dugnad/ent/county"
	"dugnad/ent/district"
	"dugnad/ent/entry"
	"dugnad/ent/lawsection"
	"dugnad/ent/method"
	"dugnad/ent/numberuse"
	"dugnad/ent/organization"
	"dugnad/ent/predicate"
	"dugnad/ent/targetgroup"
	"dugnad/ent/theme"
	"dugnad/schema"
)

// Name identifies something by its type and key, as the import format does: theme:settlement.housing,
// municipality:4602, practice:rad-tillit.
type Name struct{ Kind, Key string }

// ParseName reads a name. ok is false if s is not a name.
func ParseName(s string) (name Name, ok bool) {
	kind, key, ok := strings.Cut(s, ":")
	_, known := typeOfKind[kind]
	return Name{kind, key}, ok && known && key != ""
}

// typeOfKind is the type of each kind of name, with the prefix of its ids.
var typeOfKind = func() map[string]ent.Type {
	kinds := make(map[string]ent.Type, len(ent.Types))
	for _, t := range ent.Types {
		kinds[strings.ReplaceAll(strings.ToLower(t.GQL), "_", "-")] = t
	}
	return kinds
}()

// TypeOfKind returns the type of the things that names of the kind identify.
func TypeOfKind(kind string) (ent.Type, bool) {
	t, ok := typeOfKind[kind]
	return t, ok
}

// namesAtOnce is how many names of a kind one statement looks up: entries are not indexed by their keys alone, so that
// each statement reads all of them.
const namesAtOnce = 5000

// Resolve returns the ids of what is named, with few statements for each kind. Content is found by its key within any
// owner; where several owners use one key, the oldest entry is meant. What is not there is absent. It checks no rights.
func (s *Service) Resolve(ctx context.Context, names []Name) (map[Name]string, error) {
	ctx = access.WithViewer(ctx, access.System("content"))
	byKind := make(map[string][]string)
	for _, n := range names {
		byKind[n.Kind] = append(byKind[n.Kind], n.Key)
	}
	found := make(map[Name]string, len(names))
	for kind, keys := range byKind {
		for chunk := range slices.Chunk(unique(keys), namesAtOnce) {
			pairs, err := s.lookUp(ctx, kind, chunk)
			if err != nil {
				return nil, fmt.Errorf("look up names of %s: %w", kind, err)
			}
			for _, p := range pairs {
				found[Name{kind, p.Key}] = p.ID
			}
		}
	}
	return found, nil
}

// pair is a key and the id that it means.
type pair struct {
	Key string `json:"key"`
	ID  string `json:"id"`
}

func (s *Service) lookUp(ctx context.Context, kind string, keys []string) (pairs []pair, err error) {
	c := s.client
	switch t := typeOfKind[kind]; t.Name {
	case "County":
		err = c.County.Query().Where(county.NumberIn(keys...)).Modify(as(county.FieldNumber)).Scan(ctx, &pairs)
	case "District":
		err = c.District.Query().Where(district.NumberIn(keys...)).Modify(as(district.FieldNumber)).Scan(ctx, &pairs)
	case "Municipality":
		err = c.NumberUse.Query().Where(numberuse.NumberIn(keys...)).Modify(func(s *sql.Selector) {
			s.Select(sql.As(s.C(numberuse.FieldNumber), "key"), sql.As(s.C(numberuse.MunicipalityColumn), "id"))
		}).Scan(ctx, &pairs)
	case "Organization":
		err = c.Organization.Query().Where(organization.SlugIn(keys...)).Modify(as(organization.FieldSlug)).Scan(ctx, &pairs)
	case "Theme":
		err = c.Theme.Query().Where(theme.SlugIn(keys...)).Modify(as(theme.FieldSlug)).Scan(ctx, &pairs)
	case "TargetGroup":
		err = c.TargetGroup.Query().Where(targetgroup.SlugIn(keys...)).Modify(as(targetgroup.FieldSlug)).Scan(ctx, &pairs)
	case "Method":
		err = c.Method.Query().Where(method.SlugIn(keys...)).Modify(as(method.FieldSlug)).Scan(ctx, &pairs)
	case "LawSection":
		err = c.LawSection.Query().Where(lawsection.SlugIn(keys...)).Modify(as(lawsection.FieldSlug)).Scan(ctx, &pairs)
	case "Contact":
		err = c.Contact.Query().Where(contact.KeyIn(keys...)).Modify(as(contact.FieldKey)).Scan(ctx, &pairs)
	case "Asset":
		err = c.Asset.Query().Where(asset.KeyIn(keys...)).Modify(as(asset.FieldKey)).Scan(ctx, &pairs)
	default:
		err = c.Entry.Query().Where(entry.TypeEQ(schema.ContentType(t.GQL)), entry.KeyIn(keys...)).
			Modify(as(entry.FieldKey), func(s *sql.Selector) { s.OrderBy(sql.Desc(s.C(entry.FieldCreatedAt)), sql.Desc(s.C(entry.FieldID))) }).Scan(ctx, &pairs)
	}
	return pairs, err
}

func as(key string) func(*sql.Selector) {
	return func(s *sql.Selector) { s.Select(sql.As(s.C(key), "key"), s.C("id")) }
}

// ownNumbers is the predicate for the numbers of the municipality.
func ownNumbers(id string) predicate.NumberUse {
	return func(s *sql.Selector) { s.Where(sql.EQ(s.C(numberuse.MunicipalityColumn), id)) }
}

// idFields are the fields of documents, at any depth, that hold an id or a list of ids.
var idFields = func() map[string]bool {
	fields := map[string]bool{"to": true, "funder": true, "rater": true, "asset": true}
	for f := range targets {
		fields[f] = true
	}
	return fields
}()
