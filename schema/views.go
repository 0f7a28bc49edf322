package schema

// The views are stored values with their texts in the reader's language.

// FigureView is a KeyFigure in one language.
type FigureView struct {
	KeyFigure
	Label      string
	Text       *string
	Operator   FigureOperator
	Population *string
	Note       *string
}

// View returns the figure in the first language of the chain that its texts have.
func (f KeyFigure) View(chain []Language) *FigureView {
	v := &FigureView{
		KeyFigure: f, Label: f.Label.In(chain), Text: OrNil(f.Text.In(chain)), Operator: f.Operator,
		Population: OrNil(f.Population.In(chain)), Note: OrNil(f.Note.In(chain)),
	}
	if v.Operator == "" {
		v.Operator = Exact
	}
	return v
}

// UnnamedView is an UnnamedGroup in one language.
type UnnamedView struct {
	Count *int
	Role  MunicipalityRole
	Note  string
}

// View returns the group in the first language of the chain that its note has.
func (g UnnamedGroup) View(chain []Language) *UnnamedView {
	return &UnnamedView{Count: g.Count, Role: g.Role, Note: g.Note.In(chain)}
}

// DownloadView is a Download in one language, with its address.
type DownloadView struct {
	Download
	Title        string
	SizeAsStated *string
	URL          *string
	Note         *string
}

// View returns the download in the first language of the chain that its texts have. files is the base URL of the hub's
// own files.
func (d Download) View(chain []Language, files string) *DownloadView {
	v := &DownloadView{
		Download: d, Title: d.Title.In(chain), SizeAsStated: OrNil(d.SizeAsStated), URL: OrNil(d.URL), Note: OrNil(d.Note.In(chain)),
	}
	if d.Asset != "" {
		v.URL = OrNil(files + d.Asset)
	}
	return v
}

// ResultView is a PracticeResult in one language.
type ResultView struct {
	PracticeResult
	Indicator *string
	Label     string
	Unit      *string
	Source    *string
}

// View returns the result in the first language of the chain that its texts have.
func (r PracticeResult) View(chain []Language) *ResultView {
	return &ResultView{
		PracticeResult: r, Indicator: OrNil(r.Indicator), Label: r.Label.In(chain), Unit: OrNil(r.Unit), Source: OrNil(r.Source.In(chain)),
	}
}

// DirectionOrUnknown returns the direction, or UNKNOWN if it is empty.
func (e Evidence) DirectionOrUnknown() EffectDirection {
	if e.Direction == "" {
		return UnknownEffect
	}
	return e.Direction
}

// OrNil returns nil for an empty text, so that the API shows null.
func OrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
