package files

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// pagesBytes is the size of the largest document whose pages are counted.
const pagesBytes = 200 << 20

// countPages returns the number of pages of a document, counted by a child, or 0 if they cannot be counted. The error
// is that of ctx.
func countPages(ctx context.Context, kind string, file io.Reader) (int, error) {
	seekable, ok := file.(*os.File)
	if !ok { // from a bucket; the process needs a file
		copied, err := os.CreateTemp("", "dugnad-*")
		if err != nil {
			return 0, err
		}
		defer func() { _, _ = copied.Close(), os.Remove(copied.Name()) }()
		if n, err := io.Copy(copied, io.LimitReader(file, pagesBytes+1)); err != nil || n > pagesBytes {
			return 0, err
		}
		seekable = copied
	}
	if _, err := seekable.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	found, _, err := job{Kind: kind}.work(ctx, seekable)
	if errors.Is(err, errChild) {
		return 0, nil
	}
	return found.Pages, err
}

// pdfPages returns the number of pages of a PDF.
func pdfPages(pdf *os.File) (int, error) {
	api.DisableConfigDir()
	config := model.NewDefaultConfiguration()
	config.ValidationMode = model.ValidationRelaxed
	return api.PageCount(pdf, config)
}

// officePages returns the number of pages or slides that an Office document claims, or 0 without a claim.
func officePages(file *os.File) (int, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		return 0, err
	}
	for _, name := range []string{"docProps/app.xml", "meta.xml"} { // Microsoft's and OpenDocument's
		entry, err := archive.Open(name)
		if err != nil {
			continue
		}
		defer entry.Close()
		var said struct {
			Pages  int `xml:"Pages"`
			Slides int `xml:"Slides"`
			Meta   struct {
				Statistic struct {
					Pages int `xml:"page-count,attr"`
				} `xml:"document-statistic"`
			} `xml:"meta"`
		}
		if xml.NewDecoder(io.LimitReader(entry, 256<<10)).Decode(&said) == nil {
			return min(max(said.Slides, said.Pages, said.Meta.Statistic.Pages, 0), 100_000), nil
		}
	}
	return 0, nil
}
