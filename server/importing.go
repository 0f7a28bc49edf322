package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/schema"
	"dugnad/server/files"
)

// newImport holds the arguments of import.
type newImport struct {
	DryRun bool     `help:"Print what would be done, and change nothing."`
	JSON   bool     `name:"json" help:"Print problems and the result as JSON."`
	Paths  []string `arg:"" name:"file" help:"Files of the documents format, or folders of them."`
}

// importFiles imports files and folders of files, and prints every problem and what it did. Texts that were redacted
// elsewhere are redacted here first, and stay out. notes gets the progress, each second.
func importFiles(ctx context.Context, config Config, n newImport, out, notes io.Writer) (err error) {
	gone, items, err := readErasures(n.Paths)
	if err != nil {
		return err
	}
	if !n.DryRun {
		defer func() { err = errors.Join(err, analyze(ctx, config)) }() // some is imported where there are problems, too
	}
	return withContent(ctx, config, func(
		ctx context.Context, service *content.Service, accounts *access.Accounts, _ *ent.Client,
	) error {
		r := &importReport{out: out, json: n.JSON, DryRun: n.DryRun, Problems: []importProblem{}, Warnings: []importProblem{}}
		options := content.ImportOptions{
			DryRun: n.DryRun, Problem: r.problem, Warning: r.warning,
			Before: func(ctx context.Context) (err error) {
				r.Erased, err = erase(ctx, service, accounts, gone)
				return err
			},
		}
		if !items {
			if !n.DryRun {
				err = options.Before(ctx)
			}
			return r.end(err)
		}
		shown := showProgress(notes)
		options.Progress = shown.tell
		r.Imported, err = service.Import(ctx, itemsIn(n.Paths), options)
		shown.end()
		return r.end(err)
	})
}

// importProblem is a problem in the output of import --json.
type importProblem struct {
	File     string              `json:"file"`
	Line     int                 `json:"line"`
	Type     string              `json:"type"`
	Key      string              `json:"key"`
	Path     []string            `json:"path"`
	Code     content.ProblemCode `json:"code"`
	Severity content.Severity    `json:"severity"`
	Message  string              `json:"message"`
}

// importReport is what an import prints.
type importReport struct {
	out  io.Writer
	json bool

	content.Imported `json:"result"`
	Erased           string          `json:"erased,omitempty"`
	DryRun           bool            `json:"dryRun"`
	Error            string          `json:"error,omitempty"`
	Problems         []importProblem `json:"problems"`
	Warnings         []importProblem `json:"warnings"`
}

func (r *importReport) problem(p content.ItemProblem) { r.Problems = r.add(r.Problems, "", p) }
func (r *importReport) warning(p content.ItemProblem) {
	r.Warnings = r.add(r.Warnings, " (warning)", p)
}

func (r *importReport) add(list []importProblem, mark string, p content.ItemProblem) []importProblem {
	if !r.json {
		_, _ = fmt.Fprintf(r.out, "%s%s\n", p.String(), mark)
		return list
	}
	return append(list, importProblem{p.File, p.Line, p.Type, p.Key, p.Path, p.Code, p.Severity, p.Message})
}

// end prints the result, and returns the error of the command.
func (r *importReport) end(err error) error {
	written := r.Created + r.Changed
	switch {
	case err == nil:
	case errors.Is(err, content.ErrProblems) && written == 0:
		err = fmt.Errorf("nothing was imported: %d problems", r.Imported.Problems)
	case errors.Is(err, content.ErrProblems):
		err = fmt.Errorf("%d were imported, and others not: %d problems", written, r.Imported.Problems)
	case written == 0:
		err = fmt.Errorf("nothing was imported: %w", err)
	default:
		err = fmt.Errorf("%d were imported; run the same import again to go on with the rest: %w", written, err)
	}
	if r.json {
		if err != nil {
			r.Error = err.Error()
		}
		enc := json.NewEncoder(r.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return errors.Join(err, enc.Encode(r))
	}
	if err != nil {
		return err
	}
	what := "imported"
	if r.DryRun {
		what = "would be imported"
	}
	var b strings.Builder
	if r.Erased != "" {
		b.WriteString(r.Erased + "\n")
	}
	if r.Redacted > 0 {
		fmt.Fprintf(&b, "redacted texts were removed from %d documents\n", r.Redacted)
	}
	fmt.Fprintf(&b, "%s: %d created, %d changed, %d unchanged\n", what, r.Created, r.Changed, r.Unchanged)
	_, err = io.WriteString(r.out, b.String())
	return err
}

// erase applies the redactions and anonymisations of an export, and says what it did.
func erase(
	ctx context.Context, service *content.Service, accounts *access.Accounts, gone erasures,
) (done string, err error) {
	texts, err := service.Erase(ctx, gone.Redactions)
	if err != nil {
		return "", fmt.Errorf("redact: %w", err)
	}
	people, err := accounts.AnonymizeAgain(ctx, gone.Accounts)
	if err != nil || texts+people == 0 {
		return "", err
	}
	return fmt.Sprintf("redacted %d texts, anonymised %d accounts", texts, people), nil
}

// eachJSON calls each with every file of the paths, and all .json files of those that are folders, in order. Files of
// assets are none.
func eachJSON(paths []string, each func(name string) error) error {
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && name != path && d.Name() == assetsFolder:
				return fs.SkipDir
			case d.IsDir() || name != path && filepath.Ext(name) != ".json":
				return nil
			}
			return each(name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// readErasures reads what the exports among the paths tell to erase, and reports whether there are other files.
func readErasures(paths []string) (gone erasures, others bool, err error) {
	err = eachJSON(paths, func(name string) error {
		if filepath.Base(name) != erasedFile {
			others = true
			return nil
		}
		text, err := os.ReadFile(name) //nolint:gosec // the operator names it
		if err != nil {
			return err
		}
		var more erasures
		if err := json.Unmarshal(text, &more); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		gone.Redactions = append(gone.Redactions, more.Redactions...)
		gone.Accounts = append(gone.Accounts, more.Accounts...)
		return nil
	})
	if err == nil && !others && len(gone.Redactions)+len(gone.Accounts) == 0 {
		err = fmt.Errorf("no items in %s", strings.Join(paths, ", "))
	}
	return gone, others, err
}

// itemsIn is the source of the items in files, and in all .json files of folders. An asset's file is in the folder
// assets beside the file that names it.
func itemsIn(paths []string) content.Source {
	return func(give func(*content.File) error, problem func(content.ItemProblem)) error {
		n := 0
		err := eachJSON(paths, func(name string) error {
			if filepath.Base(name) == erasedFile {
				return nil
			}
			file, err := os.Open(name) //nolint:gosec // the operator names it
			if err != nil {
				return err
			}
			defer file.Close()
			counted := problem
			if problem != nil {
				counted = func(p content.ItemProblem) {
					n++
					problem(p)
				}
			}
			return content.ReadItems(name, file, func(item *content.File) error {
				n++
				if item.Type == "ASSET" {
					if err := findFile(item, filepath.Join(filepath.Dir(name), assetsFolder)); err != nil {
						return err
					}
				}
				return give(item)
			}, counted)
		})
		if err == nil && n == 0 && problem != nil {
			err = fmt.Errorf("no items in %s", strings.Join(paths, ", "))
		}
		return err
	}
}

// findFile finds the file of an asset in the folder: as an export names it, or with its own name.
func findFile(item *content.File, folder string) error {
	var doc struct{ File string }
	_ = json.Unmarshal(item.Document, &doc) // what is wrong with it is found by the import
	own, err := assetName(item.Key, doc.File)
	if err != nil { // there cannot be such a file
		return nil
	}
	for _, name := range []string{own, doc.File} {
		path := filepath.Join(folder, name)
		switch info, err := os.Stat(path); {
		case err == nil && info.Mode().IsRegular():
			item.Open = func() (io.ReadCloser, error) { return os.Open(path) } //nolint:gosec // checked right above
			return nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return nil
}

// progress prints how far something is, each second.
type progress struct {
	mu          sync.Mutex
	done, total int
	what        string
	stop, ended chan struct{}
}

// showProgress prints to w until end is called: on one line of a terminal, else a line each.
func showProgress(w io.Writer) *progress {
	p := &progress{stop: make(chan struct{}), ended: make(chan struct{})}
	before, after := "", "\n"
	if file, ok := w.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			before, after = "\r\033[K", ""
		}
	}
	go func() {
		defer close(p.ended)
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-p.stop:
				_, _ = io.WriteString(w, before)
				return
			case <-ticker.C:
				_, _ = io.WriteString(w, before+p.String()+after)
			}
		}
	}()
	return p
}

func (p *progress) tell(done, total int, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total, p.what = done, total, what
}

// String returns what is printed.
func (p *progress) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.what == "":
		return "begun"
	case p.total == 0:
		return fmt.Sprintf("%s: %d", p.what, p.done)
	}
	return fmt.Sprintf("%s: %d of %d", p.what, p.done, p.total)
}

func (p *progress) end() {
	close(p.stop)
	<-p.ended
}

// intake checks and cleans the files of an import as uploads are, and implements content.Intake.
type intake struct{ files.Checker }

// newIntake returns an intake that keeps files in the hub's store.
func newIntake(config Config, kept files.Kept) intake {
	return intake{files.Checker{
		Kept: kept, Pictures: files.NewPictures(filepath.Join(config.Data, imagesFolder), kept),
		Most: int64(config.UploadMB) << 20,
	}}
}

// Take implements content.Intake.
func (i intake) Take(
	ctx context.Context, f content.NewFile, keep bool,
) (taken *content.Stored, name, mediaType string, warnings []content.Problem, err error) {
	size, err := sizeOf(f.Open)
	if err != nil {
		return nil, "", "", nil, err
	}
	claim, renamed, err := i.Accept(files.Claim{Name: f.Name, MediaType: f.MediaType, Bytes: size})
	if err != nil {
		return nil, "", "", nil, err
	}
	if !keep {
		folder, err := os.MkdirTemp("", "dugnad-*")
		if err != nil {
			return nil, "", "", nil, err
		}
		defer func() { _ = os.RemoveAll(folder) }()
		i.Kept = files.Kept{Store: files.Folder(folder)}
	}
	made, err := i.Keep(ctx, f.Owner, claim, f.Open)
	var no files.Refused
	if errors.As(err, &no) {
		return nil, "", "", nil, &fault.Error{Code: fault.BadUserInput, Field: "file", Message: no.Why}
	}
	for _, w := range append(renamed, made.Warnings...) {
		warnings = append(warnings, content.Problem{
			Code: codeOf(w), Severity: content.SeverityWarning, Path: []string{"file"}, Message: w.Message,
		})
	}
	return made.Stored, made.Name, made.MediaType, warnings, err
}

// codeOf returns the code of a warning about a file.
func codeOf(w schema.FileWarning) content.ProblemCode {
	codes := content.ProblemCodes()
	i := slices.IndexFunc(codes, func(c content.ProblemCode) bool { return string(c) == w.Code })
	return codes[i]
}

func sizeOf(open func() (io.ReadCloser, error)) (int, error) {
	file, err := open()
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, file)
	return int(n), errors.Join(err, file.Close())
}
