package schema

func say(nb, nn, en string) LocalText {
	return LocalText{{Language: NB, Text: nb}, {Language: NN, Text: nn}, {Language: EN, Text: en}}
}

// Word is a value of a closed list in words; the lists are named as the search facets that hold them: TYPE, KIND, LANGUAGE, EVIDENCE. Empty
// for what is on none of them.
func Word(list, value string, chain []Language) string { return words[list][value].In(chain) }

// words are the values of the closed lists, in words.
var words = map[string]map[string]LocalText{
	"TYPE": {
		"PRACTICE":     say("Praksis", "Praksis", "Practice"),
		"TOOL":         say("Verktøy", "Verktøy", "Tool"),
		"REPORT":       say("Rapport", "Rapport", "Report"),
		"PROJECT":      say("Prosjekt", "Prosjekt", "Project"),
		"NETWORK":      say("Nettverk", "Nettverk", "Network"),
		"EVENT":        say("Arrangement", "Arrangement", "Event"),
		"COLLECTION":   say("Samling", "Samling", "Collection"),
		"MUNICIPALITY": say("Kommune", "Kommune", "Municipality"),
		"ORGANIZATION": say("Organisasjon", "Organisasjon", "Organisation"),
	},
	"KIND": {
		"PRACTICE.EXPERIENCE":        say("Erfaring", "Erfaring", "Experience"),
		"PRACTICE.APPROACH":          say("Framgangsmåte", "Framgangsmåte", "Approach"),
		"PRACTICE.MODEL":             say("Modell", "Modell", "Model"),
		"PRACTICE.ADVICE":            say("Råd", "Råd", "Advice"),
		"PRACTICE.SUCCESS_STORY":     say("Suksesshistorie", "Suksesshistorie", "Success story"),
		"TOOL.TEMPLATE":              say("Mal", "Mal", "Template"),
		"TOOL.CHECKLIST":             say("Sjekkliste", "Sjekkliste", "Checklist"),
		"TOOL.GUIDE":                 say("Veileder", "Rettleiar", "Guide"),
		"TOOL.COURSE":                say("Kurs", "Kurs", "Course"),
		"TOOL.FILM":                  say("Film", "Film", "Film"),
		"TOOL.CALCULATOR":            say("Kalkulator", "Kalkulator", "Calculator"),
		"TOOL.DIGITAL_SERVICE":       say("Digital tjeneste", "Digital teneste", "Digital service"),
		"TOOL.METHOD":                say("Metode", "Metode", "Method"),
		"REPORT.RESEARCH":            say("Forskning", "Forsking", "Research"),
		"REPORT.EVALUATION":          say("Evaluering", "Evaluering", "Evaluation"),
		"REPORT.SURVEY":              say("Undersøkelse", "Undersøking", "Survey"),
		"REPORT.STATISTICS":          say("Statistikk", "Statistikk", "Statistics"),
		"REPORT.REVIEW":              say("Kunnskapsoppsummering", "Kunnskapsoppsummering", "Review"),
		"REPORT.ANNUAL":              say("Årsoversikt", "Årsoversyn", "Annual report"),
		"NETWORK.EFFICIENCY_NETWORK": say("Effektiviseringsnettverk", "Effektiviseringsnettverk", "Efficiency network"),
		"NETWORK.PILOT_COHORT":       say("Pilotgruppe", "Pilotgruppe", "Pilot cohort"),
		"NETWORK.PROFESSIONAL":       say("Fagnettverk", "Fagnettverk", "Professional network"),
	},
	"LANGUAGE": {
		"NB": say("Bokmål", "Bokmål", "Norwegian Bokmål"), "NN": say("Nynorsk", "Nynorsk", "Norwegian Nynorsk"),
		"EN": say("Engelsk", "Engelsk", "English"), "SE": say("Nordsamisk", "Nordsamisk", "Northern Sami"),
		"SMA": say("Sørsamisk", "Sørsamisk", "Southern Sami"), "SMJ": say("Lulesamisk", "Lulesamisk", "Lule Sami"),
		"FKV": say("Kvensk", "Kvensk", "Kven"),
	},
	"EVIDENCE": {
		"0": say("Idé eller under utprøving", "Idé eller under utprøving", "Idea or being tried out"),
		"1": say("Beskrevet praksis", "Skildra praksis", "Described practice"),
		"2": say("Erfaringsbasert", "Erfaringsbasert", "Experience based"),
		"3": say("Målt endring", "Målt endring", "Measured change"),
		"4": say("Sammenliknet virkning", "Samanlikna verknad", "Compared effect"),
		"5": say("Dokumentert effekt", "Dokumentert effekt", "Documented effect"),
	},
}
