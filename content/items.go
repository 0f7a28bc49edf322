package content

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// File is one item of the documents format: docs/documents.md.
type File struct {
	Type      string `json:"type"`
	ID        string `json:"id,omitempty"` // the same in every hub
	Key       string `json:"key"`
	Owner     string `json:"owner,omitempty"`
	Published bool   `json:"published,omitempty"`
	// when it was first published; used only if the import publishes it for the first time here
	First *time.Time `json:"publishedAt,omitempty"`
	Carried
	Elsewhere []string        `json:"elsewhere,omitempty"` // ids that it refers to and that the export does not have
	Document  json.RawMessage `json:"document"`
	Draft     json.RawMessage `json:"draft,omitempty"` // of what was published: a newer document, which readers do not see

	Bytes []byte                        `json:"-"` // of an asset: its file
	Open  func() (io.ReadCloser, error) `json:"-"` // of an asset whose file is not in Bytes
	Place Place                         `json:"-"`

	raw []byte // as it was read; nil of an item that was not
}

// Place is where an item was read.
type Place struct {
	File string
	Line int // from 1
}

// ItemProblem is a problem of an item of an import, or of a file.
type ItemProblem struct {
	Problem
	Place
	Type, Key string // of the item; "" for a problem of the file
}

// String returns the problem as "file:line key path CODE message".
func (p *ItemProblem) String() string {
	var b strings.Builder
	if p.File != "" {
		fmt.Fprintf(&b, "%s:%d ", p.File, p.Line)
	}
	for _, word := range []string{p.Key, strings.Join(p.Path, "."), string(p.Code)} {
		if word != "" {
			b.WriteString(word + " ")
		}
	}
	return b.String() + p.Message
}

// problem returns the problem as one of the item, at the line of its path.
func (f *File) problem(p Problem) ItemProblem {
	at := f.Place
	if f.raw != nil {
		at.Line += lineWithin(f.raw, p.Path)
	}
	return ItemProblem{Problem: p.of(""), Place: at, Type: f.Type, Key: f.label()}
}

// label returns what people know the item by.
func (f *File) label() string {
	if f.Key == "" {
		return f.ID
	}
	return f.Key
}

// ReadItems calls give with each item of a file that holds one item or a list of them, and problem with everything that
// is wrong with the form of the file or of an item. The items are given whatever is wrong with them, except those that
// are not JSON objects.
func ReadItems(name string, r io.Reader, give func(*File) error, problem func(ItemProblem)) error {
	text := &lines{r: bufio.NewReaderSize(r, 64<<10), line: 1}
	checked := problem == nil
	if checked {
		problem = func(ItemProblem) {}
	}
	refuse := func(line int, format string, args ...any) {
		problem(ItemProblem{
			Problem: problemAt(ProblemInvalid, fmt.Sprintf(format, args...)), Place: Place{name, line},
		})
	}
	switch mark, err := text.mark(); {
	case err != nil && !errors.Is(err, io.EOF):
		return fmt.Errorf("read %s: %w", name, err)
	case mark != "":
		refuse(1, "the file is in %s: it must be in UTF-8", mark)
		return nil
	}
	dec := json.NewDecoder(text)
	next := text.list(dec)
	for next() {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return text.failed(name, dec, err, refuse)
		}
		f, problems := readItem(raw, checked)
		f.Place = Place{name, text.lineAt(dec.InputOffset() - int64(len(raw)))}
		for _, p := range problems {
			problem(f.problem(p))
		}
		for _, bad := range text.badUpTo(dec.InputOffset()) {
			p := problemAt(ProblemInvalid, fmt.Sprintf(
				"byte %d of the file, 0x%X, is not UTF-8: save the file in UTF-8", bad.offset, bad.is))
			problem(ItemProblem{Problem: p, Place: Place{name, bad.line}, Type: f.Type, Key: f.label()})
		}
		if f.Document == nil && f.Type == "" && f.Key == "" { // not an item at all
			continue
		}
		if err := give(f); err != nil {
			return err
		}
	}
	if err := text.end(dec); err != nil {
		return text.failed(name, dec, err, refuse)
	}
	return nil
}

// readItem reads an item, with all that is wrong with its form unless that has been checked.
func readItem(raw []byte, checked bool) (*File, []Problem) {
	f := &File{raw: raw}
	if checked && json.Unmarshal(raw, f) == nil {
		if string(f.Draft) == "null" {
			f.Draft = nil
		}
		return f, nil
	}
	f = &File{raw: raw}
	fields := make(map[string]json.RawMessage)
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return f, []Problem{problemAt(ProblemInvalid, "must be an object with type, key and document")}
	}
	var problems []Problem
	refuse := func(message string, path ...string) {
		problems = append(problems, problemAt(ProblemInvalid, message, path...))
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(itemFields, name) {
			refuse("an item has no such field; it has "+strings.Join(itemFields, ", "), name)
			continue
		}
		one, err := json.Marshal(map[string]json.RawMessage{name: fields[name]})
		if err == nil {
			err = json.Unmarshal(one, f)
		}
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &kind):
			refuse("cannot be a "+kind.Value, name)
		case err != nil:
			refuse(strings.TrimPrefix(err.Error(), "json: "), name)
		}
	}
	if string(f.Draft) == "null" {
		f.Draft = nil
	}
	var twice [][]string
	_ = repeats(json.NewDecoder(bytes.NewReader(raw)), nil, &twice) // it is JSON
	for _, path := range twice {
		refuse("is there twice", path...)
	}
	return f, append(problems, f.check()...)
}

// check returns what is wrong with the fields of the item beside its documents.
func (f *File) check() (problems []Problem) {
	refuse := func(code ProblemCode, message string, path ...string) {
		problems = append(problems, problemAt(code, message, path...))
	}
	t, known := typeOfKind[kindOf(f.Type)]
	switch {
	case f.Type == "":
		refuse(ProblemRequired, "is missing: PRACTICE for instance", "type")
	case !known || t.GQL != f.Type:
		message := fmt.Sprintf("there is no type %q", f.Type)
		if t, ok := typeOfKind[kindOf(f.Type)]; ok {
			message += "; it is written " + t.GQL
		}
		refuse(ProblemInvalid, message, "type")
	case f.ID != "" && !isIDOf(f.ID, t.Prefix):
		refuse(ProblemInvalid, fmt.Sprintf("%q is not an id of the type %s", f.ID, f.Type), "id")
	}
	known = known && t.GQL == f.Type
	if f.Key == "" && (f.ID == "" || known && !t.Content) {
		refuse(ProblemRequired, "is missing", "key")
	}
	if len(f.Document) == 0 {
		refuse(ProblemRequired, "is missing", "document")
	}
	if !known {
		return problems
	}
	switch name, ok := ParseName(f.Owner); {
	case f.Owner == "" && t.Content:
		refuse(ProblemRequired, "is missing: organization:ks for instance", "owner")
	case f.Owner != "" && (!ok || name.Kind != "organization"):
		refuse(ProblemInvalid, fmt.Sprintf("%q is not the name of an organisation", f.Owner), "owner")
	case f.Owner != "" && !t.Content && t.GQL != "ASSET":
		refuse(ProblemInvalid, "only content and assets have owners", "owner")
	}
	if !t.Content {
		return problems
	}
	return append(problems, f.Carried.check(f)...)
}

// isIDOf reports whether the text is an id with the prefix.
func isIDOf(id, prefix string) bool {
	ulid, ok := strings.CutPrefix(id, prefix+"_")
	return ok && len(ulid) == 26 && strings.Trim(ulid, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

// kindOf returns the kind of names of a type: target-group of TARGET_GROUP.
func kindOf(gql string) string { return strings.ReplaceAll(strings.ToLower(gql), "_", "-") }

// itemFields are the names of the fields of items.
var itemFields = fieldNames(reflect.TypeFor[File]())

func fieldNames(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		switch f := t.Field(i); {
		case f.Anonymous:
			names = append(names, fieldNames(f.Type)...)
		case f.IsExported() && jsonName(f) != "-":
			names = append(names, jsonName(f))
		}
	}
	return names
}

// repeats adds the paths of fields that an object has twice, of which a reader of JSON keeps only one.
func repeats(dec *json.Decoder, path []string, found *[][]string) error {
	t, err := dec.Token()
	if err != nil || t != json.Delim('{') && t != json.Delim('[') {
		return err
	}
	seen := make(map[string]bool)
	for i := 0; dec.More(); i++ {
		name := strconv.Itoa(i)
		if t == json.Delim('{') {
			key, err := dec.Token()
			if err != nil {
				return err
			}
			name, _ = key.(string)
		}
		at := append(slices.Clone(path), name)
		if seen[name] {
			*found = append(*found, at)
		}
		seen[name] = true
		if err := repeats(dec, at, found); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// lineWithin returns how many lines after the first the value at the path begins, as far as the path leads. A path is
// within the document unless it begins with a field of items.
func lineWithin(raw []byte, path []string) int {
	if len(path) == 0 {
		return 0
	}
	if !slices.Contains(itemFields, path[0]) || path[0] == "key" && len(path) > 1 {
		path = append([]string{"document"}, path...)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	at := int64(0)
	for len(path) > 0 {
		found, err := enter(dec, path[0])
		if err != nil || !found {
			break
		}
		at, path = dec.InputOffset(), path[1:]
	}
	if at > 0 { // after the colon or comma, the value may be on the next line
		rest := raw[at:]
		at += int64(len(rest) - len(bytes.TrimLeft(rest, " \t\r\n:,")))
	}
	return bytes.Count(raw[:at], []byte("\n"))
}

// enter leads into an object or a list, up to the value with the name or number.
func enter(dec *json.Decoder, name string) (bool, error) {
	t, err := dec.Token()
	if err != nil || t != json.Delim('{') && t != json.Delim('[') {
		return false, err
	}
	for i := 0; dec.More(); i++ {
		is := strconv.Itoa(i)
		if t == json.Delim('{') {
			key, err := dec.Token()
			if err != nil {
				return false, err
			}
			is, _ = key.(string)
		}
		if is == name {
			return true, nil
		}
		var skipped json.RawMessage
		if err := dec.Decode(&skipped); err != nil {
			return false, err
		}
	}
	return false, nil
}

// lines reads a file, counts its lines, and finds bytes that are not UTF-8, in whose place it gives question marks.
type lines struct {
	r      *bufio.Reader
	offset int64   // of the next byte, as JSON counts: without a byte order mark
	marked int64   // bytes of the mark
	line   int     // at the last offset that was asked for
	ends   []int64 // of the lines after that
	bad    []badByte
	rest   []byte // the start of a character that goes on
}

type badByte struct {
	offset int64 // in the file
	line   int
	is     byte
}

// mark skips the byte order mark of UTF-8, and returns the name of the encoding that another one stands for.
func (l *lines) mark() (string, error) {
	first, err := l.r.Peek(3)
	switch {
	case bytes.HasPrefix(first, []byte{0xEF, 0xBB, 0xBF}):
		l.marked = 3
		_, err = l.r.Discard(3)
	case bytes.HasPrefix(first, []byte{0xFF, 0xFE}), bytes.HasPrefix(first, []byte{0xFE, 0xFF}):
		return "UTF-16", nil
	}
	return "", err
}

// Read implements io.Reader.
func (l *lines) Read(p []byte) (int, error) {
	n := copy(p, l.rest)
	m, err := l.r.Read(p[n:])
	n += m
	l.rest = nil
	for i := 0; i < n; {
		b := p[i]
		if b < utf8.RuneSelf {
			if i++; b == '\n' {
				l.ends = append(l.ends, l.offset+int64(i))
			}
			continue
		}
		if err == nil && i > 0 && !utf8.FullRune(p[i:n]) { // the rest of it comes with the next bytes
			l.rest = bytes.Clone(p[i:n])
			n = i
			break
		}
		if r, size := utf8.DecodeRune(p[i:n]); r != utf8.RuneError || size > 1 {
			i += size
			continue
		}
		l.bad = append(l.bad, badByte{l.offset + l.marked + int64(i), l.lineOf(l.offset + int64(i)), b})
		p[i] = '?'
		i++
	}
	l.offset += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// lineOf returns the line of an offset that is not before the last one asked for.
func (l *lines) lineOf(offset int64) int {
	i, _ := slices.BinarySearch(l.ends, offset+1)
	return l.line + i
}

// lineAt is lineOf, and forgets the lines before it.
func (l *lines) lineAt(offset int64) int {
	i, _ := slices.BinarySearch(l.ends, offset+1)
	l.line, l.ends = l.line+i, l.ends[i:]
	return l.line
}

// badUpTo returns the first bad byte of each line up to the offset, and forgets them.
func (l *lines) badUpTo(offset int64) (found []badByte) {
	n := 0
	for ; n < len(l.bad) && l.bad[n].offset < offset+l.marked; n++ {
		if len(found) == 0 || found[len(found)-1].line != l.bad[n].line {
			found = append(found, l.bad[n])
		}
	}
	l.bad = l.bad[n:]
	return found
}

// list returns what reports whether there is another item: one that is the whole file, or one of a list.
func (l *lines) list(dec *json.Decoder) (next func() bool) {
	for {
		first, err := l.r.Peek(1)
		if err != nil || !strings.ContainsAny(string(first), " \t\r\n") {
			break
		}
		_, _ = l.r.ReadByte()
		if l.marked++; first[0] == '\n' {
			l.line++
		}
	}
	if first, _ := l.r.Peek(1); len(first) == 0 || first[0] != '[' {
		once := len(first) > 0
		return func() bool { defer func() { once = false }(); return once }
	}
	_, _ = dec.Token()
	return dec.More
}

// end returns an error unless the file is at its end.
func (l *lines) end(dec *json.Decoder) error {
	for {
		switch t, err := dec.Token(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case t != json.Delim(']'):
			return errors.New("there is something after the items")
		}
	}
}

// failed reports why the file cannot be read on, as a problem of the file where its bytes are not JSON.
func (l *lines) failed(name string, dec *json.Decoder, err error, refuse func(int, string, ...any)) error {
	for _, bad := range l.badUpTo(l.offset) {
		refuse(bad.line, "byte %d of the file, 0x%X, is not UTF-8: save the file in UTF-8", bad.offset, bad.is)
	}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		refuse(l.lineOf(max(syntax.Offset-1, 0)), "the file is not JSON from here on: %s", syntax)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		refuse(l.lineOf(l.offset), "the file ends in the middle of an item")
	case dec.InputOffset() > 0 && strings.HasPrefix(err.Error(), "there is something"):
		refuse(l.lineOf(dec.InputOffset()), "%s", err)
	default:
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}
