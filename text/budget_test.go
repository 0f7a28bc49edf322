package text

import (
	"strings"
	"testing"

	"dugnad/text/costtest"
)

// markup are fragments that mean something in Markdown, alone, repeated or next to one another.
var markup = []string{
	"- ", "* ", "1. ", ">", "> ", "[", "]", "![", "[a](", "[a](b", "[a](b\"", "[a][", "[a]", "[a](b)",
	"[a]: b\n", "[a]: b \"\n", "*", "**", "_", "*a", "a*", "*a_b", "a*b", "c** ", "`", "``a", "a`b``c", "\\```\n",
	"<", "<a ", "<a b='", "<a b=\"<", "<!--", "<?", "<![CDATA[", "<!A", "</a", "<a@b.c", "<http:", "<p>\n", "<script>\n",
	"\n", "a\n", "a\n\n", "    a\n", "\t", "\t- a\n", "  - a\n", "| a ", "|", "|-", "|a|\n|-|\n", "|a|b|\n|-|-|\n",
	"\\|", "`\\|", "\\", "&", "&amp;", "&#1", "# a\n", "===\n", "---\n", "```\n", "~~~\n", "a  \n", "(", "\"", "\x00",
	"\xff", "a", "- a\n", "> a\n", "-\n", ">\n", "~", "~~", "~a", "a~~b", "[^", "[^a]", "[^a]: ", "[^a]: b\n", "![^a]", "[^a][^b] ",
	"- [x] ", "- [ ] a\n", "http://", "https://a.no/(", "(http://a", " www.a", "_a@b.no", "a@", "(a_", "https://a.no ",
}

// bombs took seconds and gigabytes when goldmark was not bounded.
var bombs = map[string]string{
	"a wide and long table":              tableOf(20_000, 5000),
	"a long table":                       tableOf(50, 30_000),
	"many tables":                        strings.Repeat(tableOf(40, 40)+"\n", 350),
	"nested lists":                       strings.Repeat("+ ", 45_000),
	"lists and a word":                   strings.Repeat("- ", 45_000) + "a",
	"closing emphasis":                   strings.Repeat("*a _b ", 8000) + strings.Repeat("a* ", 8000),
	"links with emphasis":                strings.Repeat("[*a](b) ", 11_000),
	"images in images":                   strings.Repeat("![", 15_000) + strings.Repeat("](b)", 15_000),
	"nested numbered lists":              strings.Repeat("1. ", 30_000),
	"nested quotes":                      strings.Repeat(">", 90_000),
	"lists that are nested line by line": nestedLines(400),
	"many definitions":                   strings.Repeat("[a]: b\n", 14_000),
	"a long address, many times":         "[a]: http://" + strings.Repeat("x", 40_000) + "\n\n" + strings.Repeat("[a] ", 14_000),
	"emphasis of two kinds":              "x*y" + strings.Repeat("z** ", 24_000),
	"quotes around every line":           strings.Repeat(strings.Repeat(">", 20)+"\n\n", 4500),
	"nested footnotes":                   strings.Repeat("[^a]: ", 15_000),
	"many footnotes":                     "a[^1]\n\n" + strings.Repeat("[^1]: b\n", 12_000),
	"escaped pipes in code":              "|a|\n|-|\n" + strings.Repeat("|`\\|`|\n", 14_000),
}

// tableOf returns a table whose rows have one cell each, which goldmark fills up to the number of columns.
func tableOf(columns, rows int) string {
	return "|" + strings.Repeat("a|", columns) + "\n|" + strings.Repeat("-|", columns) + "\n" +
		strings.Repeat("|a\n", rows)
}

func nestedLines(levels int) string {
	var b strings.Builder
	for level := range levels {
		b.WriteString(strings.Repeat(" ", 2*level) + "- a\n")
	}
	return b.String()
}

func TestMarkdownCost(t *testing.T) {
	t.Run("HTML", func(t *testing.T) {
		costtest.Linear(t, func(s string) { HTML(s, "") }, markup...)
	})
	t.Run("Plain", func(t *testing.T) { // it parses in the same way, and writes in another
		var some []string
		for i := 0; i < len(markup); i += 3 {
			some = append(some, markup[i])
		}
		costtest.Linear(t, func(s string) { Plain(s) }, some...)
	})
	for name, bomb := range bombs {
		t.Run(name, func(t *testing.T) {
			shown := "Foran.\n\n" + bomb
			var page, plain string
			costtest.Each(t, func(s string) { page, plain = HTML(s, ""), Plain(s) }, shown)
			if Check(shown) == nil {
				t.Error("is accepted")
			}
			if most := baseHTML + htmlPerByte*len(shown); len(page) > most {
				t.Errorf("HTML has %d bytes; at most %d", len(page), most)
			}
			if !strings.Contains(plain, "Foran.") || !strings.HasPrefix(page, "<p>Foran.</p>") {
				t.Error("the words are not shown")
			}
		})
	}
}

// TestMarkdownBudget: what people write is far from the bounds.
func TestMarkdownBudget(t *testing.T) {
	for name, text := range map[string]string{
		"a long paragraph": strings.Repeat(
			"Kommunen *har* **prøvd** [en ting](https://ks.no/a_b) og `en til` (se [2]). ", 1200),
		"long code":    "```\n" + strings.Repeat("if (a[i] < b && *c) { `x` }\n", 3500) + "```\n",
		"a long table": "| a | b | c | d |\n|---|---|---|---|\n" + strings.Repeat("| 1 | *2* | 3 \\| 4 | 5 |\n", 3900),
		"a wide table": strings.Repeat("| a ", 49) + "|\n" + strings.Repeat("|---", 49) + "|\n" +
			strings.Repeat("| b ", 49) + "|\n",
		"ten levels": nestedLines(10),
		"a list":     strings.Repeat("- [et punkt](hub:pra_1) med *tekst*\n", 2700),
		"many references": strings.Repeat("Se [kilden][a] og [den andre][b]. ", 1000) +
			"\n\n[a]: https://ks.no/rapport\n[b]: <https://imdi.no> \"IMDi\"\n",
		"bare links":        strings.Repeat("Se https://ks.no/rapport_2024/(del)?a=b og www.imdi.no, post@ks.no. ", 1400),
		"footnotes":         strings.Repeat("Ord[^1] og ord[^2]. ", 3000) + "\n\n[^1]: Ein\n[^2]: To\n" + strings.Repeat("[^n]: Note\n", 400),
		"one long word":     strings.Repeat("abcDEF_ghi-", 8000),
		"tasks":             strings.Repeat("- [x] ~~gjort~~ i går\n", 3500),
		"words and no more": strings.Repeat("ord ", 25_000),
		"stray marks":       strings.Repeat("5 * 3 = 15, a_b, [x, `y, <z, 7 & 8\n\n", 2500),
	} {
		if err := Check(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMarkdownLimits: each bound holds exactly, and says what it is.
func TestMarkdownLimits(t *testing.T) {
	table := func(columns, rows int) string {
		return tableOf(columns, 0) + strings.Repeat("|"+strings.Repeat("ord|", columns)+"\n", rows)
	}
	for _, test := range []struct {
		name    string
		within  string
		without string
		want    error
	}{
		{"quotes", strings.Repeat(">", maxNesting) + "a", strings.Repeat(">", maxNesting+1) + "a", errNesting},
		{"lists", nestedLines(maxNesting), nestedLines(maxNesting + 1), errNesting},
		{"columns", table(maxColumns, 2), table(maxColumns+1, 2), errColumns},
		{"cells", table(40, maxCells/40-1), table(40, maxCells/40), errCells},
		{
			"definitions", strings.Repeat("[a]: b\n", maxDefinitions), strings.Repeat("[a]: b\n", maxDefinitions+1),
			errDefinitions,
		},
		{
			"footnotes", strings.Repeat("[^a]: b\n", maxDefinitions), strings.Repeat("[^a]: b\n", maxDefinitions+1),
			errDefinitions,
		},
		{"emphasis", strings.Repeat("*a* ", 5000), strings.Repeat("*a _b ", 8000) + strings.Repeat("a* ", 8000), errMarkup},
	} {
		if err := Check(test.within); err != nil {
			t.Errorf("%s within the bound: %v", test.name, err)
		}
		if err := Check(test.without); err != test.want { //nolint:errorlint // the very value
			t.Errorf("%s beyond the bound: %v, not %v", test.name, err, test.want)
		}
	}
}

func FuzzMarkdownCost(f *testing.F) {
	for _, m := range markup {
		f.Add(m, "a\n", uint16(300))
	}
	for _, bomb := range bombs {
		f.Add(bomb[:min(len(bomb), 3000)], "", uint16(1))
	}
	f.Fuzz(func(t *testing.T, a, b string, times uint16) {
		unit := a + b
		if unit == "" {
			t.Skip()
		}
		input := strings.Repeat(unit, min(max(1, int(times)), max(1, 100_000/len(unit))))
		costtest.Each(t, func(s string) { HTML(s, ""); Plain(s) }, input)
		if out := HTML(input, ""); len(out) > 2*(baseHTML+htmlPerByte*len(input)) {
			t.Errorf("%d bytes become %d", len(input), len(out))
		}
	})
}
