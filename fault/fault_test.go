package fault_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"dugnad/fault"
)

// Codes lists what is declared, so that whoever goes through all codes forgets none.
func TestCodesAreListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []fault.Code
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			for _, value := range v.Values {
				s, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				declared = append(declared, fault.Code(s))
			}
		}
		return true
	})
	if listed := fault.Codes(); !slices.Equal(declared, listed) || len(listed) == 0 {
		t.Errorf("declared are %v, listed %v", declared, listed)
	}
}
