package text_test

import (
	"testing"

	"dugnad/text"
)

func TestIsBlank(t *testing.T) {
	for _, s := range []string{
		"", " ", "\t\r\n", "\u00a0", "\u200b", "\u202f \u2003", "\ufeff", "\u00ad", "\u2060\u200d", "\u3164", "\u115f",
		"\u2800", "\u202e", "\u180e", "\ufe0f", "\u034f", "\u3000", "\u0085", "\u2028", "\u0301", "\ufffc", "\ufffd", "\U0001d159", "\ue000", "\u0378",
	} {
		if !text.IsBlank(s) {
			t.Errorf("%q should be blank", s)
		}
	}
	for _, s := range []string{"a", " å ", "0", ".", "\u200bx", "北", "ع", "🙂", "-"} {
		if text.IsBlank(s) {
			t.Errorf("%q should not be blank", s)
		}
	}
}
