package graphqlhttp

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/maypok86/otter/v2"
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

// wanted has what was made of values of Accept: most clients send one of a few.
var wanted = otter.Must(&otter.Options[string, map[string]want]{MaximumSize: 500})

// longestAccept is the length of a value that is worth its place in wanted.
const longestAccept = 300

// accept returns the value of Accept, of all its lines.
func accept(r *http.Request) string {
	if lines := r.Header.Values("Accept"); len(lines) != 1 {
		return strings.Join(lines, ",")
	}
	return r.Header.Get("Accept")
}

// accepted returns what the client wants of the media types that the hub answers with. Nothing is wanted of a type that
// Accept does not cover. Nobody changes the map.
func accepted(r *http.Request) map[string]want {
	value := accept(r)
	if len(value) > longestAccept {
		return parseAccept(value)
	}
	wants, _ := wanted.ComputeIfAbsent(value, func() (map[string]want, bool) { return parseAccept(value), false })
	return wants
}

func parseAccept(value string) map[string]want {
	wants := map[string]want{}
	at := 0
	for entry := range strings.SplitSeq(value, ",") {
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
	if !slices.ContainsFunc(r.Header.Values("Accept"), func(line string) bool { return strings.TrimSpace(line) != "" }) {
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
