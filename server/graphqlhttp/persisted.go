package graphqlhttp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/graph/gqlcode"
)

const (
	// persistedBytes is how much text of automatically persisted queries is kept.
	persistedBytes = 16 << 20
	// largestPersisted is the largest of them, in bytes.
	largestPersisted = AnonymousBody
)

// persisted lets clients send the hash of a query in its place: any query once it was sent with its hash (automatic persisted queries, as Apollo has
// them), until others need its place.
type persisted struct {
	texts *otter.Cache[string, string]
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = persisted{}

func newPersisted() persisted {
	return persisted{otter.Must(&otter.Options[string, string]{
		MaximumWeight: persistedBytes, Weigher: func(hash, text string) uint32 { return uint32(len(hash) + len(text) + 200) }, //nolint:gosec // at most largestPersisted
	})}
}

func (persisted) ExtensionName() string                   { return "PersistedQueries" }
func (persisted) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters fills in the query, or keeps it.
func (p persisted) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	given, ok := params.Extensions["persistedQuery"]
	if !ok || given == nil {
		return nil
	}
	hash, err := hashOf(given)
	if err != nil {
		return err
	}
	if params.Query == "" {
		text, ok := p.texts.GetIfPresent(hash)
		if !ok {
			return gqlcode.Error(gqlcode.PersistedQueryNotFound, "PersistedQueryNotFound")
		}
		params.Query = text
		return nil
	}
	sum := sha256.Sum256([]byte(params.Query))
	if hex.EncodeToString(sum[:]) != hash {
		return gqlcode.Error(gqlcode.BadUserInput, "persistedQuery.sha256Hash is not that of the query")
	}
	if len(params.Query) <= largestPersisted {
		p.texts.SetIfAbsent(hash, params.Query)
	}
	return nil
}

// hashOf reads {"version": 1, "sha256Hash": "…"}.
func hashOf(given any) (string, *gqlerror.Error) {
	fields, ok := given.(map[string]any)
	if !ok {
		return "", gqlcode.Error(gqlcode.BadUserInput, "persistedQuery must be an object")
	}
	version, _ := fields["version"].(interface{ String() string }) // a json.Number
	if version == nil || version.String() != "1" {
		return "", gqlcode.Error(gqlcode.PersistedQueryUnsupported, "PersistedQueryNotSupported")
	}
	hash, _ := fields["sha256Hash"].(string)
	hash = strings.ToLower(hash)
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size {
		return "", gqlcode.Error(gqlcode.BadUserInput, "persistedQuery.sha256Hash must be 64 hexadecimal digits")
	}
	return hash, nil
}
