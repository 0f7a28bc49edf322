// Package cursor seals the places in lists that clients hold: a cursor reveals nothing, and is valid only for the
// list, the order and the kind of viewer that it was made for.
package cursor

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vmihailenco/msgpack/v5"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// Cursor is the scalar: the id of the item, and the values that it was ordered by.
type Cursor = ent.Cursor

// block is what a cursor is padded to a multiple of, in bytes, so that its length reveals nothing.
const block = 192

// Sealer seals and opens cursors with one key.
type Sealer struct {
	aead cipher.AEAD
	mac  []byte
}

// NewSealer returns a Sealer with the hub's secret key.
func NewSealer(secret []byte) (*Sealer, error) {
	derive := func(purpose string) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(purpose))
		return h.Sum(nil)
	}
	c, err := aes.NewCipher(derive("cursor encryption"))
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(c)
	if err != nil {
		return nil, err
	}
	return &Sealer{aead: aead, mac: derive("cursor nonce")}, nil
}

var errForeign = errors.New("the cursor does not belong to this list, order or viewer")

// Seal returns the cursor's text for one place of use. The same cursor gives the same text.
func (s *Sealer) Seal(c Cursor, place string) (string, error) {
	plain, err := msgpack.Marshal(c)
	if err != nil {
		return "", err
	}
	if len(plain) > 1<<15 {
		return "", errors.New("a cursor is too long")
	}
	size := (len(plain) + 2 + block - 1) / block * block
	padded := make([]byte, size)
	binary.BigEndian.PutUint16(padded, uint16(len(plain))) //nolint:gosec // bounded right above
	copy(padded[2:], plain)
	h := hmac.New(sha256.New, s.mac)
	h.Write([]byte(place))
	h.Write([]byte{0})
	h.Write(padded)
	nonce := h.Sum(nil)[:s.aead.NonceSize()]
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, padded, []byte(place))), nil
}

// Open is the inverse of Seal; another place, or a text that Seal did not make, is an error.
func (s *Sealer) Open(text, place string) (Cursor, error) {
	var c Cursor
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(sealed) < s.aead.NonceSize() {
		return c, errForeign
	}
	nonce, body := sealed[:s.aead.NonceSize()], sealed[s.aead.NonceSize():]
	padded, err := s.aead.Open(nil, nonce, body, []byte(place))
	if err != nil || len(padded) < 2 || int(binary.BigEndian.Uint16(padded)) > len(padded)-2 {
		return c, errForeign
	}
	if err := msgpack.Unmarshal(padded[2:2+binary.BigEndian.Uint16(padded)], &c); err != nil {
		return c, errForeign
	}
	return c, nil
}

type sealerKey struct{}

// With puts the sealer into the context.
func With(ctx context.Context, s *Sealer) context.Context {
	return context.WithValue(ctx, sealerKey{}, s)
}

func sealerOf(ctx context.Context) (*Sealer, error) {
	if s, ok := ctx.Value(sealerKey{}).(*Sealer); ok {
		return s, nil
	}
	return nil, errors.New("no cursor sealer in the context")
}

// place returns the name of a list's place: its field, its order, and the kind of viewer that reads it.
func place(ctx context.Context, field graphql.CollectedField) string {
	order := field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)["orderBy"]
	text, _ := json.Marshal(order)
	languages := ""
	if strings.Contains(string(text), "TITLE") {
		languages = string(ent.Chain(ctx)[0])
	}
	object := field.ObjectDefinition.Name
	if object == subscription { // it goes on where a query has ended, and the other way round
		object = "Query"
	}
	return fmt.Sprintf("%s.%s %s %s %s", object, field.Name, text, languages, access.ViewerOf(ctx).Kind)
}

// MarshalCursor writes a cursor as a string, sealed for the list that it is in.
func MarshalCursor(c Cursor) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(ctx context.Context, w io.Writer) error {
		list := graphql.GetFieldContext(ctx)
		for list != nil && !isList(list.Field) {
			list = list.Parent
		}
		if list == nil { // gqlgen does not tell where in a subscription it is
			list = subscribed(ctx)
		}
		sealer, err := sealerOf(ctx)
		if err != nil {
			return err
		}
		if list == nil {
			return errors.New("a cursor outside of a connection")
		}
		text, err := sealer.Seal(c, place(ctx, list.Field))
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, strconv.Quote(text))
		return err
	})
}

const subscription = "Subscription"

// subscribed returns the one field of the subscription that is being answered, nil outside of one.
func subscribed(ctx context.Context) *graphql.FieldContext {
	operation := graphql.GetOperationContext(ctx)
	if operation.Operation.Operation != ast.Subscription {
		return nil
	}
	for _, field := range graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{subscription}) {
		return &graphql.FieldContext{Field: field}
	}
	return nil
}

// isList reports whether a field has cursors.
func isList(f graphql.CollectedField) bool {
	return f.Field != nil && strings.HasSuffix(f.Definition.Type.Name(), "Connection")
}

// UnmarshalCursor reads a cursor given to the list whose arguments are being read.
func UnmarshalCursor(ctx context.Context, v any) (Cursor, error) {
	fc := graphql.GetFieldContext(ctx)
	if fc == nil {
		return Cursor{}, gqlcode.Error(fault.BadUserInput, errForeign.Error())
	}
	c, err := Open(ctx, fc.Field, v)
	if err != nil {
		return Cursor{}, gqlcode.Error(fault.BadUserInput, err.Error())
	}
	return *c, nil
}

// Open reads a cursor given to the field. It is the form that ent's field collection asks for.
func Open(ctx context.Context, field graphql.CollectedField, v any) (*Cursor, error) {
	text, ok := v.(string)
	if !ok {
		return nil, errForeign
	}
	sealer, err := sealerOf(ctx)
	if err != nil {
		return nil, err
	}
	c, err := sealer.Open(text, place(ctx, field))
	if err != nil {
		return nil, err
	}
	return &c, nil
}
