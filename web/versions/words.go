package versions

import "dugnad/schema"

// All words of the pages stand here, in the order of languages.

var operators = map[schema.FigureOperator][3]string{
	"ABOUT":     {"om lag", "om lag", "about"},
	"MORE_THAN": {"mer enn", "meir enn", "more than"},
	"LESS_THAN": {"mindre enn", "mindre enn", "less than"},
	"AT_LEAST":  {"minst", "minst", "at least"},
	"AT_MOST":   {"høyst", "høgst", "at most"},
}

// units follow a number; a unit that is not here follows as its code.
var units = map[string][3]string{
	"percent":           {"\u00a0%", "\u00a0%", "%"},
	"percentage-points": {" prosentpoeng", " prosentpoeng", " percentage points"},
	"count":             {"", "", ""},
	"persons":           {" personer", " personar", " persons"},
	"municipalities":    {" kommuner", " kommunar", " municipalities"},
	"city-districts":    {" bydeler", " bydelar", " city districts"},
	"NOK":               {" kroner", " kroner", " kroner"},
	"hours":             {" timer", " timar", " hours"},
	"months":            {" måneder", " månader", " months"},
	"assignments":       {" oppdrag", " oppdrag", " assignments"},
}

// headings are those of the texts below the body, by the texts' names in the documents format.
var headings = map[string][3]string{
	"challenge":         {"Utfordringen", "Utfordringa", "The challenge"},
	"problemStatement":  {"Problemstilling", "Problemstilling", "Problem"},
	"goals":             {"Mål", "Mål", "Goals"},
	"needs":             {"Behov", "Behov", "Needs"},
	"researchQuestions": {"Spørsmål som ble stilt", "Spørsmål som vart stilte", "Questions asked"},
	"method":            {"Framgangsmåte", "Framgangsmåte", "Method"},
	"sample":            {"Hvem som ble spurt", "Kven som vart spurt", "Who was asked"},
	"howToUse":          {"Slik brukes det", "Slik blir det brukt", "How to use it"},
	"steps":             {"Slik ble det gjort", "Slik vart det gjort", "What was done"},
	"resources":         {"Ressurser", "Ressursar", "Resources"},
	"cost":              {"Kostnader", "Kostnader", "Cost"},
	"partners":          {"Samarbeidspartnere", "Samarbeidspartnarar", "Partners"},
	"preconditions":     {"Forutsetninger", "Føresetnader", "Preconditions"},
	"findings":          {"Funn", "Funn", "Findings"},
	"recommendations":   {"Anbefalinger", "Tilrådingar", "Recommendations"},
	"lessons":           {"Lærdommer", "Lærdommar", "Lessons"},
	"didNotWork":        {"Det som ikke virket", "Det som ikkje verka", "What did not work"},
	"meetings":          {"Møter", "Møte", "Meetings"},
	"programme":         {"Program", "Program", "Programme"},
	"sectors":           {"Sektorer", "Sektorar", "Sectors"},
}

var phrases = map[string][3]string{
	"tagline":   {"Kommunenes delte erfaringer", "Delte erfaringar frå kommunane", "What municipalities have learnt"},
	"language":  {"Språk", "Språk", "Language"},
	"version":   {"Versjon", "Versjon", "Version"},
	"published": {"publisert", "publisert", "published"},
	"replaced":  {"Den ble erstattet", "Han vart erstatta", "It was replaced on"},
	"newest":    {"les den nyeste", "les den nyaste", "read the newest"},
	"current":   {"Det er den nyeste.", "Det er den nyaste.", "It is the newest."},
	"figures":   {"Nøkkeltall", "Nøkkeltal", "Key figures"},
	"figure":    {"Hva", "Kva", "What"},
	"value":     {"Verdi", "Verdi", "Value"},
	"downloads": {"Filer og lenker", "Filer og lenkjer", "Files and links"},
	"cite":      {"Slik viser du til denne versjonen", "Slik viser du til denne versjonen", "How to cite this version"},
}

// ordinalDots follow the day of the month.
var ordinalDots = [3]string{".", ".", ""}

var months = [3][12]string{
	{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}
