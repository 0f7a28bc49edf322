package explorer

import "strings"

// word is what the interface says, in bokmål, nynorsk and English. %s stands for what is put in.
type word [3]string

// counted is a word for one, and for none or several. %s stands for the number.
type counted struct{ one, several word }

// say puts a word, with what belongs into it, in the page's language.
func (p *page) say(w word, with ...string) string {
	text := w[p.language.index]
	for _, s := range with {
		text = strings.Replace(text, "%s", s, 1)
	}
	return text
}

func (p *page) count(n int, c counted) string {
	if n == 1 {
		return p.say(c.one, p.language.whole(n))
	}
	return p.say(c.several, p.language.whole(n))
}

// The frame.
var (
	wSkip         = word{"Hopp til innholdet", "Hopp til innhaldet", "Skip to content"}
	wSlogan       = word{"Kommuner deler det som virker", "Kommunar deler det som verkar", "Municipalities share what works"}
	wMenu         = word{"Hovedmeny", "Hovudmeny", "Main menu"}
	wSearch       = word{"Søk", "Søk", "Search"}
	wThemes       = word{"Temaer", "Tema", "Themes"}
	wMunicipality = word{"Kommune", "Kommune", "Municipality"}
	wPlaces       = word{"Kommuner", "Kommunar", "Municipalities"}
	wShare        = word{"Del erfaring", "Del erfaring", "Share experience"}
	wSignIn       = word{"Logg inn", "Logg inn", "Sign in"}
	wSignOut      = word{"Logg ut", "Logg ut", "Sign out"}
	wFooter       = word{
		"Dugnad samler praksis, verktøy, rapporter og nettverk fra integreringsarbeidet i kommunene. Innholdet eies og oppdateres av dem som har erfaringen.",
		"Dugnad samlar praksis, verktøy, rapportar og nettverk frå integreringsarbeidet i kommunane. Innhaldet er eigd og oppdatert av dei som har erfaringa.",
		"Dugnad gathers practices, tools, reports and networks from the integration work of Norwegian municipalities. The content is owned and kept up to date by those who have the experience.",
	}
	wSources    = word{"Kart og tall: Kartverket, SSB og IMDi.", "Kart og tal: Kartverket, SSB og IMDi.", "Maps and figures: Kartverket, Statistics Norway and IMDi."}
	wUse        = word{"Bruk innholdet", "Bruk innhaldet", "Use the content"}
	wAPI        = word{"API og åpne data", "API og opne data", "API and open data"}
	wFeed       = word{"Nyhetsstrøm (Atom)", "Nyhendestraum (Atom)", "News feed (Atom)"}
	wHelp       = word{"Hjelp", "Hjelp", "Help"}
	wAbout      = word{"Om Dugnad", "Om Dugnad", "About Dugnad"}
	wHere       = word{"Du er her", "Du er her", "You are here"}
	wFront      = word{"Forside", "Framside", "Front page"}
	wLanguages  = word{"Språk", "Språk", "Language"}
	wSearchIn   = word{"Søk i Dugnad", "Søk i Dugnad", "Search Dugnad"}
	wForExample = word{"For eksempel boveiledning", "Til dømes burettleiing", "For example housing guidance"}
)

// The pages that say why there is no page.
var (
	wNotFound     = word{"Denne siden finnes ikke", "Denne sida finst ikkje", "There is no such page"}
	wNotFoundWhy  = word{"Innholdet kan være trukket tilbake, eller adressen er feil. Søk etter det du trenger:", "Innhaldet kan vere trekt tilbake, eller adressa er feil. Søk etter det du treng:", "The content may have been withdrawn, or the address is wrong. Search for what you need:"}
	wBadRequest   = word{"Adressen gir ikke mening", "Adressa gjev ikkje meining", "The address makes no sense"}
	wBadWhy       = word{"Noe i adressen er ikke et valg vi har. Begynn på nytt med et søk:", "Noko i adressa er ikkje eit val vi har. Byrja på nytt med eit søk:", "Something in the address is not a choice that we have. Start again with a search:"}
	wUnavailable  = word{"Søket er nede akkurat nå", "Søket er nede akkurat no", "Search is down at the moment"}
	wUnavailWhy   = word{"Vi er på saken. Innholdet er her fortsatt:", "Vi er på saka. Innhaldet er her framleis:", "We are on it. The content is still here:"}
	wFailed       = word{"Noe gikk galt hos oss", "Noko gjekk gale hos oss", "Something went wrong on our side"}
	wFailedWhy    = word{"Feilen er skrevet i loggen. Prøv igjen om litt.", "Feilen er skriven i loggen. Prøv igjen om litt.", "The error is in our log. Try again in a while."}
	wToFront      = word{"Til forsiden", "Til framsida", "To the front page"}
	wAllByTheme   = word{"Alt etter tema", "Alt etter tema", "Everything by theme"}
	wMembersOnly  = word{"Bare for medlemmer", "Berre for medlemer", "Members only"}
	wNotThisLang  = word{"Finnes ikke på bokmål.", "Finst ikkje på nynorsk.", "Not available in English."}
	wOriginalIs   = word{"Teksten er på %s.", "Teksten er på %s.", "The text is in %s."}
	wAndMore      = word{"%s og %s til", "%s og %s til", "%s and %s more"}
	wAnd          = word{"%s og %s", "%s og %s", "%s and %s"}
	wLevel        = word{"nivå %s av 5", "nivå %s av 5", "level %s of 5"}
	wThen         = word{"den gang %s", "den gongen %s", "then %s"}
	wOngoing      = word{"i ordinær drift", "i ordinær drift", "in ordinary operation"}
	wYear         = word{"År", "År", "Year"}
	wRemove       = word{"fjern", "fjern", "remove"}
	wMunicipCount = counted{
		word{"1 kommune", "1 kommune", "1 municipality"}, word{"%s kommuner", "%s kommunar", "%s municipalities"},
	}
)

// The front page.
var (
	wPopular     = word{"Prøv:", "Prøv:", "Try:"}
	wByTheme     = word{"Etter tema", "Etter tema", "By theme"}
	wByThemeWhy  = word{"Temaene, med det som er delt om hvert.", "Temaa, med det som er delt om kvart.", "The themes, with what is shared about each."}
	wLikeYours   = word{"Kommuner som din", "Kommunar som din", "Municipalities like yours"}
	wLikeWhy     = word{"Like i størrelse og økonomi (KOSTRA-gruppe).", "Like i storleik og økonomi (KOSTRA-gruppe).", "Alike in size and economy (KOSTRA group)."}
	wMyPlace     = word{"Min kommune", "Min kommune", "My municipality"}
	wShow        = word{"Vis", "Vis", "Show"}
	wSearchLike  = word{"Søk hos kommuner som ligner", "Søk hos kommunar som liknar", "Search in similar municipalities"}
	wLastShared  = word{"Sist delt", "Sist delt", "Latest"}
	wFollow      = word{"Følg med i ", "Følg med i ", "Follow the "}
	wTheFeed     = word{"nyhetsstrømmen", "nyhendestraumen", "news feed"}
	wAllNewest   = word{"Alt, nyeste først", "Alt, nyaste først", "Everything, newest first"}
	wPicked      = word{"Redaksjonens utvalg", "Utvalet til redaksjonen", "The editors' choice"}
	wPickedBy    = word{"Satt sammen av %s. Rekkefølgen er redaksjonens.", "Sett saman av %s. Rekkjefølgja er redaksjonen si.", "Put together by %s. The order is the editors'."}
	wTried       = word{"Har dere prøvd noe?", "Har de prøvd noko?", "Have you tried something?"}
	wTriedWhy    = word{"Seks spørsmål, under ti minutter på telefon. Det som ikke virket, er like nyttig.", "Seks spørsmål, under ti minutt på telefon. Det som ikkje verka, er like nyttig.", "Six questions, under ten minutes on a telephone. What did not work is just as useful."}
	wHero        = word{"Se hva andre kommuner gjorde, og om det virket", "Sjå kva andre kommunar gjorde, og om det verka", "See what other municipalities did, and whether it worked"}
	wHeroWhy     = word{"Praksis, verktøy, rapporter og nettverk fra integreringsarbeidet, delt av dem som gjør det.", "Praksis, verktøy, rapportar og nettverk frå integreringsarbeidet, delt av dei som gjer det.", "Practices, tools, reports and networks from integration work, shared by those who do it."}
	wPlaceExists = word{"Navn på en kommune, også gamle navn", "Namn på ein kommune, òg gamle namn", "Name of a municipality, former names too"}
)

// Search.
var (
	wHitsOn      = counted{word{"1 treff på «%s»", "1 treff på «%s»", "1 result for “%s”"}, word{"%s treff på «%s»", "%s treff på «%s»", "%s results for “%s”"}}
	wHits        = counted{word{"1 treff", "1 treff", "1 result"}, word{"%s treff", "%s treff", "%s results"}}
	wShowHits    = counted{word{"Vis 1 treff", "Vis 1 treff", "Show 1 result"}, word{"Vis %s treff", "Vis %s treff", "Show %s results"}}
	wAtLeast     = word{"minst ", "minst ", "at least "}
	wNarrow      = word{"Avgrens", "Avgrens", "Filter"}
	wNarrowN     = word{"Avgrens (%s)", "Avgrens (%s)", "Filter (%s)"}
	wTheme       = word{"Tema", "Tema", "Theme"}
	wType        = word{"Type innhold", "Type innhald", "Type of content"}
	wKind        = word{"Slag", "Slag", "Kind"}
	wEvidence    = word{"Kunnskapsgrunnlag", "Kunnskapsgrunnlag", "Evidence"}
	wTargetGroup = word{"Målgruppe", "Målgruppe", "Target group"}
	wMethod      = word{"Metode", "Metode", "Method"}
	wCounty      = word{"Fylke", "Fylke", "County"}
	wOrg         = word{"Organisasjon", "Organisasjon", "Organisation"}
	wLanguage    = word{"Språk", "Språk", "Language"}
	wLike        = word{"Ligner", "Liknar", "Like"}
	wSimilarTo   = word{"Kommuner som ligner %s", "Kommunar som liknar %s", "Municipalities like %s"}
	wFindPlace   = word{"Finn kommune, også gamle navn", "Finn kommune, òg gamle namn", "Find municipality, former names too"}
	wFind        = word{"Finn", "Finn", "Find"}
	wChosen      = word{"Valgte filtre", "Valde filter", "Chosen filters"}
	wChosenShort = word{"Valgt", "Valde", "Chosen"}
	wMostHits    = word{"Flest treff", "Flest treff", "Most results"}
	wMatches     = word{"Passer med «%s»", "Passar med «%s»", "Matches “%s”"}
	wNoPlace     = word{"Ingen kommune heter det.", "Ingen kommune heiter det.", "No municipality has that name."}
	wRemoveAll   = word{"Fjern alle", "Fjern alle", "Remove all"}
	wShowAll     = word{"Vis alle", "Vis alle", "Show all"}
	wSort        = word{"Sorter", "Sorter", "Sort"}
	wRelevance   = word{"Mest relevant", "Mest relevant", "Most relevant"}
	wNewestSort  = word{"Nyeste", "Nyaste", "Newest"}
	wTitleSort   = word{"Tittel", "Tittel", "Title"}
	wView        = word{"Visning", "Vising", "View"}
	wList        = word{"Liste", "Liste", "List"}
	wMap         = word{"Kart", "Kart", "Map"}
	wMapText     = word{
		"Kart over kommuner i Norge. En prikk er en kommune; jo større sirkel, jo flere treff. De samme tallene står i tabellen under.",
		"Kart over kommunar i Noreg. Ein prikk er ein kommune; di større sirkel, di fleire treff. Dei same tala står i tabellen under.",
		"Map of municipalities in Norway. A dot is a municipality; the larger the circle, the more results. The same numbers are in the table below.",
	}
	wMapTable   = word{"Treff etter kommune", "Treff etter kommune", "Results by municipality"}
	wMapMost    = word{"De 100 kommunene med flest treff.", "Dei 100 kommunane med flest treff.", "The 100 municipalities with most results."}
	wNoPlaces   = word{"Ingen av treffene gjelder en bestemt kommune.", "Ingen av treffa gjeld ein bestemt kommune.", "None of the results concerns a particular municipality."}
	wMore       = word{"Vis flere treff", "Vis fleire treff", "Show more results"}
	wInstead    = word{"Mente du ", "Meinte du ", "Did you mean "}
	wWithout    = word{"Ikke alle ordene finnes i treffene: %s", "Ikkje alle orda finst i treffa: %s", "Not all words are in the results: %s"}
	wNoHits     = word{"Ingen treff", "Ingen treff", "No results"}
	wNoHitsOn   = word{"Ingen treff på «%s»", "Ingen treff på «%s»", "No results for “%s”"}
	wNoHitsWhy  = word{"Ingen har delt noe om dette med de filtrene du har valgt.", "Ingen har delt noko om dette med dei filtera du har valt.", "Nobody has shared anything about this with the filters that you have chosen."}
	wNobody     = word{"Ingen har delt noe om dette ennå. Prøv færre eller andre ord.", "Ingen har delt noko om dette enno. Prøv færre eller andre ord.", "Nobody has shared anything about this yet. Try fewer or other words."}
	wRemoveOne  = word{"Fjern «%s: %s»", "Fjern «%s: %s»", "Remove “%s: %s”"}
	wNear       = word{"Nær det du søkte etter", "Nær det du søkte etter", "Close to what you searched for"}
	wTriedSelf  = word{"Har dere prøvd noe selv?", "Har de prøvd noko sjølve?", "Have you tried something yourselves?"}
	wReviewed   = word{"Seks spørsmål, under ti minutter. Redaktøren i kommunen din ser gjennom før det blir synlig.", "Seks spørsmål, under ti minutt. Redaktøren i kommunen din ser gjennom før det blir synleg.", "Six questions, under ten minutes. The editor of your municipality looks through it before it is shown."}
	wAlsoPlaces = word{"Se også:", "Sjå òg:", "See also:"}
)

// Pages of content.
var (
	wAboutThis = map[string]word{
		"Practice": {"Om praksisen", "Om praksisen", "About the practice"}, "Tool": {"Om verktøyet", "Om verktøyet", "About the tool"},
		"Report": {"Om rapporten", "Om rapporten", "About the report"}, "Project": {"Om prosjektet", "Om prosjektet", "About the project"},
		"Network": {"Om nettverket", "Om nettverket", "About the network"}, "Event": {"Om arrangementet", "Om arrangementet", "About the event"},
		"Collection": {"Om samlingen", "Om samlinga", "About the collection"},
	}
	wOnPage        = word{"På siden", "På sida", "On this page"}
	wShareEmbed    = word{"Del og bygg inn", "Del og bygg inn", "Share and embed"}
	wDownload      = word{"Last ned", "Last ned", "Download"}
	wDownloadAs    = word{"Last ned (%s)", "Last ned (%s)", "Download (%s)"}
	wOpenTool      = word{"Åpne verktøyet", "Opne verktøyet", "Open the tool"}
	wChallenge     = word{"Utfordringen", "Utfordringa", "The challenge"}
	wGoals         = word{"Mål", "Mål", "Goals"}
	wSteps         = word{"Slik gjorde de det", "Slik gjorde dei det", "What they did"}
	wToolSteps     = word{"Steg for steg", "Steg for steg", "Step by step"}
	wResults       = word{"Resultater", "Resultat", "Results"}
	wNotMeasured   = word{"Det er ikke målt. Kilden har ikke før- og ettertall.", "Det er ikkje målt. Kjelda har ikkje tal før og etter.", "It was not measured. The source has no figures from before and after."}
	wBeforeAfter   = word{"Før og etter", "Før og etter", "Before and after"}
	wMeasure       = word{"Mål", "Mål", "Measure"}
	wBefore        = word{"Før", "Før", "Before"}
	wAfter         = word{"Etter", "Etter", "After"}
	wChange        = word{"Endring", "Endring", "Change"}
	wUpBy          = word{"Opp %s", "Opp %s", "Up %s"}
	wDownBy        = word{"Ned %s", "Ned %s", "Down %s"}
	wUnchanged     = word{"Uendret", "Uendra", "Unchanged"}
	wCircles       = word{"Åpen sirkel er før, fylt er etter. Skalaen går fra 0 til %s.", "Open sirkel er før, fylt er etter. Skalaen går frå 0 til %s.", "The open circle is before, the filled one after. The scale goes from 0 to %s."}
	wCirclesEach   = word{"Åpen sirkel er før, fylt er etter. Hver linje har sin egen skala, fra 0.", "Open sirkel er før, fylt er etter. Kvar linje har sin eigen skala, frå 0.", "The open circle is before, the filled one after. Each line has a scale of its own, from 0."}
	wDidNotWork    = word{"Det som ikke virket", "Det som ikkje verka", "What did not work"}
	wLessons       = word{"Det vi lærte", "Det vi lærte", "What was learnt"}
	wDoesItWork    = word{"Virker det?", "Verkar det?", "Does it work?"}
	wDirection     = word{"Retning", "Retning", "Direction"}
	wTakes         = word{"Hva det krever", "Kva det krev", "What it takes"}
	wResources     = word{"Folk og tid", "Folk og tid", "People and time"}
	wCost          = word{"Penger", "Pengar", "Money"}
	wPreconditions = word{"Må være på plass", "Må vere på plass", "Must be in place"}
	wSuits         = word{"Passer for", "Passar for", "Suits"}
	wUsefulFor     = word{"Nyttig for", "Nyttig for", "Useful for"}
	wBasedOn       = word{"Bygger på", "Byggjer på", "Based on"}
	wUseWith       = word{"Bruk sammen med", "Bruk saman med", "Use with"}
	wUsedIn        = word{"Brukt i", "Brukt i", "Used in"}
	wHowToUse      = word{"Slik bruker du det", "Slik bruker du det", "How to use it"}
	wLicence       = word{"Lisens", "Lisens", "Licence"}
	wRunningTime   = word{"Spilletid", "Speletid", "Running time"}
	wSectors       = word{"Sektorer", "Sektorar", "Sectors"}
	wMinutes       = counted{word{"1 minutt", "1 minutt", "1 minute"}, word{"%s minutter", "%s minutt", "%s minutes"}}
	wFindings      = word{"Funn", "Funn", "Findings"}
	wAdvice        = word{"Anbefalinger", "Tilrådingar", "Recommendations"}
	wKeyFigures    = word{"Nøkkeltall", "Nøkkeltal", "Key figures"}
	wAllFigures    = word{"Alle nøkkeltall", "Alle nøkkeltal", "All key figures"}
	wValue         = word{"Verdi", "Verdi", "Value"}
	wFigureNote    = word{"n er antall personer eller enheter bak tallet. «–» betyr at kilden ikke opplyser det.", "n er talet på personar eller einingar bak talet. «–» tyder at kjelda ikkje opplyser det.", "n is the number of persons or units behind the figure. “–” means that the source does not say."}
	wScrollFigures = word{"Tabell med nøkkeltall", "Tabell med nøkkeltal", "Table of key figures"}
	wScrollResults = word{"Tabell med resultater", "Tabell med resultat", "Table of results"}
	wNames         = word{"Navn og nummer slik de var da, med kommunen i dag.", "Namn og nummer slik dei var då, med kommunen i dag.", "Names and numbers as they were then, with the municipality of today."}
	wThenWas       = word{"da %s", "då %s", "then %s"}
	wRelated       = word{"Henger sammen med", "Heng saman med", "Related"}
	wAlike         = word{"Ligner på dette", "Liknar på dette", "Similar to this"}
	wSeries        = word{"Deler av serien", "Delar av serien", "Parts of the series"}
	wReadingThis   = word{"du leser denne", "du les denne", "you are reading this"}
	wPublisher     = word{"Eier", "Eigar", "Owner"}
	wMethodIs      = word{"Metode", "Metode", "Method"}
	wSample        = word{"Utvalg", "Utval", "Sample"}
	wSeriesName    = word{"Serie", "Serie", "Series"}
	wEdition       = word{"Utgave", "Utgåve", "Edition"}
	wFunding       = word{"Finansiering", "Finansiering", "Funding"}
	wPeriod        = word{"Periode", "Periode", "Period"}
	wProjectNumber = word{"Prosjektnummer", "Prosjektnummer", "Project number"}
	wAmount        = word{"Beløp", "Beløp", "Amount"}
	wProblem       = word{"Problemstilling", "Problemstilling", "Problem statement"}
	wQuestions     = word{"Forskningsspørsmål", "Forskingsspørsmål", "Research questions"}
	wNeeds         = word{"Behov", "Behov", "Needs"}
	wMeetings      = word{"Samlinger", "Samlingar", "Meetings"}
	wMembers       = word{"Medlemmer", "Medlemer", "Members"}
	wWhen          = word{"Når", "Når", "When"}
	wWhere         = word{"Hvor", "Kvar", "Where"}
	wOnline        = word{"På nett", "På nett", "Online"}
	wProgramme     = word{"Program", "Program", "Programme"}
	wParticipants  = word{"Deltakere", "Deltakarar", "Participants"}
	wPartners      = word{"Partnere", "Partnarar", "Partners"}
	wLaw           = word{"Lov", "Lov", "Law"}
	wContacts      = word{"Spør kontakten", "Spør kontakten", "Ask the contact"}
	wFunction      = word{"En funksjon, ikke en privatperson", "Ein funksjon, ikkje ein privatperson", "A function, not a private person"}
	wVersion       = word{"Varig lenke til denne utgaven", "Varig lenkje til denne utgåva", "Permanent link to this version"}
	wLink          = word{"Lenke", "Lenkje", "Link"}
	wPublishedAt   = word{"Publisert her", "Publisert her", "Published here"}
	wUpdatedAt     = word{"Oppdatert", "Oppdatert", "Updated"}
	wRatedBy       = word{"Vurdert av %s.", "Vurdert av %s.", "Rated by %s."}
	wPages         = counted{word{"1 side", "1 side", "1 page"}, word{"%s sider", "%s sider", "%s pages"}}
	wDistricts     = word{"Bydeler i Oslo", "Bydelar i Oslo", "Districts of Oslo"}
	wNotOnline     = word{"Ingen adresse er kjent.", "Inga adresse er kjend.", "No address is known."}
)

// Places, themes and organisations.
var (
	wPlaceLine      = word{"Kommune %s i %s.", "Kommune %s i %s.", "Municipality %s in %s."}
	wBecame         = word{"%s ble %s.", "%s vart %s.", "%s became %s."}
	wBecameOn       = word{"%s ble %s i %s; innhold om dem vises her.", "%s vart %s i %s; innhald om dei blir vist her.", "%s became %s in %s; content about them is shown here."}
	wFormerPlace    = word{"Tidligere kommune %s.", "Tidlegare kommune %s.", "Former municipality %s."}
	wNowPartOf      = word{"Er i dag en del av ", "Er i dag ein del av ", "Today part of "}
	wNumberBefore   = word{"Nummeret var %s til %s.", "Nummeret var %s til %s.", "The number was %s until %s."}
	wInhabitants    = word{"Innbyggere, %s", "Innbyggjarar, %s", "Inhabitants, %s"}
	wKostra         = word{"KOSTRA-gruppe", "KOSTRA-gruppe", "KOSTRA group"}
	wCentrality     = word{"Sentralitet, %s", "Sentralitet, %s", "Centrality, %s"}
	wOf6            = word{"%s av 6", "%s av 6", "%s of 6"}
	wSamiArea       = word{"Samisk forvaltningsområde", "Samisk forvaltingsområde", "Sami administrative area"}
	wYes            = word{"Ja", "Ja", "Yes"}
	wSearchShared   = word{"Søk i det %s deler", "Søk i det %s deler", "Search what %s shares"}
	wSharesAndPart  = word{"Deler og er med på", "Deler og er med på", "Shares and takes part in"}
	wNothingShared  = word{"%s har ikke delt noe ennå.", "%s har ikkje delt noko enno.", "%s has not shared anything yet."}
	wTakenUp        = word{"Har tatt i bruk", "Har teke i bruk", "Has taken into use"}
	wNothingTaken   = word{"%s har ikke meldt fra om noe ennå.", "%s har ikkje meldt frå om noko enno.", "%s has not reported anything yet."}
	wSimilarPlaces  = word{"Kommuner som ligner %s", "Kommunar som liknar %s", "Municipalities like %s"}
	wSameCentrality = word{"Samme sentralitet", "Same sentralitet", "Same centrality"}
	wNearPopulation = word{"Nær i folketall", "Nær i folketal", "Near in population"}
	wPopulationAt   = word{"Folketall 1. januar %s.", "Folketal 1. januar %s.", "Population on 1 January %s."}
	wMapOfPlace     = word{"Kart: der %s ligger i Norge. Kommuner som ligner, er markert.", "Kart: der %s ligg i Noreg. Kommunar som liknar, er markerte.", "Map: where %s is in Norway. Similar municipalities are marked."}
	wShowAllN       = word{"Vis alle %s", "Vis alle %s", "Show all %s"}
	wPlacesLede     = word{"Finn en kommune, og se hva den deler, er med på og har tatt i bruk.", "Finn ein kommune, og sjå kva han deler, er med på og har teke i bruk.", "Find a municipality, and see what it shares, takes part in and has taken into use."}
	wThemesLede     = word{"Alt som er delt, etter hva det handler om.", "Alt som er delt, etter kva det handlar om.", "Everything that is shared, by what it is about."}
	wBelow          = word{"Undertemaer", "Undertema", "Below this theme"}
	wNothingHere    = word{"Ingen har delt noe her ennå.", "Ingen har delt noko her enno.", "Nobody has shared anything here yet."}
	wOrgLede        = word{"Det %s eier, har gitt ut eller er med på.", "Det %s eig, har gjeve ut eller er med på.", "What %s owns, has published or takes part in."}
	wOwnPages       = word{"Egne nettsider", "Eigne nettsider", "Own website"}
)

var roles = map[string]word{
	"PILOT": {"Pilot", "Pilot", "Pilot"}, "CASE": {"Casekommune", "Casekommune", "Case"}, "EXAMPLE": {"Eksempelkommune", "Døme", "Example"},
	"SITE": {"Prosjektsted", "Prosjektstad", "Site"}, "OWNER": {"Eier", "Eigar", "Owner"}, "USER": {"Har tatt i bruk", "Har teke i bruk", "User"},
	"RESPONDENT": {"Svarte i undersøkelsen", "Svara i undersøkinga", "Respondent"}, "MEMBER": {"Medlem", "Medlem", "Member"}, "HOST": {"Vertskommune", "Vertskommune", "Host"},
}

// placesOfRole are headings over municipalities that have a part.
var placesOfRole = map[string]word{
	"PILOT": {"Pilotkommuner", "Pilotkommunar", "Pilot municipalities"}, "CASE": {"Casekommuner", "Casekommunar", "Case municipalities"},
	"EXAMPLE": {"Eksempelkommuner", "Kommunar som døme", "Example municipalities"}, "SITE": {"Prosjektsteder", "Prosjektstader", "Sites"},
	"OWNER": {"Kommunene bak", "Kommunane bak", "The municipalities behind it"}, "USER": {"Tatt i bruk av", "Teke i bruk av", "Taken into use by"},
	"RESPONDENT": {"Kommuner som svarte", "Kommunar som svara", "Respondents"}, "MEMBER": {"Medlemskommuner", "Medlemskommunar", "Members"}, "HOST": {"Vertskommuner", "Vertskommunar", "Hosts"},
}

var organizationRoles = map[string]word{
	"PUBLISHER": {"Utgiver", "Utgjevar", "Publisher"}, "COMMISSIONER": {"Oppdragsgiver", "Oppdragsgjevar", "Commissioned by"}, "AUTHOR": {"Utført av", "Utført av", "Carried out by"},
	"SUPPLIER": {"Leverandør", "Leverandør", "Supplier"}, "FUNDER": {"Finansiert av", "Finansiert av", "Funded by"}, "PARTNER": {"Partner", "Partnar", "Partner"},
	"LEAD": {"Ledet av", "Leidd av", "Led by"}, "ORGANISER": {"Arrangør", "Arrangør", "Organiser"},
}

var directions = map[string]word{
	"POSITIVE": {"Positiv virkning", "Positiv verknad", "Positive effect"}, "NEGATIVE": {"Negativ virkning", "Negativ verknad", "Negative effect"},
	"MIXED": {"Blandet", "Blanda", "Mixed"}, "NO_DIFFERENCE": {"Ingen forskjell", "Ingen skilnad", "No difference"}, "UNKNOWN": {"Ikke målt", "Ikkje målt", "Not measured"},
}

// relations are what an entry is to the one whose page shows it, by type and direction.
var relations = map[string]word{
	"PART_OF.OUT": {"Dette er en del av", "Dette er ein del av", "This is part of"}, "PART_OF.IN": {"Del av dette", "Del av dette", "Part of this"},
	"CONTAINS.OUT": {"I denne samlingen", "I denne samlinga", "In this collection"}, "CONTAINS.IN": {"Samling der dette er med", "Samling der dette er med", "Collection with this"},
	"FOLLOWS.OUT": {"Kom før", "Kom før", "Came before"}, "FOLLOWS.IN": {"Kom etter", "Kom etter", "Came after"},
	"BASED_ON.OUT": {"Dette bygger på", "Dette byggjer på", "This is based on"}, "BASED_ON.IN": {"Bygger på dette", "Byggjer på dette", "Based on this"},
	"SUMMARISES.OUT": {"Dette oppsummerer", "Dette oppsummerer", "This summarises"}, "SUMMARISES.IN": {"Oppsummerer dette", "Oppsummerer dette", "Summarises this"},
	"ILLUSTRATES.OUT": {"Dette viser i praksis", "Dette viser i praksis", "This illustrates"}, "ILLUSTRATES.IN": {"Viser dette i praksis", "Viser dette i praksis", "Illustrates this"},
	"EVALUATES.OUT": {"Dette evaluerer", "Dette evaluerer", "This evaluates"}, "EVALUATES.IN": {"Evaluerer dette", "Evaluerer dette", "Evaluates this"},
	"ADAPTED_FROM.OUT": {"Dette er tilpasset fra", "Dette er tilpassa frå", "This is adapted from"}, "ADAPTED_FROM.IN": {"Tilpasset fra dette", "Tilpassa frå dette", "Adapted from this"},
	"INSPIRED_BY.OUT": {"Inspirasjon til dette", "Inspirasjon til dette", "Inspired this"}, "INSPIRED_BY.IN": {"Inspirert av dette", "Inspirert av dette", "Inspired by this"},
	"REPLACES.OUT": {"Dette erstatter", "Dette erstattar", "This replaces"}, "REPLACES.IN": {"Erstatter dette", "Erstattar dette", "Replaces this"},
	"SEE_ALSO.OUT": {"Se også", "Sjå òg", "See also"}, "SEE_ALSO.IN": {"Se også", "Sjå òg", "See also"},
}

// What the hub says of itself.
var (
	wHowRated    = word{"Slik setter vi nivå på kunnskapsgrunnlaget", "Slik set vi nivå på kunnskapsgrunnlaget", "How we rate the evidence"}
	wHowRatedWhy = word{
		"Nivået sier hvor godt vi vet at noe virker. Retningen, om virkningen var positiv, negativ eller ingen, står for seg. Et lavt nivå er ikke en dårlig karakter: det meste av det kommunene prøver, er ikke målt ennå.",
		"Nivået seier kor godt vi veit at noko verkar. Retninga, om verknaden var positiv, negativ eller ingen, står for seg. Eit lågt nivå er ikkje ein dårleg karakter: det meste av det kommunane prøver, er ikkje målt enno.",
		"The level says how well we know that something works. The direction, whether the effect was positive, negative or none, stands apart. A low level is no bad mark: most of what municipalities try has not been measured yet.",
	}
	wPrivacy    = word{"Personvern", "Personvern", "Privacy"}
	wPrivacyWhy = word{
		"Du kan lese alt uten å logge inn. Sidene setter ingen informasjonskapsler før du logger inn, og ingen andre enn oss får vite hva du leser. Søkeord blir talt uten hvem som søkte, og vist for redaktørene først når mange har søkt etter det samme.",
		"Du kan lese alt utan å logge inn. Sidene set ingen informasjonskapslar før du loggar inn, og ingen andre enn oss får vite kva du les. Søkjeord blir talde utan kven som søkte, og viste for redaktørane først når mange har søkt etter det same.",
		"You can read everything without signing in. The pages set no cookies before you sign in, and nobody but us learns what you read. Words of searches are counted without who searched, and shown to editors only when many have searched for the same.",
	}
	wAccessible    = word{"Tilgjengelighet", "Tilgjenge", "Accessibility"}
	wAccessibleWhy = word{
		"Dugnad skal kunne brukes av alle, og følger WCAG 2.2 på nivå AA. Sidene virker uten JavaScript, med tastatur, med skjermleser og ved 400 prosent forstørring.",
		"Dugnad skal kunne brukast av alle, og følgjer WCAG 2.2 på nivå AA. Sidene verkar utan JavaScript, med tastatur, med skjermlesar og ved 400 prosent forstørring.",
		"Dugnad is for everybody, and follows WCAG 2.2 at level AA. The pages work without JavaScript, with a keyboard, with a screen reader and at 400 per cent zoom.",
	}
)

// levels are what each level of evidence means, from 0 to 5.
var levels = []word{
	{"Noen tenker på det, eller prøver det nå.", "Nokon tenkjer på det, eller prøver det no.", "Somebody is thinking of it, or trying it now."},
	{"Det er beskrevet hva som ble gjort, men ikke om det virket.", "Det er skildra kva som vart gjort, men ikkje om det verka.", "What was done is described, but not whether it worked."},
	{"Kommuner eller brukere forteller om nytte. Ingen har sammenliknet.", "Kommunar eller brukarar fortel om nytte. Ingen har samanlikna.", "Municipalities or users tell of benefit. Nobody has compared."},
	{"Det er målt før og etter.", "Det er målt før og etter.", "It was measured before and after."},
	{"Det er sammenliknet med noen som ikke fikk det.", "Det er samanlikna med nokon som ikkje fekk det.", "It was compared with some who did not get it."},
	{"Flere gode studier viser den samme virkningen.", "Fleire gode studiar viser den same verknaden.", "Several good studies show the same effect."},
}

var wMoreTakePart = word{"Andre som er med", "Andre som er med", "Others who take part"}

var (
	wMadeFor       = word{"%s for %s", "%s for %s", "%s for %s"}
	wHowRatedShort = word{"Slik setter vi nivå", "Slik set vi nivå", "How we rate"}
	wCopy          = word{"Kopier", "Kopier", "Copy"}
	wCopied        = word{"Kopiert", "Kopiert", "Copied"}
	wShares        = word{"Andelene i kilden, i prosent", "Delane i kjelda, i prosent", "The shares in the source, in per cent"}
)

var (
	wByCounty   = word{"Etter fylke", "Etter fylke", "By county"}
	wPlacesIn   = word{"Kommuner i %s", "Kommunar i %s", "Municipalities in %s"}
	wHitsColumn = word{"Treff", "Treff", "Results"}
	wSearchHere = word{"Søk og avgrens", "Søk og avgrens", "Search and filter"}
	wPieces     = counted{word{"1 treff", "1 treff", "1 item"}, word{"%s treff", "%s treff", "%s items"}}
)

// What is shown in other sites.
var (
	wFrom        = word{"Fra", "Frå", "From"}
	wFromDugnad  = word{"Fra Dugnad", "Frå Dugnad", "From Dugnad"}
	wGone        = word{"Dette innholdet er ikke tilgjengelig lenger.", "Dette innhaldet er ikkje tilgjengeleg lenger.", "This content is no longer available."}
	wEmbedFailed = word{"Innholdet kan ikke vises akkurat nå.", "Innhaldet kan ikkje visast akkurat no.", "The content cannot be shown at the moment."}
	wOpensHere   = word{"Søk i Dugnad", "Søk i Dugnad", "Search in Dugnad"}
	wCardCode    = word{"Kort på egen side", "Kort på eiga side", "A card on your own page"}
	wListCode    = word{"Liste på egen side", "Liste på eiga side", "A list on your own page"}
	wSearchCode  = word{"Søkefelt på egen side", "Søkjefelt på eiga side", "A search field on your own page"}
	wFrameCode   = word{"Uten JavaScript (iframe)", "Utan JavaScript (iframe)", "Without JavaScript (iframe)"}
	wCodeOf      = word{"Kode: %s", "Kode: %s", "Code: %s"}
	wFallback    = word{"Uten JavaScript viser kortet lenken.", "Utan JavaScript syner kortet lenkja.", "Without JavaScript the card shows the link."}
	wPreview     = word{"Slik ser det ut", "Slik ser det ut", "How it looks"}
	wHowToEmbed  = word{"Alt om å bygge inn", "Alt om å byggje inn", "All about embedding"}
)

// Feedback.
var (
	wDidYouFind   = word{"Fant du det du lette etter?", "Fann du det du leita etter?", "Did you find what you were looking for?"}
	wNo           = word{"Nei", "Nei", "No"}
	wNameless     = word{"Svaret er uten navn.", "Svaret er utan namn.", "The answer is anonymous."}
	wThanks       = word{"Takk for svaret", "Takk for svaret", "Thank you for the answer"}
	wThanksShort  = word{"Takk for svaret.", "Takk for svaret.", "Thank you for the answer."}
	wThanksFound  = word{"Godt at du fant det.", "Godt at du fann det.", "Good that you found it."}
	wThanksMissed = word{"Vi bruker svarene til å se hva som mangler.", "Vi bruker svara til å sjå kva som manglar.", "We use the answers to see what is missing."}
	wBack         = word{"Tilbake til siden", "Tilbake til sida", "Back to the page"}
)

// Sharing an experience.
var (
	wNoMember         = word{"Kontoen din er ikke knyttet til en kommune eller organisasjon. Be administratoren der om å legge deg til.", "Kontoen din er ikkje knytt til ein kommune eller organisasjon. Be administratoren der om å leggje deg til.", "Your account does not belong to a municipality or organisation. Ask the administrator there to add you."}
	wSignInToShare    = word{"Logg inn for å dele. Det du skriver, blir et utkast som redaktøren i kommunen din ser gjennom.", "Logg inn for å dele. Det du skriv, blir eit utkast som redaktøren i kommunen din ser gjennom.", "Sign in to share. What you write becomes a draft that the editor of your municipality looks through."}
	wSixQuestions     = word{"De seks spørsmålene", "Dei seks spørsmåla", "The six questions"}
	wForWhom          = word{"Hvem deler du for?", "Kven deler du for?", "Whom do you share for?"}
	wQ1               = word{"Hva gjorde dere?", "Kva gjorde de?", "What did you do?"}
	wQ1Hint           = word{"Én setning, som en overskrift.", "Éi setning, som ei overskrift.", "One sentence, like a headline."}
	wQ2               = word{"Hva var utfordringen?", "Kva var utfordringa?", "What was the challenge?"}
	wQ2Hint           = word{"Hva var det som ikke fungerte, og for hvem?", "Kva var det som ikkje fungerte, og for kven?", "What did not work, and for whom?"}
	wQ3               = word{"Hvordan gikk dere fram?", "Korleis gjekk de fram?", "How did you go about it?"}
	wQ3Hint           = word{"Skriv ett steg på hver linje.", "Skriv eitt steg på kvar linje.", "Write one step a line."}
	wQ4               = word{"Hva kom det ut av det?", "Kva kom det ut av det?", "What came of it?"}
	wQ4Hint           = word{"Hva ble bedre, og hva lærte dere? Ta med tall hvis dere har.", "Kva vart betre, og kva lærte de? Ta med tal om de har.", "What became better, and what did you learn? Give figures if you have any."}
	wQ5               = word{"Hva virket ikke?", "Kva verka ikkje?", "What did not work?"}
	wQ5Hint           = word{"Det er like nyttig for den neste. Du kan la det stå tomt.", "Det er like nyttig for den neste. Du kan la det stå tomt.", "It is just as useful for the next one. You may leave it empty."}
	wQ6               = word{"Hvem er det for, og hva handler det om?", "Kven er det for, og kva handlar det om?", "Whom is it for, and what is it about?"}
	wHowKnown         = word{"Hvordan vet dere det?", "Korleis veit de det?", "How do you know?"}
	wKnown0           = word{"Vi prøver det nå, det er for tidlig å si", "Vi prøver det no, det er for tidleg å seie", "We are trying it now, it is too early to say"}
	wKnown1           = word{"Vi forteller hva vi gjorde, og vet ikke om det virket", "Vi fortel kva vi gjorde, og veit ikkje om det verka", "We tell what we did, and do not know whether it worked"}
	wKnown2           = word{"Vi eller brukerne har merket en forskjell", "Vi eller brukarane har merka ein skilnad", "We or the users have noticed a difference"}
	wKnown3           = word{"Vi målte før og etter", "Vi målte før og etter", "We measured before and after"}
	wNoNames          = word{"Ikke skriv navn, fødselsnummer eller annet som kan kjenne igjen en person.", "Ikkje skriv namn, fødselsnummer eller anna som kan kjenne att ein person.", "Do not write names, identity numbers or anything else by which a person could be recognised."}
	wSend             = word{"Send til redaktøren", "Send til redaktøren", "Send to the editor"}
	wSomethingMissing = word{"Noe mangler", "Noko manglar", "Something is missing"}
	wAnswerThis       = word{"Svar på dette spørsmålet.", "Svar på dette spørsmålet.", "Answer this question."}
	wShared           = word{"Takk, nå er det sendt", "Takk, no er det sendt", "Thank you, it has been sent"}
	wSharedWhy        = word{"«%s» ligger hos redaktøren, som ser gjennom før det blir synlig for andre.", "«%s» ligg hos redaktøren, som ser gjennom før det blir synleg for andre.", "“%s” is with the editor, who looks through it before others see it."}
	wKept             = word{"Det er lagret, men ikke sendt", "Det er lagra, men ikkje sendt", "It is saved, but not sent"}
	wKeptWhy          = word{"«%s» er lagret som utkast. Dette må rettes først:", "«%s» er lagra som utkast. Dette må rettast først:", "“%s” is saved as a draft. This must be put right first:"}
	wSignedOut        = word{"Du er ikke logget inn lenger", "Du er ikkje logga inn lenger", "You are no longer signed in"}
	wSignedOutWhy     = word{"Det du skrev, står her fortsatt. Logg inn i en ny fane, kom tilbake hit, og send igjen.", "Det du skreiv, står her framleis. Logg inn i ei ny fane, kom tilbake hit, og send igjen.", "What you wrote is still here. Sign in in a new tab, come back here, and send again."}
	wShareAnother     = word{"Del en erfaring til", "Del ei erfaring til", "Share another experience"}
)

// problemWords are what the API refuses of a draft, by its codes.
var problemWords = map[string]word{
	"FORBIDDEN": {"Du kan ikke dele for denne organisasjonen.", "Du kan ikkje dele for denne organisasjonen.", "You cannot share for this organisation."},
	"INVALID":   {"Et av svarene er for langt, eller har tegn som ikke kan lagres.", "Eit av svara er for langt, eller har teikn som ikkje kan lagrast.", "One of the answers is too long, or has characters that cannot be kept."},
	"STAGE":     {"Det er sendt allerede.", "Det er sendt alt.", "It has been sent already."},
}

// How to embed.
var (
	wEmbedTitle   = word{"Bygg inn på egne sider", "Bygg inn på eigne sider", "Embed on your own pages"}
	wEmbedLede    = word{"Vis et kort, en liste eller et søkefelt fra Dugnad på siden din. Det tar fem minutter, er gratis, og innholdet holder seg oppdatert.", "Vis eit kort, ei liste eller eit søkjefelt frå Dugnad på sida di. Det tek fem minutt, er gratis, og innhaldet held seg oppdatert.", "Show a card, a list or a search field from Dugnad on your page. It takes five minutes, is free, and the content keeps itself up to date."}
	wCardHow      = word{"Koden for et kort står under «Del og bygg inn» på hver side. I item kan det stå en id eller adressen til siden.", "Koden for eit kort står under «Del og bygg inn» på kvar side. I item kan det stå ein id eller adressa til sida.", "The code of a card is under “Share and embed” on every page. item takes an id or the address of the page."}
	wListHow      = word{"Velg med theme, municipality, county, organization, target-group, type, collection eller items (flere id-er med komma mellom), og first for hvor mange.", "Vel med theme, municipality, county, organization, target-group, type, collection eller items (fleire id-ar med komma mellom), og first for kor mange.", "Choose with theme, municipality, county, organization, target-group, type, collection or items (several ids with commas between), and first for how many."}
	wSearchHow    = word{"Treffene vises på siden din. De samme valgene som for lister avgrenser hva det søkes i.", "Treffa blir viste på sida di. Dei same vala som for lister avgrensar kva det blir søkt i.", "The results show on your page. The same choices as for lists narrow what is searched."}
	wLooks        = word{"Skrift og farger", "Skrift og fargar", "Type and colours"}
	wLooksHow     = word{"Disse CSS-variablene gir innholdet sidens utseende. Resten av CSS-en din når det ikke.", "Desse CSS-variablane gir innhaldet utsjånaden til sida. Resten av CSS-en din når det ikkje.", "These CSS properties give the content the looks of the page. The rest of your CSS does not reach it."}
	wSafe         = word{"Sikkerhet og personvern", "Tryggleik og personvern", "Security and privacy"}
	wSafeHow      = word{"Innbygging setter ingen informasjonskapsler og sender ingen. Har siden en Content-Security-Policy, må den ha dette; har den Trusted Types, må den tillate «dugnad».", "Innbygging set ingen informasjonskapslar og sender ingen. Har sida ein Content-Security-Policy, må han ha dette; har han Trusted Types, må han tillate «dugnad».", "Embedding sets no cookies and sends none. If the page has a Content-Security-Policy, it needs this; if it enforces Trusted Types, it must allow “dugnad”."}
	wKeys         = word{"Nøkler for partnere", "Nøklar for partnarar", "Keys for partners"}
	wKeysHow      = word{"Alt virker uten nøkkel. Med en publiserbar nøkkel (attributtet key) virker innbyggingen bare på nettstedene som nøkkelen gjelder for, og organisasjonen ser i API-et (embeds) hvor innholdet vises.", "Alt verkar utan nøkkel. Med ein publiserbar nøkkel (attributtet key) verkar innbygginga berre på nettstadene som nøkkelen gjeld for, og organisasjonen ser i API-et (embeds) kvar innhaldet blir vist.", "Everything works without a key. With a publishable key (the attribute key) the embed works only on the sites that the key is for, and the organisation sees in the API (embeds) where the content is shown."}
	wWithdrawn    = word{"Når innhold blir trukket tilbake", "Når innhald blir trekt tilbake", "When content is withdrawn"}
	wWithdrawnHow = word{"Da forsvinner det fra sidene dine innen ett minutt, også fra sider som står åpne. I stedet står det én rolig setning.", "Då forsvinn det frå sidene dine innan eitt minutt, òg frå sider som står opne. I staden står det éi roleg setning.", "Then it disappears from your pages within a minute, also from pages that stand open. One quiet sentence takes its place."}
)
