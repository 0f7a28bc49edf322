package text

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var (
	hubAddress  = regexp.MustCompile(`^hub:([A-Za-z0-9_-]{1,64})$`)
	webAddress  = regexp.MustCompile(`^(?i:https?)://`)
	linkAddress = regexp.MustCompile(`^(?:(?i:https?)://[^\s/?#]\S*|(?i:mailto|tel):\S+)$`)

	pictureAddress = regexp.MustCompile(`^(?:https?://[^/\s]+)?/id/[A-Za-z0-9_-]{1,64}$`)
	shownAddress   = regexp.MustCompile(
		`^(?:/id/[A-Za-z0-9_-]{1,64}|#n[0-9a-f]{8}-fn(?:ref[0-9]*)?:[0-9]+|(?i:https?)://[^\s/?#]\S*|(?i:mailto|tel):\S+)$`)
)

// houseRules changes a parsed text before it is rendered: where links and images may point, and h2 as the top heading,
// since the title of the page is h1.
type houseRules struct{}

// Transform implements parser.ASTTransformer.
func (houseRules) Transform(document *ast.Document, reader source.Reader, pc parser.Context) {
	src, b := reader.Source(), pc.(*budget)
	var links []ast.Node // changed after the walk, which must not be disturbed
	_ = ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.Heading:
			n.Level = max(n.Level, 2)
		case *ast.Link, *ast.Image, *ast.AutoLink:
			links = append(links, node)
		}
		return ast.WalkContinue, nil
	})
	for _, node := range links {
		link, address, picture := addressed(node, src)
		found := Address{To: string(bytes.TrimSpace(address)), Picture: picture}
		b.point(link, address, &found)
		b.found = append(b.found, found)
	}
}

// Address is where a link or a picture of a text points.
type Address struct {
	To      string // as it was written, hub:<id> for instance
	ID      string // what a link hub:<id> points at, "" for others
	Picture bool
	Shown   bool // readers get the link or the picture; else its words alone, or a link to the picture
	Silent  bool // a picture without an alternative text
}

// Addresses returns where the links and pictures of Markdown point, in order. It is nil for a text that takes too much
// work.
func Addresses(markdownText string) []Address {
	if !strings.ContainsAny(markdownText, "<[@") && !strings.Contains(markdownText, "http") &&
		!strings.Contains(markdownText, "www.") {
		return nil // most texts
	}
	src := validUTF8(markdownText)
	found, hasHTML, err := addresses(src)
	if err == nil && hasHTML {
		if taken, _, err := takeOver(src); err == nil {
			found, _, _ = addresses([]byte(taken))
		}
	}
	return found
}

func addresses(src []byte) (found []Address, hasHTML bool, err error) {
	defer end(&err)
	_, b := parse(src)
	return b.found, b.html, nil
}

// addressed returns a link or an image and its address. An address in angle brackets or in running text becomes an
// ordinary link, so that all follow the same rules.
func addressed(node ast.Node, src []byte) (link ast.Node, address []byte, picture bool) {
	switch n := node.(type) {
	case *ast.Image:
		return n, n.Destination, true
	case *ast.AutoLink:
		return linkOf(n, src), autoAddress(n, src), false
	case *ast.Link:
		return n, n.Destination, false
	}
	panic(overrun{errMalformed})
}

// point sets the address of a link or an image, and what became of it. A link to a forbidden address is replaced by its
// text, an image elsewhere by a link to it, with its alternative text.
func (b *budget) point(node ast.Node, destination []byte, found *Address) {
	address := bytes.TrimSpace(util.URLEscape(destination, true))
	if own := hubAddress.FindSubmatch(address); own != nil {
		found.ID, found.Shown = string(own[1]), true
		address = []byte(b.base + "/id/" + found.ID)
	}
	switch n := node.(type) {
	case *ast.Image:
		found.Silent = !n.HasChildren()
		if n.Destination = address; !found.Shown {
			b.replaceImage(n)
		}
	case *ast.Link:
		n.Destination = address
		switch {
		case found.Shown:
		case !isShown(string(address)):
			unwrap(n)
		default:
			found.Shown = true
			if webAddress.Match(address) {
				n.SetAttributeString("rel", []byte("noopener"))
			}
		}
	}
}

// isShown reports whether readers get a link to an address: one of the web, mail or telephone that the sanitizer and
// browsers can read.
func isShown(address string) bool {
	_, err := url.Parse(address)
	return err == nil && linkAddress.MatchString(address)
}

func isWebAddress(s string) bool { return webAddress.MatchString(s) && isShown(s) }

// IsWeb reports whether an address, as it is written in Markdown, is one of the web that readers get a link to.
func IsWeb(address string) bool { return isWebAddress(string(util.URLEscape([]byte(address), true))) }

// replaceImage puts a link to an image in its place, its alternative text in a link or for an address that is not of
// the web.
func (b *budget) replaceImage(image *ast.Image) {
	address := image.Destination
	web := isWebAddress(string(address))
	for up := image.Parent(); up != nil && web; up = up.Parent() {
		b.spend(1)
		_, inLink := up.(*ast.Link)
		web = !inLink
	}
	if !web {
		unwrap(image)
		return
	}
	link := ast.NewLink()
	link.Destination = address
	link.SetAttributeString("rel", []byte("noopener"))
	if !image.HasChildren() {
		label := ast.NewString(address)
		label.SetRaw(true)
		link.AppendChild(link, label)
	}
	for child := image.FirstChild(); child != nil; child = image.FirstChild() {
		link.AppendChild(link, child)
	}
	image.Parent().ReplaceChild(image.Parent(), image, link)
}

// linkOf replaces an address in angle brackets by an ordinary link, so that both follow the same rules.
func linkOf(auto *ast.AutoLink, src []byte) *ast.Link {
	label := ast.NewString(auto.Label(src))
	label.SetRaw(true)
	link := ast.NewLink()
	link.Destination = autoAddress(auto, src)
	link.AppendChild(link, label)
	auto.Parent().ReplaceChild(auto.Parent(), auto, link)
	return link
}

func autoAddress(auto *ast.AutoLink, src []byte) []byte {
	address := auto.URL(src)
	if auto.AutoLinkType == ast.AutoLinkEmail && !bytes.HasPrefix(bytes.ToLower(address), []byte("mailto:")) {
		return append([]byte("mailto:"), address...)
	}
	return address
}

// unwrap replaces a node by its children.
func unwrap(node ast.Node) {
	parent := node.Parent()
	for child := node.FirstChild(); child != nil; child = node.FirstChild() {
		parent.InsertBefore(parent, node, child)
	}
	parent.RemoveChild(parent, node)
}
