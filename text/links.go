package text

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var (
	hubAddress  = regexp.MustCompile(`^hub:([A-Za-z0-9_-]{1,64})$`)
	hubPage     = regexp.MustCompile(`^/id/[A-Za-z0-9_-]{1,64}$`)
	webAddress  = regexp.MustCompile(`^(?i:https?)://`)
	linkAddress = regexp.MustCompile(`^(?:/id/[A-Za-z0-9_-]{1,64}|(?i:https?://|mailto:|tel:)[^\s]+)$`)
)

// houseRules changes a parsed text before it is rendered: where links and images may point, and h2 as the top heading,
// since the title of the page is h1.
type houseRules struct{}

// Transform implements parser.ASTTransformer.
func (houseRules) Transform(document *ast.Document, reader source.Reader, _ parser.Context) {
	src := reader.Source()
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
		switch n := node.(type) {
		case *ast.Link:
			point(n, n.Destination)
		case *ast.AutoLink:
			point(linkOf(n, src), autoAddress(n, src))
		case *ast.Image:
			if address := resolve(n.Destination); hubPage.Match(address) {
				n.Destination = address
			} else {
				unwrap(n)
			}
		}
	}
}

// point sets the destination of a link. A link to a forbidden destination is replaced by its text.
func point(link *ast.Link, destination []byte) {
	address := resolve(destination)
	switch {
	case hubPage.Match(address):
		link.Destination = address
	case !linkAddress.Match(address):
		unwrap(link)
	case webAddress.Match(address):
		link.SetAttributeString("rel", []byte("noopener"))
	}
}

// resolve returns an address as a browser resolves it in the page, and /id/<id> for hub:<id>.
func resolve(destination []byte) []byte {
	address := bytes.TrimSpace(util.URLEscape(destination, true))
	if id := hubAddress.FindSubmatch(address); id != nil {
		return append([]byte("/id/"), id[1]...)
	}
	return address
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
