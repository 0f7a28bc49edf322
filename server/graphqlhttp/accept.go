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
)

// negotiate returns the media type of the answer, "" when the client takes neither. Of two equally wanted types the
// one that was named wins over the one that a wildcard covers, then application/graphql-response+json when it was
// named; without a preference it is application/json.
func negotiate(r *http.Request) string {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return mediaJSON
	}
	type want struct {
		q     float64
		named int // 3 by name, 2 by application/*, 1 by */*, 0 not at all
	}
	wants := map[string]want{}
	for entry := range strings.SplitSeq(accept, ",") {
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
		for _, ours := range []string{mediaJSON, mediaGraphQL} {
			named := map[string]int{ours: 3, "application/*": 2, "*/*": 1}[mediaType]
			if named > wants[ours].named {
				wants[ours] = want{q, named}
			}
		}
	}
	plain, graph := wants[mediaJSON], wants[mediaGraphQL]
	switch {
	case plain.q == 0 && graph.q == 0:
		return ""
	case graph.q > plain.q, graph.q == plain.q && graph.named == 3:
		return mediaGraphQL
	}
	return mediaJSON
}
