// Package feeds tells other programs what the hub has published: an Atom feed, a JSON Feed, a sitemap, and oEmbed for
// one address. It asks the GraphQL API and shows what everybody may see.
package feeds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"dugnad/fault"
	"dugnad/schema"
	"dugnad/schema/facet"
	"dugnad/web/explorer"
	"dugnad/web/httpcache"
	"dugnad/web/respond"
)

// Length is the most entries that a feed has.
const Length = 50

// title is the name of the hub, in feeds and in oEmbed.
const title = "Dugnad"

// Options are what the feeds need of the hub.
type Options struct {
	// API answers operations with the rights of the viewer in the context, which has to be an anonymous one.
	API     explorer.API
	BaseURL func() string // the hub's address
	// State returns a number that is another one after any change of content.
	State func() (uint64, error)
}

// Feeds serves the feeds, the sitemap and oEmbed.
type Feeds struct {
	Options
	sitemap sitemap
}

// New returns the handlers of the feeds.
func New(o Options) *Feeds { return &Feeds{Options: o} }

// Routes adds /feeds/atom.xml, /feeds/feed.json, /sitemap.xml and /oembed.
func (f *Feeds) Routes(r chi.Router) {
	r.Get("/feeds/{format:atom\\.xml|feed\\.json}", f.serveFeed)
	r.Get("/sitemap.xml", f.serveSitemap)
	r.Get("/oembed", f.serveOEmbed)
}

// filterFields are the parameters of a feed beside type and lang, each with the field of the API's filters that it
// sets.
var filterFields = func() map[string]string {
	fields := make(map[string]string)
	for _, f := range facet.All() {
		if f.Feed != "" {
			fields[f.Feed] = f.Field
		}
	}
	return fields
}()

// entry is an entry of a feed, as the API gives it.
type entry struct {
	ID, Title, Permalink, Language string
	Type                           string `json:"__typename"`
	Summary                        *string
	PublishedAt, UpdatedAt         time.Time
	Owner                          struct{ Name string }
	Themes                         []struct{ Label string }
}

// request is what the parameters of a feed ask for.
type request struct {
	types    []schema.ContentInfo
	filter   map[string]any
	language string // upper case; empty for each entry's own
}

// serveFeed sends the entries that were updated last, as Atom or as JSON Feed.
func (f *Feeds) serveFeed(w http.ResponseWriter, r *http.Request) {
	asked, err := parse(r.URL.Query())
	if err != nil {
		respond.Refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	entries, err := f.entries(r.Context(), asked)
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Code == fault.BadUserInput { // an unknown value
		respond.Refuse(w, r, http.StatusBadRequest, refused.Message)
		return
	}
	if err != nil {
		respond.Failed(w, r, "read the entries of a feed", err)
		return
	}
	encode, mediaType := jsonFeed, "application/feed+json"
	if chi.URLParam(r, "format") == "atom.xml" {
		encode, mediaType = atomFeed, "application/atom+xml"
	}
	base := f.BaseURL()
	body, err := encode(base+r.URL.RequestURI(), base, asked.language, entries)
	if err != nil {
		respond.Failed(w, r, "encode a feed", err)
		return
	}
	w.Header().Set("Content-Type", mediaType+"; charset=utf-8")
	httpcache.Serve(w, r, body)
}

// parse reads the parameters of a feed. An unknown parameter is an error: ignored, the feed would hold too much.
func parse(values url.Values) (asked request, err error) {
	asked.filter = map[string]any{}
	for name, given := range values {
		switch {
		case name == "type":
			for _, v := range given {
				i := slices.IndexFunc(schema.ContentTypes(), func(t schema.ContentInfo) bool { return string(t.Value) == v })
				if i < 0 {
					return asked, fmt.Errorf("type: %.40q is not a type of content", v)
				}
				asked.types = append(asked.types, schema.ContentTypes()[i])
			}
		case name == "lang":
			asked.language = strings.ToUpper(given[0])
			if !slices.Contains(schema.TitleLanguages(), schema.Language(asked.language)) {
				return asked, fmt.Errorf("lang must be one of %s", strings.Join(schema.TitleTags(), ", "))
			}
		case filterFields[name] != "":
			values := make([]any, len(given))
			for i, v := range given {
				values[i] = v
			}
			asked.filter[filterFields[name]] = values
		default:
			return asked, fmt.Errorf(
				"unknown parameter %.40q: use type, lang, theme, targetGroup, method, municipality, county or organization", name,
			)
		}
	}
	if asked.types == nil {
		asked.types = slices.Clone(schema.ContentTypes())
	}
	slices.SortFunc(asked.types, byName)
	asked.types = slices.CompactFunc(asked.types, func(a, b schema.ContentInfo) bool { return a.Name == b.Name })
	return asked, nil
}

func byName(a, b schema.ContentInfo) int { return strings.Compare(a.Name, b.Name) }

// entries asks the API for at most Length entries, the last updated first.
func (f *Feeds) entries(ctx context.Context, asked request) (entries []entry, err error) {
	var declared, fields strings.Builder
	variables := map[string]any{}
	for _, t := range asked.types {
		fmt.Fprintf(&declared, "$%s: %sFilter ", t.Singular, t.Name)
		fmt.Fprintf(&fields, "%s: %s(first: %d, filter: $%s, orderBy: [{field: UPDATED_AT, direction: DESC}]) { nodes { ...entry } }\n",
			t.Singular, t.Plural, Length, t.Singular)
		variables[t.Singular] = asked.filter
	}
	languages := ""
	if asked.language != "" {
		languages = "@inContext(languages: [" + asked.language + "])"
	}
	var data map[string]struct{ Nodes []entry }
	err = f.API.Ask(ctx, fmt.Sprintf(`query Feed(%s) %s { %s }
		fragment entry on Content {
			__typename id title summary permalink language publishedAt updatedAt owner { name } themes { label }
		}`, &declared, languages, &fields), variables, &data)
	if err != nil {
		return nil, err
	}
	for _, list := range data {
		entries = append(entries, list.Nodes...)
	}
	slices.SortFunc(
		entries, func(a, b entry) int { return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), strings.Compare(a.ID, b.ID)) },
	)
	return entries[:min(Length, len(entries))], nil
}

// updated returns when a feed changed last; the beginning of 1970 when it has no entries.
func updated(entries []entry) time.Time {
	if len(entries) == 0 {
		return time.Unix(0, 0).UTC()
	}
	return entries[0].UpdatedAt
}
