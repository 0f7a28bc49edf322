package files

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// childCommand is the first argument that makes the program work on one file that it gets on its input, and exit. It
// runs as a separate process, because a file can be crafted so that reading it takes any amount of memory or time.
const childCommand = "work-on-file"

// A job is the work of a child, and the limits that the kernel holds it to.
type job struct {
	Kind string
	Cut  Cut // of a picture

	processor time.Duration // CPU time
	memory    uint64        // bytes beyond what the program starts with
	output    int64         // bytes
}

const (
	// childTime is how long a child may take on a machine that is busy with other things.
	childTime = 30 * time.Second

	documentTime   = 10 * time.Second
	documentMemory = 512 << 20

	pictureWork   = 15 * time.Second
	pictureMemory = 1536 << 20
	pictureOutput = 400 << 20
)

// The kinds of jobs.
const (
	cleanJob  = "clean"
	cutJob    = "cut"
	pdfJob    = "pdf"
	officeJob = "office"
)

// result is what a child has found out. For pictures, the bytes of the picture follow it.
type result struct {
	Pages     int    `json:",omitempty"`
	MediaType string `json:",omitempty"`
	Width     int    `json:",omitempty"`
	Height    int    `json:",omitempty"`

	Locked  bool `json:",omitempty"` // with a password
	Still   bool `json:",omitempty"` // the first frame of an animation
	Colours bool `json:",omitempty"` // of a profile that cannot be read
}

// result returns what is told of a document.
func (d document) result() result {
	return result{MediaType: d.mediaType, Pages: d.pages, Locked: d.locked}
}

// errChild is the error of a file that a child could not work on within its limits.
var errChild = errors.New("the file cannot be read, or takes too much time or memory")

// RunChild works on a file and exits if the program was started for that. main calls it first.
func RunChild() {
	if len(os.Args) != 3 || os.Args[1] != childCommand {
		return
	}
	var j job
	err := json.Unmarshal([]byte(os.Args[2]), &j)
	if err == nil {
		err = j.do(os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// limits returns the limits of a kind of job.
func (j job) limits() job {
	switch j.Kind {
	case cleanJob, cutJob:
		j.processor, j.memory, j.output = pictureWork, pictureMemory, pictureOutput
	default:
		j.processor, j.memory, j.output = documentTime, documentMemory, 1<<10
	}
	return j
}

// do works on the file within the limits of its kind.
func (j job) do(file *os.File, to io.Writer) (err error) {
	j = j.limits()
	if err := errors.Join(limitMemory(j.memory), limitProcessor(j.processor)); err != nil {
		return err
	}
	debug.SetMemoryLimit(int64(j.memory) * 2 / 3) //nolint:gosec // our own constants
	defer func() {
		if failed := recover(); failed != nil {
			err = fmt.Errorf("malformed file: %v", failed)
		}
	}()
	var found result
	var picture []byte
	switch j.Kind {
	case cleanJob:
		found, picture, err = cleaned(file)
	case cutJob:
		picture, err = cutOf(file, j.Cut)
	case pdfJob:
		var d document
		d, err = pdfOf(file)
		found = d.result()
	case officeJob:
		var d document
		d, err = officeOf(file)
		found = d.result()
	default:
		err = fmt.Errorf("%q is not a kind of job", j.Kind)
	}
	if err != nil {
		return err
	}
	line, err := json.Marshal(found)
	if err != nil {
		return err
	}
	_, err = to.Write(append(append(line, '\n'), picture...))
	return err
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

// limitProcessor makes the kernel end this process after so much CPU time.
func limitProcessor(most time.Duration) error {
	seconds := uint64(most / time.Second) //nolint:gosec // our own constants
	return syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: seconds, Max: seconds + 1})
}

// work does a job on a file in a child process, which ends with ctx. The error is errChild if the file is at fault.
func (j job) work(ctx context.Context, file io.Reader) (found result, picture []byte, err error) {
	limits := j.limits()
	ctx, cancel := context.WithTimeout(ctx, childTime)
	defer cancel()
	program, err := os.Executable()
	if err != nil {
		return found, nil, err
	}
	argument, err := json.Marshal(j)
	if err != nil {
		return found, nil, err
	}
	child := exec.CommandContext(ctx, program, childCommand, string(argument)) //nolint:gosec // this program
	child.Stdin, child.Env = file, []string{"GOMAXPROCS=1", "GOGC=50"}
	said := &bounded{left: limits.output}
	child.Stdout = said
	child.WaitDelay = time.Second
	if err := child.Run(); err != nil {
		var failed *exec.ExitError
		switch {
		case ctx.Err() != nil:
			return found, nil, ctx.Err()
		case errors.As(err, &failed), errors.Is(err, errOutput):
			return found, nil, fmt.Errorf("%w: %w", errChild, err)
		}
		return found, nil, fmt.Errorf("run a process for a file: %w", err)
	}
	out := bufio.NewReader(&said.out)
	line, err := out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &found)
	}
	if err != nil {
		return found, nil, fmt.Errorf("read the result of a process: %w", err)
	}
	picture, err = io.ReadAll(out)
	return found, picture, err
}

var errOutput = errors.New("the result is too large")

// bounded collects at most so many bytes, and returns errOutput at the next.
type bounded struct {
	out  bytes.Buffer
	left int64
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errOutput
	}
	return b.out.Write(p)
}
