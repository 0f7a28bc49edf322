package words

import (
	"strconv"
	"time"

	"golang.org/x/text/number"
)

// Number writes a number with at most so many decimals.
func (l *Language) Number(n float64, decimals int) string {
	return l.printer.Sprint(number.Decimal(n, number.MaxFractionDigits(decimals)))
}

// Whole writes a whole number.
func (l *Language) Whole(n int) string { return l.printer.Sprint(number.Decimal(n)) }

// Day writes a day: 1. mars 2017.
func (l *Language) Day(t time.Time) string {
	return l.Say(DateDay(strconv.Itoa(t.Day()), l.Month(t.Month()), strconv.Itoa(t.Year())))
}

// Month writes the name of a month, as it is written in a date.
func (l *Language) Month(m time.Month) string { return l.Say(Month[strconv.Itoa(int(m))]) }

// Time writes a day and a time of day, in the zone of t.
func (l *Language) Time(t time.Time) string {
	return l.Say(DateTime(l.Day(t), t.Format("15"), t.Format("04")))
}
