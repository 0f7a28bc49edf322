// Package limits refuses GraphQL operations that would cost too much, before and while they run. It is one gqlgen
// extension and works from the schema alone: the shape of a document is judged before validation (validation itself
// can be made to take minutes), arguments and computed cost before execution, and the number of nodes, the
// size of the answer and the operations side by side during it.
package limits

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// Limits are the bounds of one operation. Exceeding a bound on the shape or cost is TOO_COMPLEX, on an argument
// BAD_USER_INPUT.
type Limits struct {
	Tokens    int // tokens of the document
	Depth     int // fields inside fields; introspection is not counted
	Roots     int // root fields, each alias counted
	Fields    int // fields of all operations of the document, counted at each use of a fragment
	Fragments int // fragment definitions
	Repeats   int // pairs of fields that answer under the same name and must be merged: validation compares each pair

	Cost          int // cost of the operation, see cost.go
	Introspection int // the same for __schema and __type
	Subscription  int // the same for an event of a subscription

	Page            int // first, last and the number of ids
	DefaultPage     int // assumed of a connection without first or last
	AssumedList     int // assumed of any other list
	FilterDepth     int // and, or and not inside each other
	FilterBranches  int // members of and, or and not in one argument
	List            int // items of a list in an argument
	String          int // characters of a string in an argument
	MutationList    int // the same two for mutations, which carry whole documents
	MutationString  int
	Nodes           int           // list elements of one answer, counted while it is made; mutations are not cut off
	Answer          int           // bytes of an answer, counted while it is made
	AnonymousAnswer int           // the same without a credential
	SideBySide      int           // queries and mutations that run at the same time
	WaitForOthers   time.Duration // how long one more waits for its turn before it is UNAVAILABLE
	ArgumentNesting int           // lists and objects inside each other in an argument
}

// Default returns the limits of docs/design section 8. A cost of 25,000 is four times that of 20 practices with
// 5 tools with 5 reports with themes, and a fortieth of three levels of 100.
func Default() Limits {
	return Limits{
		Tokens: 5000, Depth: 15, Roots: 20, Fields: 2000, Fragments: 100, Repeats: 20_000,
		Cost: 25_000, Introspection: 100_000, Subscription: 500,
		Page: 100, DefaultPage: 20, AssumedList: 10,
		FilterDepth: 5, FilterBranches: 20, List: 200, String: 10_000, MutationList: 1000, MutationString: 200_000,
		Nodes: 25_000, Answer: 16 << 20, AnonymousAnswer: 8 << 20,
		SideBySide: 64, WaitForOthers: 2 * time.Second, ArgumentNesting: 32,
	}
}

// Extension is the gqlgen extension that holds Limits.
type Extension struct {
	limits Limits
	known  func(ctx context.Context, query string) bool
	places *places
	schema *ast.Schema
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
	graphql.OperationInterceptor
	graphql.ResponseInterceptor
} = (*Extension)(nil)

// New returns the extension. known reports whether a document has passed parsing and validation before (a look into
// the executor's query cache), so that its shape is not judged again; it may be nil.
func New(l Limits, known func(ctx context.Context, query string) bool) *Extension {
	if known == nil {
		known = func(context.Context, string) bool { return false }
	}
	return &Extension{limits: l, known: known, places: newPlaces(l.SideBySide)}
}

// Rules returns the validation rules to run under these limits, for the executor's SetDefaultRulesFn. No rule makes
// suggestions, which would tell names. MaxIntrospectionDepth is left out: it walks fragments again at each use, so
// 40 fragments of two spreads each keep it busy for hours; Limits.Introspection does its work.
func Rules() *rules.Rules {
	r := rules.NewDefaultRules()
	r.RemoveRule(rules.MaxIntrospectionDepth.Name)
	r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions.RuleFunc)
	return r
}

// ExtensionName names the extension in gqlgen's messages.
func (*Extension) ExtensionName() string { return "Limits" }

// Validate takes the schema; gqlgen calls it when the extension is added.
func (e *Extension) Validate(es graphql.ExecutableSchema) error {
	if e.limits.SideBySide < 1 || e.limits.Cost < 1 || e.limits.Fields < 1 || e.limits.AnonymousAnswer < 1 {
		return fmt.Errorf("limits: %+v lets nothing run; start from limits.Default()", e.limits)
	}
	e.schema = es.Schema()
	return nil
}

// MutateOperationParameters judges the shape of a document that was not seen before. It comes before validation
// because the time that validation takes is not bounded by the length of the document.
func (e *Extension) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if params.Query == "" || e.known(ctx, params.Query) {
		return nil
	}
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query}, e.limits.Tokens)
	if err != nil {
		if syntax := new(gqlerror.Error); errors.As(err, &syntax) &&
			strings.HasPrefix(syntax.Message, "exceeded token limit") {
			return gqlcode.Error(fault.TooComplex, fmt.Sprintf("the document has more than %d tokens", e.limits.Tokens))
		}
		return nil // the executor finds the same mistake and words it
	}
	return checkShape(e.limits, document)
}

// MutateOperationContext judges the arguments and the cost of the operation that is about to run.
func (e *Extension) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	w := newWalk(e.limits, e.schema, op)
	cost, introspection, err := w.operation()
	if err != nil {
		return err
	}
	op.Stats.SetExtension(costExtension, cost)
	switch {
	case op.Operation.Operation == ast.Subscription && cost > int64(e.limits.Subscription):
		return gqlcode.Error(fault.TooComplex, fmt.Sprintf(
			"each event of the subscription costs %d, the limit is %d: ask for ids, and for the rest when they come",
			cost, e.limits.Subscription))
	case cost > int64(e.limits.Cost):
		return gqlcode.Error(fault.TooComplex, fmt.Sprintf(
			"the operation costs %d, the limit is %d: ask for shorter pages (first), fewer lists inside lists or fewer texts",
			cost, e.limits.Cost))
	case introspection > int64(e.limits.Introspection):
		return gqlcode.Error(fault.TooComplex, fmt.Sprintf(
			"the introspection costs %d, the limit is %d", introspection, e.limits.Introspection))
	}
	return nil
}

const costExtension = "cost"

// Cost returns the computed cost of the operation in ctx, 0 where it was not computed.
func Cost(ctx context.Context) int64 {
	if !graphql.HasOperationContext(ctx) {
		return 0
	}
	cost, _ := graphql.GetOperationContext(ctx).Stats.GetExtension(costExtension).(int64)
	return cost
}
