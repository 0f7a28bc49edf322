package content

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// spool holds checked items on the disk, in a file that has no name any more, until they are written: so the files of an
// import are neither held in memory nor read and taken over once more.
type spool struct {
	file *os.File
	out  *bufio.Writer
	end  int64
}

// spot is where an item stands in the spool: its fields, its document and its draft, one after the other.
type spot struct {
	at                      int64
	fields, document, draft int32
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "dugnad-import-*")
	if err != nil {
		return nil, fmt.Errorf("create a file for checked items: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("hide the file for checked items: %w", err), file.Close())
	}
	return &spool{file: file, out: bufio.NewWriterSize(file, 256<<10)}, nil
}

// add adds an item with the documents.
func (s *spool) add(f *File, document, draft []byte) (spot, error) {
	alone := *f
	alone.Document, alone.Draft = nil, nil
	fields, err := json.Marshal(alone)
	if err != nil {
		return spot{}, err
	}
	is := spot{s.end, int32(len(fields)), int32(len(document)), int32(len(draft))} //nolint:gosec // a document has 2 MB
	for _, part := range [][]byte{fields, document, draft} {
		if _, err := s.out.Write(part); err != nil {
			return spot{}, fmt.Errorf("write the file for checked items: %w", err)
		}
		s.end += int64(len(part))
	}
	return is, nil
}

// read returns the item at the spot. Its place is not in the spool.
func (s *spool) read(is spot) (f *File, document, draft []byte, err error) {
	if s.out.Buffered() > 0 {
		if err := s.out.Flush(); err != nil {
			return nil, nil, nil, fmt.Errorf("write the file for checked items: %w", err)
		}
	}
	text := make([]byte, is.fields+is.document+is.draft)
	if _, err := s.file.ReadAt(text, is.at); err != nil {
		return nil, nil, nil, fmt.Errorf("read the file for checked items: %w", err)
	}
	f = new(File)
	if err := json.Unmarshal(text[:is.fields], f); err != nil {
		return nil, nil, nil, fmt.Errorf("read the file for checked items: %w", err)
	}
	text = text[is.fields:]
	f.Document, f.Draft = nil, nil
	document, draft = text[:is.document:is.document], text[is.document:]
	if is.draft == 0 {
		draft = nil
	}
	return f, document, draft, nil
}

func (s *spool) close() error { return s.file.Close() }
