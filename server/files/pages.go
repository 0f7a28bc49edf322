package files

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

const (
	// pagesCommand is the argument that makes the program count the pages of a PDF. It runs as a separate process, because
	// a PDF can be crafted so that reading it takes any amount of memory.
	pagesCommand = "count-pages"
	pagesTime    = 10 * time.Second
	pagesMemory  = 512 << 20 // beyond what the program starts with
	pagesBytes   = 200 << 20 // size of the largest PDF whose pages are counted
)

// CountPages counts pages and exits if the program was started for that. main calls it first.
func CountPages() {
	if len(os.Args) != 2 || os.Args[1] != pagesCommand {
		return
	}
	pages, err := countHere(os.Stdin)
	if err != nil {
		os.Exit(1)
	}
	fmt.Println(pages) //nolint:forbidigo // the output of the process
	os.Exit(0)
}

func countHere(pdf *os.File) (pages int, err error) {
	if err := limitMemory(pagesMemory); err != nil {
		return 0, err
	}
	defer func() {
		if recover() != nil {
			err = errors.New("malformed PDF")
		}
	}()
	api.DisableConfigDir()
	config := model.NewDefaultConfiguration()
	config.ValidationMode = model.ValidationRelaxed
	return api.PageCount(pdf, config)
}

// limitMemory makes the kernel refuse this process more than so many further bytes.
func limitMemory(more uint64) error {
	stat, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(stat), " ")
	has, err := strconv.ParseUint(first, 10, 64)
	if err != nil {
		return err
	}
	most := has*uint64(os.Getpagesize()) + more //nolint:gosec // a page size is positive
	return syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: most, Max: most})
}

// pdfPages returns the number of pages of a PDF, or 0 if they cannot be counted.
func pdfPages(ctx context.Context, file io.Reader) int {
	ctx, cancel := context.WithTimeout(ctx, pagesTime)
	defer cancel()
	seekable, ok := file.(*os.File)
	if !ok { // from a bucket; the process needs a file
		copied, err := os.CreateTemp("", "dugnad-*.pdf")
		if err != nil {
			return 0
		}
		defer func() { _, _ = copied.Close(), os.Remove(copied.Name()) }()
		if n, err := io.Copy(copied, io.LimitReader(file, pagesBytes+1)); err != nil || n > pagesBytes {
			return 0
		}
		seekable = copied
	}
	if _, err := seekable.Seek(0, io.SeekStart); err != nil {
		return 0
	}
	program, err := os.Executable()
	if err != nil {
		return 0
	}
	count := exec.CommandContext(ctx, program, pagesCommand) //nolint:gosec // this program
	count.Stdin, count.Env = seekable, []string{"GOMAXPROCS=1", "GOGC=50"}
	said, err := count.Output()
	if err != nil {
		return 0
	}
	pages, _ := strconv.Atoi(string(bytes.TrimSpace(said)))
	return pages
}

// officePages returns the number of pages or slides that an Office document claims, or 0 without a claim.
func officePages(file io.ReaderAt, size int64) int {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return 0
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
			return min(max(said.Slides, said.Pages, said.Meta.Statistic.Pages, 0), 100_000)
		}
	}
	return 0
}
