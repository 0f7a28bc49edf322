package feeds

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"dugnad/schema"
	"dugnad/text/words"
	"dugnad/web/explorer"
	"dugnad/web/httpcache"
	"dugnad/web/respond"
)

// The size of a card, in pixels: the largest that is offered, and the smallest that still shows its content.
const (
	cardWidth, cardHeight       = 640, 320
	minCardWidth, minCardHeight = 200, 120
)

// serveOEmbed describes the entry at an address of the hub (oEmbed 1.0, as JSON), for sites that show a card instead
// of a link.
func (f *Feeds) serveOEmbed(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	if format := values.Get("format"); format != "" && format != "json" {
		respond.Refuse(w, r, http.StatusNotImplemented, "only format=json is supported")
		return
	}
	width, height, err := cardSize(values)
	if err != nil {
		respond.Refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	found, language, err := f.lookUp(r.Context(), values.Get("url"))
	if err != nil {
		respond.Failed(w, r, "look up an address", err)
		return
	}
	if found == nil || found.Title == "" {
		respond.NotFound(w, r)
		return
	}
	base := f.BaseURL()
	body, err := json.Marshal(map[string]any{
		"version": "1.0", "type": "rich", "title": found.Title, "author_name": found.Owner.Name, "provider_name": title, "provider_url": base,
		"cache_age": httpcache.Seconds, "url": found.Permalink, "width": width, "height": height,
		"html": explorer.Frame(base, found.ID, language, found.Title, width, height),
	})
	if err != nil {
		respond.Failed(w, r, "encode oEmbed", err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	httpcache.Serve(w, r, body)
}

// cardSize returns the size of the card that fits into maxwidth and maxheight.
func cardSize(values url.Values) (width, height int, err error) {
	width, height = cardWidth, cardHeight
	for name, size := range map[string]*int{"maxwidth": &width, "maxheight": &height} {
		given := values.Get(name)
		if given == "" {
			continue
		}
		limit, err := strconv.Atoi(given)
		if err != nil || limit < 1 {
			return 0, 0, fmt.Errorf("%s must be a number of pixels", name)
		}
		*size = min(*size, limit)
	}
	if width < minCardWidth || height < minCardHeight {
		return 0, 0, fmt.Errorf("a card needs at least %d by %d pixels", minCardWidth, minCardHeight)
	}
	return width, height, nil
}

// card is what oEmbed says of an entry. Title is empty for what is not an entry.
type card struct {
	ID, Title, Permalink string
	Owner                struct{ Name string }
}

// lookUp returns what is at an address of the hub, nil for nothing, and the language of the page there.
func (f *Feeds) lookUp(ctx context.Context, address string) (found *card, language string, err error) {
	field, keyType, key, language := f.fieldAt(address)
	if field == "" {
		return nil, language, nil
	}
	var answer struct{ Found *card }
	err = f.API.Ask(ctx, fmt.Sprintf(
		`query($key: %s) @inContext(languages: [%s]) { found: %s { ... on Content { id title permalink owner { name } } } }`,
		keyType, strings.ToUpper(language), field), map[string]any{"key": key}, &answer)
	return answer.Found, language, err
}

// fieldAt returns the root field that finds what is at an address of the hub's own, with the type and value of its
// variable $key, and the language of the page there. Such addresses are /id/{id}, a permalink, and the page of an
// entry in any language; for others field is empty.
func (f *Feeds) fieldAt(address string) (field, keyType, key, language string) {
	path, ok := strings.CutPrefix(address, f.BaseURL()+"/")
	if !ok {
		return "", "", "", words.Languages[0].Tag
	}
	language, path = explorer.SplitLanguage(path)
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	parts := strings.Split(path, "/")
	switch {
	case parts[0] == "id" && (len(parts) == 2 || len(parts) == 3):
		return "node(id: $key)", "ID!", parts[1], language
	case len(parts) == 2:
		for _, t := range schema.ContentTypes() {
			if t.Path == parts[0] {
				return t.Singular + "(slug: $key)", "String!", parts[1], language
			}
		}
	}
	return "", "", "", language
}
