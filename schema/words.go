package schema

// PagePath returns the first part of the addresses of a content type's pages, by its name in GraphQL: /rapport/{slug}
// is the page of a Report. In addresses a word has no æ, ø or å. It is empty for any other type.
func PagePath(contentType string) string { return pagePaths[contentType] }

var pagePaths = map[string]string{
	"Practice": "praksis", "Tool": "verktoy", "Report": "rapport", "Project": "prosjekt", "Network": "nettverk", "Event": "arrangement", "Collection": "samling",
}
