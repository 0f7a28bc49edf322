package files

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The length of a file name, in characters and in bytes of UTF-8. File systems allow 255 bytes.
const (
	nameCharacters = 200
	nameBytes      = 255
)

// devices are the names that Windows does not allow files to have, with any ending.
var devices = strings.Fields(`con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9
	lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9`)

// lastPart returns the name in a path of any operating system, with composed characters: some send å as a and a ring.
func lastPart(path string) string {
	return norm.NFC.String(strings.TrimSpace(path[strings.LastIndexAny(path, `/\`)+1:]))
}

// CleanName returns the file name as it is kept, with an ending of its media type: the last part of a path, composed
// characters, none that is invisible or changes the direction of the text, and nothing that an operating system does not
// allow. The error says what is wrong with a name that cannot be kept.
func CleanName(given, mediaType string) (string, error) {
	if !utf8.ValidString(given) {
		return "", fmt.Errorf("must be UTF-8")
	}
	name := lastPart(given)
	if strings.ContainsFunc(name, unicode.IsControl) {
		return "", fmt.Errorf("must not have control characters")
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r == 0x200c, r == 0x200d: // join letters, and parts of pictographs
			return r
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r), r == 0x2028, r == 0x2029:
			return ' '
		case strings.ContainsRune(`<>:"|?*`, r):
			return '-'
		}
		return r
	}, name)
	name = strings.TrimLeft(strings.TrimRight(strings.Join(strings.Fields(name), " "), " ."), " .")
	if strings.Trim(name, "-\u200c\u200d") == "" {
		return "", fmt.Errorf("must have a letter or a digit")
	}
	if base, _, _ := strings.Cut(name, "."); slices.Contains(devices, strings.ToLower(strings.TrimSpace(base))) {
		name = "_" + name
	}
	name = named(name, mediaType)
	if utf8.RuneCountInString(name) > nameCharacters || len(name) > nameBytes {
		return "", fmt.Errorf("must have at most %d characters and %d bytes in UTF-8, with the ending of its type",
			nameCharacters, nameBytes)
	}
	return name, nil
}
