package explorer

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"dugnad/text/words"
)

// with writes a number with its unit. Counts of things have a unit without words: their label names what is counted.
func (p *page) with(n float64, unit string) string {
	after, known := words.Unit[unit]
	if !known {
		return p.language.Number(n, 2) + " " + unit
	}
	return p.language.Number(n, 2) + p.say(after)
}

// figure writes the number of a key figure.
func (p *page) figure(f keyFigure) string {
	if f.Operator == "RANGE" && f.Upper != nil {
		return p.language.Number(f.Value, 2) + "–" + p.with(*f.Upper, f.Unit)
	}
	return p.say(words.FigureOperator[f.Operator]) + p.with(f.Value, f.Unit)
}

// before writes the earlier value of a key figure; – if there is none.
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

// known writes a number; – for nil.
func (p *page) known(n *int) string {
	if n == nil {
		return "–"
	}
	return p.language.Whole(*n)
}

// yearOf writes a year; – for nil.
func yearOf(n *int) string {
	if n == nil {
		return "–"
	}
	return strconv.Itoa(*n)
}

// behind writes the year of a figure and the number of answers behind it.
func (p *page) behind(f keyFigure) string {
	var parts []string
	if f.Year != nil {
		parts = append(parts, strconv.Itoa(*f.Year))
	}
	if f.N != nil {
		parts = append(parts, "n = "+p.language.Whole(*f.N))
	}
	return strings.Join(parts, " · ")
}

// charted returns the first eight shares in per cent, for a chart. It is nil if there are fewer than three.
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

// scaleOf returns the end of the scale of a result: 100 for per cent, else a round number that is not below either
// value.
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

// comparable reports whether a result was measured before and after.
func (r result) comparable() bool { return r.Before != nil && r.After != nil }

// legend explains how to read the charts of results. It is empty if there are no charts.
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
		return p.say(words.EntryChartOneScale(slices.Collect(maps.Keys(scales))[0]))
	default:
		return p.say(words.EntryChartOwnScales)
	}
}

// at returns the x coordinate of a number on a scale that is 138 wide and begins at 6.
func at(n, scale float64) string {
	return strconv.FormatFloat(6+138*math.Max(0, math.Min(1, n/scale)), 'f', 1, 64)
}

// change writes how much a result went up or down.
func (p *page) change(r result) string {
	unit := r.Unit
	if unit == "percent" {
		unit = "percentage-points"
	}
	switch difference := *r.After - *r.Before; {
	case difference > 0:
		return p.say(words.EntryUp(p.with(difference, unit)))
	case difference < 0:
		return p.say(words.EntryDown(p.with(-difference, unit)))
	default:
		return p.say(words.EntryUnchanged)
	}
}

func width(share float64) string { return strconv.FormatFloat(share, 'f', -1, 64) }
