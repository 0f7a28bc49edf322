package graphqlhttp

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

const (
	mediaJSON    = "application/json"
	mediaGraphQL = "application/graphql-response+json"
	mediaEvents  = "text/event-stream"
)

// A want is how much a client wants a media type: its q, how exactly the range that covers it names it, and the place of
// that range in Accept.
type want struct {
	q     float64
	named int // 3 by name, 2 by type/*, 1 by */*, 0 not at all
	at    int
}

// accepted returns what the client wants of the media types that the hub answers with. Nothing is wanted of a type that
// Accept does not cover.
func accepted(r *http.Request) map[string]want {
	wants := map[string]want{}
	at := 0
	for entry := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		mediaType, parameters, err := mime.ParseMediaType(entry)
		if err != nil {
			continue
		}
		if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") &&
			!strings.EqualFold(charset, "utf8") {
			continue
		}
		q := 1.0
		if given, ok := parameters["q"]; ok {
			if q, err = strconv.ParseFloat(given, 64); err != nil || q < 0 || q > 1 {
				continue
			}
		}
		at++
		for _, ours := range []string{mediaJSON, mediaGraphQL, mediaEvents} {
			major, _, _ := strings.Cut(ours, "/")
			named := map[string]int{ours: 3, major + "/*": 2, "*/*": 1}[mediaType]
			if named > wants[ours].named {
				wants[ours] = want{q, named, at}
			}
		}
	}
	return wants
}

// negotiate returns the media type of the answer, "" when the client takes neither. Of two equally wanted types the
// one that was named wins over the one that a wildcard covers, then application/graphql-response+json when it was
// named; without a preference it is application/json.
func negotiate(r *http.Request) string {
	if strings.TrimSpace(strings.Join(r.Header.Values("Accept"), "")) == "" {
		return mediaJSON
	}
	wants := accepted(r)
	plain, graph := wants[mediaJSON], wants[mediaGraphQL]
	switch {
	case plain.q == 0 && graph.q == 0:
		return ""
	case graph.q > plain.q, graph.q == plain.q && graph.named == 3:
		return mediaGraphQL
	}
	return mediaJSON
}

// takesEvents reports whether the client takes an event stream; what only */* covers is JSON. Every subscription needs
// one.
func takesEvents(r *http.Request) bool {
	events := accepted(r)[mediaEvents]
	return events.q > 0 && events.named > 1
}

// prefersEvents reports whether the client wants an event stream rather than JSON for any operation: by q, then by the
// order, in which a wildcard counts for JSON only.
func prefersEvents(r *http.Request) bool {
	wants := accepted(r)
	json, events := wants[mediaJSON], wants[mediaEvents]
	if graph := wants[mediaGraphQL]; graph.q > json.q || graph.q == json.q && graph.q > 0 && (graph.at < json.at || json.at == 0) {
		json = graph
	}
	switch {
	case events.q == 0, events.named <= 1:
		return false
	case events.q != json.q:
		return events.q > json.q
	}
	return events.named == 3 && events.at < json.at
}
