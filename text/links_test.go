package text

import (
	"strings"
	"testing"
)

// TestShownLinks: a link is said to be shown exactly if the HTML has it.
func TestShownLinks(t *testing.T) {
	for address, shown := range map[string]bool{
		"https://a.no/x": true, "http://a.no:80/æ?b=c%20d#e": true, "mailto:a@b.no": true, "tel:+4722": true, "HTTPS://a.no": true,
		"https://[::1]/x": false, "https://bø.no/": true, "https://a.no/%C3%A6": true, "hub:pra_1": true,
		"http://a%20b.no/x": false, "http://[::1": false, "https://a.no:port/": false, `https://a.no\b`: false, "https://a.no/%zz": true,
		"http://": false, "https:///x": false, "https:x": false, "http://a.no:80:80/": false, "https://a<b.no": false, "/x": false,
		"http://a b.no/x": false, "https://%zz/": true, "ftp://a.no": false, "https://^a.no": false,
	} {
		for _, body := range []string{"[a](<" + address + ">)", "[a][r]\n\n[r]: <" + address + ">", "<u>b</u> <a href=\"" + address + "\">a</a>"} {
			if strings.Contains(address, "<") {
				body = strings.Replace(body, "a<b", `a\<b`, 1)
			}
			html := strings.Contains(HTML(body, ""), "href=")
			found := Addresses(body)
			if len(found) != 1 || html != shown || found[0].Shown != shown {
				t.Errorf("%q is told as %+v; HTML %q", body, found, HTML(body, ""))
			}
		}
	}
}
