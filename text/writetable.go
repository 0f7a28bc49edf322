package text

import (
	"regexp"
	"strconv"
	"strings"
)

// cell is a cell of a table.
type cell struct {
	words  string
	head   bool
	align  string
	covers int // columns
}

// table returns a table: as such, or as what is in its cells where it only places things beside one another.
func (w *markdownWriter) table(e *element, c context) (found []string) {
	rows, captions, others := rowsOf(e)
	for _, caption := range captions {
		found = append(found, w.blocks(caption, c)...)
	}
	for _, other := range others {
		found = append(found, w.blocks(&element{first: other}, c)...)
	}
	if !isGrid(rows) {
		for _, row := range rows {
			for _, td := range row {
				found = append(found, w.blocks(td, c)...)
			}
		}
		return found
	}
	grid := w.grid(rows, c)
	columns := 0
	for _, row := range grid {
		columns = max(columns, len(row))
	}
	if columns == 0 {
		return found
	}
	lines := make([]string, 0, len(grid)+1)
	for i, row := range grid {
		var line strings.Builder
		for column := range columns {
			line.WriteString("| ")
			if column < len(row) && row[column].words != "" {
				line.WriteString(row[column].words + " ")
			}
		}
		lines = append(lines, line.String()+"|")
		if i == 0 {
			lines = append(lines, delimiterRow(grid, columns))
		}
	}
	w.plain.WriteString("\n\n")
	return append(found, strings.Join(lines, "\n"))
}

// rowsOf returns the cells of a table's own rows, its captions, and what else is in it.
func rowsOf(table *element) (rows [][]*element, captions, others []*element) {
	var walk func(e *element)
	walk = func(e *element) {
		for child := e.first; child != nil; child = child.next {
			switch child.name {
			case "thead", "tbody", "tfoot", "form", "center":
				walk(child)
			case "tr":
				var row []*element
				for td := child.first; td != nil; td = td.next {
					if td.name == "td" || td.name == "th" {
						row = append(row, td)
					} else if td.name != "" || strings.TrimSpace(td.text) != "" {
						row = append(row, &element{name: "td", hasBlock: true, first: lone(td)})
					}
				}
				rows = append(rows, row)
			case "td", "th":
				rows = append(rows, []*element{child})
			case "caption":
				captions = append(captions, child)
			case "colgroup", "col":
			case "":
				if strings.TrimSpace(child.text) != "" {
					others = append(others, lone(child))
				}
			default:
				others = append(others, lone(child))
			}
		}
	}
	walk(table)
	return rows, captions, others
}

// lone returns an element without those after it.
func lone(e *element) *element {
	alone := *e
	alone.next = nil
	return &alone
}

// isGrid reports whether rows are a table that Markdown can have: of more than one column, with cells of one paragraph
// or a short list.
func isGrid(rows [][]*element) bool {
	columns, cells := 0, 0
	for _, row := range rows {
		n := 0
		for _, td := range row {
			n += span(td, "colspan")
			if holds(td, maxDepth) {
				return false
			}
		}
		columns = max(columns, n)
		cells++
	}
	return columns > 1 && columns <= maxColumns && columns*cells <= maxCells/2 && len(rows) > 1
}

var ofLayout = setOf("table h1 h2 h3 h4 h5 h6 pre blockquote section article hr")

// holds reports whether an element has what no cell of Markdown can have.
func holds(e *element, depth int) bool {
	for child := e.first; child != nil && depth > 0; child = child.next {
		if ofLayout[child.name] || child.hasBlock && holds(child, depth-1) {
			return true
		}
	}
	return false
}

// span returns how many columns or rows a cell covers.
func span(td *element, name string) int {
	n, err := strconv.Atoi(td.attribute(name))
	if err != nil {
		return 1
	}
	return min(max(n, 1), maxColumns+1)
}

// grid returns the cells at their places; what a cell covers besides its first place is empty.
func (w *markdownWriter) grid(rows [][]*element, c context) [][]cell {
	covered := make(map[int]int) // rows still covered, by column
	var grid [][]cell
	for _, row := range rows {
		if len(row) == 0 && len(covered) == 0 {
			continue
		}
		var line []cell
		skip := func() {
			for covered[len(line)] > 0 {
				if covered[len(line)]--; covered[len(line)] == 0 {
					delete(covered, len(line))
				}
				line = append(line, cell{})
			}
		}
		for _, td := range row {
			skip()
			at := len(line)
			one := w.cell(td, c)
			line = append(line, one)
			for range one.covers - 1 {
				line = append(line, cell{})
			}
			if rows := span(td, "rowspan") - 1; rows > 0 {
				for column := at; column < len(line); column++ {
					covered[column] = rows
				}
			}
		}
		skip()
		grid = append(grid, line[:min(len(line), maxColumns)])
	}
	return grid
}

func (w *markdownWriter) cell(td *element, c context) cell {
	var line strings.Builder
	w.inlineChildren(&line, td, context{inCell: true, inLink: c.inLink})
	w.plain.WriteByte(' ')
	align := strings.ToLower(td.attribute("align"))
	if found := textAlign.FindStringSubmatch(strings.ToLower(td.attributes["style"])); found != nil {
		align = found[1]
	}
	return cell{finish(line.String(), true), td.name == "th", align, span(td, "colspan")}
}

var textAlign = regexp.MustCompile(`text-align:\s*(left|center|right)`)

// delimiterRow has the alignment of each column: that of the first row in which it has one.
func delimiterRow(grid [][]cell, columns int) string {
	var line strings.Builder
	for column := range columns {
		align := ""
		for _, row := range grid[:min(len(grid), 3)] {
			if column < len(row) && align == "" {
				align = row[column].align
			}
		}
		switch align {
		case "left":
			line.WriteString("| :-- ")
		case "center":
			line.WriteString("| :-: ")
		case "right":
			line.WriteString("| --: ")
		default:
			line.WriteString("| --- ")
		}
	}
	return line.String() + "|"
}
