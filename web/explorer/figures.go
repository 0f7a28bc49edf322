package explorer

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// units are what stands behind a number, by the code of its unit. Counts of things stand alone: their label names what is counted.
var units = map[string]word{
	"percent": {" %", " %", "%"}, "percentage-points": {" prosentpoeng", " prosentpoeng", " percentage points"}, "NOK": {" kr", " kr", " NOK"},
	"months": {" måneder", " månader", " months"}, "hours": {" timer", " timar", " hours"}, "years": {" år", " år", " years"}, "days": {" dager", " dagar", " days"}, "weeks": {" uker", " veker", " weeks"},
	"persons": {}, "count": {}, "municipalities": {}, "city-districts": {}, "assignments": {},
}

// operators are what stands before a number that is not exact.
var operators = map[string]word{
	"ABOUT": {"ca. ", "ca. ", "about "}, "MORE_THAN": {"mer enn ", "meir enn ", "more than "}, "LESS_THAN": {"mindre enn ", "mindre enn ", "less than "},
	"AT_LEAST": {"minst ", "minst ", "at least "}, "AT_MOST": {"høyst ", "høgst ", "at most "},
}

// with writes a number with its unit.
func (p *page) with(n float64, unit string) string {
	after, known := units[unit]
	if !known {
		return p.language.number(n, 2) + " " + unit
	}
	return p.language.number(n, 2) + p.say(after)
}

// figure writes the number of a key figure.
func (p *page) figure(f keyFigure) string {
	if f.Operator == "RANGE" && f.Upper != nil {
		return p.language.number(f.Value, 2) + "–" + p.with(*f.Upper, f.Unit)
	}
	return p.say(operators[f.Operator]) + p.with(f.Value, f.Unit)
}

// before writes what a number was before.
func (p *page) before(f keyFigure) string {
	if f.Before == nil {
		return "–"
	}
	was := p.with(*f.Before, f.Unit)
	if f.BeforeYear != nil {
		was += " (" + strconv.Itoa(*f.BeforeYear) + ")"
	}
	return was
}

// known writes a number that the source may not state.
func (p *page) known(n *int) string {
	if n == nil {
		return "–"
	}
	return p.language.whole(*n)
}

// yearOf writes a year that the source may not state.
func yearOf(n *int) string {
	if n == nil {
		return "–"
	}
	return strconv.Itoa(*n)
}

// behind says of which year a figure is, and how many are behind it.
func (p *page) behind(f keyFigure) string {
	var parts []string
	if f.Year != nil {
		parts = append(parts, strconv.Itoa(*f.Year))
	}
	if f.N != nil {
		parts = append(parts, "n = "+p.language.whole(*f.N))
	}
	return strings.Join(parts, " · ")
}

// charted are the shares among the figures, at most eight: enough to compare, few enough to read. Nil when there are fewer than three.
func charted(all []keyFigure) (shares []keyFigure) {
	for _, f := range all {
		if f.Unit == "percent" && f.Operator != "RANGE" && f.Value >= 0 && f.Value <= 100 && len(shares) < 8 {
			shares = append(shares, f)
		}
	}
	if len(shares) < 3 {
		return nil
	}
	return shares
}

// scaleOf is where the scale of a result ends: 100 for shares, else a round number above both.
func scaleOf(r result) float64 {
	if r.Unit == "percent" {
		return 100
	}
	most := math.Max(math.Abs(*r.Before), math.Abs(*r.After))
	if most == 0 {
		return 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most)))
	return math.Ceil(most/step) * step
}

// comparable tells whether a result was measured before and after.
func (r result) comparable() bool { return r.Before != nil && r.After != nil }

// legend says how to read the drawings of results; empty where there are none.
func (p *page) legend(all []result) string {
	scales := map[string]bool{}
	for _, r := range all {
		if r.comparable() {
			scales[p.with(scaleOf(r), r.Unit)] = true
		}
	}
	switch len(scales) {
	case 0:
		return ""
	case 1:
		return p.say(wCircles, slices.Collect(maps.Keys(scales))[0])
	default:
		return p.say(wCirclesEach)
	}
}

// at is where a number is on a scale that is 138 wide and begins at 6.
func at(n, scale float64) string {
	return strconv.FormatFloat(6+138*math.Max(0, math.Min(1, n/scale)), 'f', 1, 64)
}

// change says in words how much a result went up or down.
func (p *page) change(r result) string {
	unit := r.Unit
	if unit == "percent" {
		unit = "percentage-points"
	}
	switch difference := *r.After - *r.Before; {
	case difference > 0:
		return p.say(wUpBy, p.with(difference, unit))
	case difference < 0:
		return p.say(wDownBy, p.with(-difference, unit))
	default:
		return p.say(wUnchanged)
	}
}

func width(share float64) string { return strconv.FormatFloat(share, 'f', -1, 64) }
