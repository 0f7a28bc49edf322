package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"dugnad/content"
	"dugnad/fault"
	"dugnad/schema"
)

// Checker checks and cleans files before they are kept, whichever way they come: by upload, or by import.
type Checker struct {
	Kept     Kept
	Pictures *Pictures
	Most     int64 // bytes of the largest file
}

// Claim is what a sender says of a file.
type Claim struct {
	Name, MediaType string
	Bytes           int
}

// Refused is the error of a file that is not accepted, with a reason for the sender.
type Refused struct{ Why string }

// Error implements error.
func (r Refused) Error() string { return r.Why }

// Accept returns the claim as it is kept, and what was changed in it. The error is BAD_USER_INPUT, with the field.
func (c Checker) Accept(n Claim) (Claim, []schema.FileWarning, error) {
	wrong := func(field, format string, args ...any) error {
		return &fault.Error{Code: fault.BadUserInput, Field: field, Message: fmt.Sprintf(format, args...)}
	}
	given := n.Name
	n.MediaType = plainType(n.MediaType)
	of, ok := accepted[n.MediaType]
	switch {
	case !ok:
		return n, nil, wrong("mediaType", "%s", notAccepted(n.MediaType))
	case n.Bytes < 1:
		return n, nil, wrong("bytes", "must be at least 1: the file is empty")
	case int64(n.Bytes) > c.Most:
		return n, nil, wrong("bytes", "must be at most %d", c.Most)
	case of.kind == pictureKind && n.Bytes > pictureBytes:
		return n, nil, wrong("bytes", "must be at most %d for a picture", pictureBytes)
	}
	name, err := CleanName(given, n.MediaType)
	if err != nil {
		return n, nil, wrong("name", "%s", err)
	}
	n.Name = name
	return n, renamed(nil, given, name), nil
}

// renamed adds that a file got another name. A folder before it is not worth telling.
func renamed(warnings []schema.FileWarning, given, name string) []schema.FileWarning {
	if lastPart(given) == name {
		return warnings
	}
	return append(warnings, schema.FileWarning{
		Code: string(content.WarningRenamed), Message: fmt.Sprintf("the file is named %q", name),
	})
}

// File is a checked file that is kept.
type File struct {
	*content.Stored
	Name, MediaType string
	Warnings        []schema.FileWarning
}

// Keep checks that a file is what a checked claim says, stores it, a picture cleaned, and returns what is known of it.
// open returns the file from its start, as often as it is called. owner is whose turn the work takes. The error is
// Refused if the file is not accepted, and RATE_LIMITED or UNAVAILABLE if too many files are worked on.
func (c Checker) Keep(
	ctx context.Context, owner string, n Claim, open func() (io.ReadCloser, error),
) (File, error) {
	f := File{Name: n.Name, MediaType: n.MediaType}
	if err := c.checkHead(&f, n, open); err != nil {
		return f, err
	}
	var err error
	switch kind := accepted[f.MediaType].kind; kind {
	case pictureKind:
		return f, c.keepPicture(ctx, owner, &f, open)
	case pdfKind, officeKind:
		err = c.checkDocument(ctx, owner, &f, n, open)
	case textKind:
		err = checkText(&f, open)
	}
	if err != nil {
		return f, err
	}
	sum, size, err := sumOf(open)
	if err != nil {
		return f, err
	}
	f.SHA256, f.Bytes = sum, size
	return f, with(open, func(file io.Reader) error { return c.Kept.Put(ctx, sum, file) })
}

// with calls do with the opened file.
func with(open func() (io.ReadCloser, error), do func(io.Reader) error) error {
	file, err := open()
	if err != nil {
		return err
	}
	return errors.Join(do(file), file.Close())
}

func sumOf(open func() (io.ReadCloser, error)) (sum string, size int, err error) {
	hash := sha256.New()
	err = with(open, func(file io.Reader) error {
		n, err := io.Copy(hash, file)
		size = int(n)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil)), size, err
}

func (c Checker) checkHead(f *File, n Claim, open func() (io.ReadCloser, error)) error {
	f.Stored = &content.Stored{}
	return with(open, func(file io.Reader) error {
		head, err := io.ReadAll(io.LimitReader(file, headBytes))
		if err != nil {
			return err
		}
		is, ok := isAs(head, n.MediaType)
		if !ok {
			return Refused{mismatch(whatIs(head), n.MediaType)}
		}
		f.MediaType = is
		return nil
	})
}

// rename gives the file the ending of its type.
func (f *File) rename() error {
	name, err := CleanName(f.Name, f.MediaType)
	if err != nil {
		return Refused{"the name " + err.Error()}
	}
	f.Warnings = renamed(f.Warnings, f.Name, name)
	f.Name = name
	return nil
}

func (f *File) warn(code content.ProblemCode, message string) {
	f.Warnings = append(f.Warnings, schema.FileWarning{Code: string(code), Message: message})
}

func (c Checker) keepPicture(
	ctx context.Context, owner string, f *File, open func() (io.ReadCloser, error),
) error {
	var clean Cleaned
	err := with(open, func(file io.Reader) (err error) {
		clean, err = c.Pictures.Clean(ctx, owner, file)
		return err
	})
	switch {
	case errors.Is(err, ErrNoPicture):
		return Refused{fmt.Sprintf("the picture cannot be read, has more than %d million pixels, or takes too much time or memory",
			maxPixels/1_000_000)}
	case err != nil:
		return fmt.Errorf("clean a picture: %w", err)
	}
	sum := sha256.Sum256(clean.Picture)
	f.MediaType = clean.MediaType
	f.Stored = &content.Stored{
		SHA256: hex.EncodeToString(sum[:]), Bytes: len(clean.Picture), Width: clean.Size.X, Height: clean.Size.Y,
	}
	if clean.Still {
		f.warn(content.WarningFirstFrame, "of the animation only the first frame is kept: an animation can be uploaded as MP4")
	}
	if clean.Colours {
		f.warn(content.WarningColors, "the profile of the picture's colours cannot be read, so its colours may be a little off")
	}
	if err := f.rename(); err != nil {
		return err
	}
	return c.Kept.Put(ctx, f.SHA256, bytes.NewReader(clean.Picture))
}

// checkDocument finds the type of a document in an archive, and counts pages.
func (c Checker) checkDocument(
	ctx context.Context, owner string, f *File, n Claim, open func() (io.ReadCloser, error),
) error {
	kind := officeJob
	if accepted[n.MediaType].kind == pdfKind {
		if kind = pdfJob; n.Bytes > pdfBytes {
			return nil
		}
	}
	done, err := c.Pictures.turns.take(ctx, owner) // one at a time, like pictures
	if err != nil {
		return err
	}
	defer done()
	var found document
	err = with(open, func(file io.Reader) (err error) {
		found, err = lookAt(ctx, kind, file)
		return err
	})
	switch {
	case errors.Is(err, errChild) && kind == pdfJob: // readers of PDF make something of many that are broken
		return nil
	case errors.Is(err, errChild):
		return Refused{fmt.Sprintf("the file is broken: it begins like %s, but cannot be read", n.MediaType)}
	case err != nil:
		return err
	case kind == officeJob && found.mediaType != n.MediaType:
		return Refused{mismatch(found.mediaType, n.MediaType)}
	}
	f.Pages = found.pages
	if found.locked {
		f.warn(content.WarningPassword, "the file is locked with a password: readers cannot open it")
	}
	return nil
}

// checkText finds out whether a text is UTF-8, which WebVTT has to be.
func checkText(f *File, open func() (io.ReadCloser, error)) error {
	valid := true
	err := with(open, func(file io.Reader) error {
		var rest []byte // of a character at the end of a block
		for block := make([]byte, 64<<10); valid; {
			n, err := file.Read(block)
			text := append(rest, block[:n]...) //nolint:gocritic // a new slice is meant
			end := len(text)
			for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
				if utf8.RuneStart(text[len(text)-back]) {
					if !utf8.FullRune(text[len(text)-back:]) {
						end = len(text) - back
					}
					break
				}
			}
			valid = utf8.Valid(text[:end])
			rest = bytes.Clone(text[end:])
			if errors.Is(err, io.EOF) {
				valid = valid && len(rest) == 0
				return nil
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || valid {
		return err
	}
	if f.MediaType == vttType {
		return Refused{"WebVTT must be UTF-8: save it in that encoding"}
	}
	f.warn(content.WarningEncoding, "the text is not UTF-8: programs may show æ, ø and å wrongly")
	return nil
}
