package text

import (
	"strings"
	"testing"

	"dugnad/text/costtest"
)

func TestCheckLink(t *testing.T) {
	for _, link := range []string{
		"https://ks.no", "http://ks.no/a?b=c&d#e", "HTTPS://KS.NO",
		"https://ks.no:8443/", "https://[2001:db8::1]/x",
		"https://blåbærsyltetøy.no/æøå", "mailto:post@ks.no", "mailto:post@ks.no?subject=Hei%20der", "https://ks.no/a%20b",
		"https://ks.no/a(b)'c", "https://ks.no/" + strings.Repeat("a", 1900),
	} {
		if err := CheckLink(link); err != nil {
			t.Errorf("%q: %v", link, err)
		}
	}
	for _, link := range []string{
		"", "ks.no", "/a", "//ks.no", "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", " javascript:x",
		"data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://ks.no", "tel:22334455",
		"hub:pra_1", "blob:https://ks.no/x",
		"https:", "https://", "https:ks.no", "https:///a", "http://:80", "https://ks.no:99999", "https://ks.no:0",
		"https://user:pw@ks.no", "https://user@ks.no", "https://@ks.no",
		"https://ks.no\\@evil.no", "https://ks.no/a b",
		" https://ks.no", "https://ks.no\n", "https://ks.no/\x00", "https://ks.no/\x7f",
		"https://ks.no/\u0085", "https://ks.no/\u202e",
		"https://ks.no/\u200b", "https://ks.no/\xff",
		"https://ks.no/<b>", "https://ks.no/\"", "https://ks.no/%zz", "https://ks.no%00",
		"mailto:", "mailto:ks", "mailto:a@b.no,c@d.no", "mailto:a@b.no?cc=%0Ax", "mailto:a%0Ab@c.no", "mailto://a@b.no",
		"https://ks.no/" + strings.Repeat("a", 2000),
	} {
		if CheckLink(link) == nil {
			t.Errorf("%q is accepted", link)
		}
		if ShownLink(&link) != nil {
			t.Errorf("%q is shown", link)
		}
	}
}

func TestCheckEmail(t *testing.T) {
	for _, email := range []string{"post@ks.no", "fornavn.etternavn+a@sub.kommune.no", "æ@blåbær.no"} {
		if err := CheckEmail(email); err != nil {
			t.Errorf("%q: %v", email, err)
		}
	}
	for _, email := range []string{
		"", "ks", "@ks.no", "a@", "a@b@c", "KS <post@ks.no>",
		"a@b.no, c@d.no", "a b@c.no", "a@b.no\n", "a@b.no\r\nBcc: x@y.no",
		"a\x00@b.no", "javascript:alert(1)", "mailto:a@b.no",
		"<script>@b.no", "\"<b>\"@b.no", strings.Repeat("a", 250) + "@b.no",
	} {
		if CheckEmail(email) == nil {
			t.Errorf("%q is accepted", email)
		}
	}
}

// TestAddressCost: an address costs no more per byte the longer it is.
func TestAddressCost(t *testing.T) {
	costtest.Linear(t, func(s string) {
		_, _ = CheckLink(s), CheckLink(("https://ks.no/" + s)[:min(len(s), maxLink)])
		_, _ = CheckLink("mailto:"+s), CheckEmail(s)
	}, "a", "@", ".", "%", "%41", "(", "\"", "\\", "<", ",", ":", "[", "é", "/", "?", "a@b.no,", "=?utf-8?q?a?= ", "\xff")
}
