package text

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"
)

// TestExplore is temporary.
func TestExplore(t *testing.T) {
	if os.Getenv("EXPLORE") == "" {
		t.Skip()
	}
	frags := strings.Split(os.Getenv("FRAGS"), "§")
	if len(frags) < 2 {
		frags = fragments
	}
	type res struct {
		name     string
		d        time.Duration
		alloc    uint64
		steps    int
		err      error
		out      int
	}
	var all []res
	n := 60_000
	try := func(name, s string) {
		if len(s) > n {
			s = s[:n]
		}
		var m1, m2 runtime.MemStats
		runtime.ReadMemStats(&m1)
		start := time.Now()
		h := HTML(s)
		d := time.Since(start)
		runtime.ReadMemStats(&m2)
		var err error
		all = append(all, res{name, d, m2.TotalAlloc - m1.TotalAlloc, 0, err, len(h)})
	}
	for _, a := range frags {
		try(fmt.Sprintf("%q", a), strings.Repeat(a, n/len(a)))
		for _, b := range frags {
			if a != b {
				try(fmt.Sprintf("%q", a+b), strings.Repeat(a+b, n/len(a+b)))
				if os.Getenv("EXPLORE") == "2" {
					try(fmt.Sprintf("%q*|%q*", a, b), strings.Repeat(a, n/2/len(a))+strings.Repeat(b, n/2/len(b)))
				}
			}
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].d > all[j].d })
	for _, r := range all[:60] {
		t.Logf("%v\t%d MB\tout %d\t%v\t%s", r.d, r.alloc>>20, r.out, r.err, r.name)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].alloc > all[j].alloc })
	for _, r := range all[:15] {
		t.Logf("%v\t%d MB\tout %d\t%v\t%s", r.d, r.alloc>>20, r.out, r.err, r.name)
	}
}

var fragments = []string{
	"- ", "* ", "+ ", "1. ", ">", "> ", "[", "]", "![", "[a](", "[a](b", "[a](b\"", "[a](b \"", "[a][", "[a]", "[a](b)",
	"[a]: b\n", "[a]: b \"\n", "*", "**", "_", "*a", "a*", "*a_b", "`", "``a", "a`b``c", "<", "<a ", "<a b='", "<a b=\"", "<!--", "<?", "<![CDATA[", "<!A", "</a", "<a@b.c", "<http:", "<p>\n", "<script>\n",
	"\n", "a\n", "a\n\n", "    a\n", "\t", "\t- a\n", "  ", "  - a\n", " - a\n", "| a ", "|", "|-", "|a|\n|-|\n", "|a|b|\n|-|-|\n", "\\|", "`\\|", "\\", "&", "&amp;", "&a", "&#1", "#", "# a\n", "===\n", "---\n", "```\n", "~~~\n", "a  \n", "(", ")", "\"", "'", "é", "\x00", "\xff", "a", ":", "://", "- a\n", "> a\n", "-\n", ">\n", "1) a\n", "!",
}
