package norwegian

import "strings"

// stopWords carry no meaning in a query. They are indexed all the same, for phrases and for titles that consist of
// nothing else.
var stopWords = set(
	`og i på som til en et ei av for å med de den det der at er var ble bli blir blitt har hadde ha kan kunne skal
	skulle vil ville må måtte bør burde får fikk gjør gjøre om fra ved mot mellom over under etter før når
	da så men eller ikke sin sitt sine seg han hun vi dere du jeg meg oss dem denne dette disse hva hvem hvor
	hvordan hvilke hvilken hvilket være vært også enn bare slik noe noen alle hos blant gjennom innen innenfor
	rundt samt både hver her der når nå vår våre vårt deres sitt ikkje eg ein eit dei frå korleis kva kven
	kor kvifor vere vore vart verte noko nokon nokre hjå innan kvar korleis gjer gjere her våre vårt deira sjå
	ho me dykk då medan òg men the of and to in on for with a an is are`,
)

// IsStopWord reports whether a word, as Words returns it, carries no meaning in a query.
func IsStopWord(word string) bool { return stopWords[word] }

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
