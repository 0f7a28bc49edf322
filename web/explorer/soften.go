package explorer

import "regexp"

// joint matches the joint of a long Norwegian compound: after the endings of its first part.
var joint = regexp.MustCompile(`(\p{L}{4,}?(?:sjons|ings|itets|skaps|anse|velferds|arbeids|lærings))(\p{L}{5,})`)

// soften puts soft hyphens into long compounds, where browsers without a Norwegian dictionary would break them
// anywhere.
func soften(title string) string {
	for range 3 { // a word may have several joints
		softer := joint.ReplaceAllString(title, "$1\u00ad$2")
		if softer == title {
			break
		}
		title = softer
	}
	return title
}
