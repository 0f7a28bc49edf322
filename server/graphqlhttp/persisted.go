package graphqlhttp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

const (
	// persistedBytes is how much text of automatically persisted queries is kept.
	persistedBytes = 16 << 20
	// largestPersisted is the largest of them, in bytes.
	largestPersisted = AnonymousBody
)

// documentID is the parameter that names a document in the place of its text: its SHA-256 in hexadecimal digits, with
// or without sha256: before.
const documentID = "documentId"

// Documents finds texts that were registered in advance.
type Documents interface {
	// Text returns the text with a SHA-256, "" when none was registered.
	Text(ctx context.Context, hash string) (string, error)
	// Allows reports whether the caller, who may be restricted to a manifest, may ask the text with a SHA-256.
	Allows(ctx context.Context, hash string) (bool, error)
}

// persisted lets clients send the hash of a query instead of its text: of any query that was sent with its hash
// before (automatic persisted queries, as Apollo defines them), until it is evicted, and of any registered document,
// by its documentId.
type persisted struct {
	texts     *otter.Cache[string, string]
	documents Documents // nil for none
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = persisted{}

func newPersisted(documents Documents) persisted {
	return persisted{documents: documents, texts: otter.Must(&otter.Options[string, string]{
		MaximumWeight: persistedBytes, Weigher: func(hash, text string) uint32 { return uint32(len(hash) + len(text) + 200) }, //nolint:gosec // at most largestPersisted
	})}
}

func (persisted) ExtensionName() string                   { return "PersistedQueries" }
func (persisted) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters fills in the text of a hash, or stores a text that came with one.
func (p persisted) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if err := p.fill(ctx, params); err != nil {
		return err
	}
	if p.documents == nil {
		return nil
	}
	allowed, err := p.documents.Allows(ctx, sumOf(params.Query))
	switch {
	case err != nil:
		return unavailable(ctx, err)
	case !allowed:
		return gqlcode.Error(
			fault.Forbidden, "the key is restricted to the documents of its manifest, and this is none of them",
		)
	}
	return nil
}

func unavailable(ctx context.Context, err error) *gqlerror.Error {
	slog.ErrorContext(ctx, "could not read registered documents", "request_id", RequestID(ctx), "error", err)
	return gqlcode.Error(fault.Unavailable, "registered documents cannot be read now")
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// registered returns the text of a registered document, "" when there is none.
func (p persisted) registered(ctx context.Context, hash string) (string, *gqlerror.Error) {
	if p.documents == nil {
		return "", nil
	}
	text, err := p.documents.Text(ctx, hash)
	if err != nil {
		return "", unavailable(ctx, err)
	}
	return text, nil
}

// byID fills in a registered document.
func (p persisted) byID(ctx context.Context, params *graphql.RawParams, id string) *gqlerror.Error {
	hash := strings.ToLower(strings.TrimPrefix(id, "sha256:"))
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size {
		return gqlcode.Error(
			fault.BadUserInput, "documentId must be 64 hexadecimal digits, with or without sha256: before them",
		)
	}
	if params.Query != "" {
		if sumOf(params.Query) != hash {
			return gqlcode.Error(fault.BadUserInput, "documentId is not the SHA-256 of the query")
		}
		return nil
	}
	text, err := p.registered(ctx, hash)
	if err == nil && text == "" {
		err = gqlcode.Error(fault.PersistedQueryNotFound, "PersistedQueryNotFound")
	}
	params.Query = text
	return err
}

func (p persisted) fill(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if id, ok := params.Extensions[documentID].(string); ok {
		return p.byID(ctx, params, id)
	}
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
			var err *gqlerror.Error
			if text, err = p.registered(ctx, hash); err != nil {
				return err
			}
		}
		if text == "" {
			return gqlcode.Error(fault.PersistedQueryNotFound, "PersistedQueryNotFound")
		}
		params.Query = text
		return nil
	}
	if sumOf(params.Query) != hash {
		return gqlcode.Error(fault.BadUserInput, "persistedQuery.sha256Hash is not that of the query")
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
		return "", gqlcode.Error(fault.BadUserInput, "persistedQuery must be an object")
	}
	version, _ := fields["version"].(interface{ String() string }) // a json.Number
	if version == nil || version.String() != "1" {
		return "", gqlcode.Error(fault.PersistedQueryUnsupported, "PersistedQueryNotSupported")
	}
	hash, _ := fields["sha256Hash"].(string)
	hash = strings.ToLower(hash)
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size {
		return "", gqlcode.Error(fault.BadUserInput, "persistedQuery.sha256Hash must be 64 hexadecimal digits")
	}
	return hash, nil
}
