package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// tracedInput is an input that had a finding, built once more so that its parts can be told apart.
type tracedInput struct {
	root  ast.Value
	known places
}

func newTracedInput(value any) *tracedInput {
	traced := &tracedInput{known: places{}}
	// It was built before without a problem.
	traced.root, _ = build(value, []any{}, traced.known)
	return traced
}

// locate asks a rule once more, watching, and gives each of its outcomes the paths where it was decided.
func (c *court) locate(asked *question, traced *tracedInput, found *result) error {
	query, err := c.own(asked)
	if err != nil {
		return err
	}
	watcher := newWatcher(traced, asked)
	_, err = c.eval(query, traced.root, manner{watcher: watcher, prints: &prints{}})
	if err != nil && !topdown.IsCancel(err) {
		return err
	}
	for index := range found.Outcomes {
		paths, definition := watcher.pathsOf(found.Outcomes[index].element)
		found.Outcomes[index].Paths, found.Outcomes[index].Definition = paths, definition
		if definition >= 0 {
			c.coverage.reached[asked.group.definitions[definition]] = true
		}
	}
	return nil
}

// read is one place of the input that a derivation looked at. The place need not exist.
type read struct {
	path []any
	// step is the condition of the asked rule that looked there, or -1 where only its words are made.
	step int
}

// ending is one successful end of a query: what it gave, and what it had read until then.
type ending struct {
	gave  *ast.Term
	reads []read
}

// frame is a query that is being evaluated: the body of a rule, of a comprehension, or of what is negated.
type frame struct {
	node    ast.Node
	steps   []step
	endings []ending
	failed  []read
	// yields is what one round of a comprehension gives; nil elsewhere.
	yields *ast.Term
}

// step is an expression that is being evaluated or has succeeded, with the queries that were opened for it.
type step struct {
	expr   *ast.Expr
	opened []*frame
}

// watcher is a tracer that keeps, for each query, the expressions that hold at the moment, and reads their places off
// when the query ends. OPA goes back over expressions to find further answers: an expression that is evaluated again
// takes away what came after it.
type watcher struct {
	input  *tracedInput
	asked  *question
	frames map[uint64]*frame
	// derived is what rules and functions gave, by name and arguments: OPA asks each only once.
	derived map[string][]ending
	refused map[string][]read
	called  map[*ast.Term]callee
	found   []finding
}

// finding is one derivation of the asked rule.
type finding struct {
	gave       *ast.Term
	definition int
	path       []any
}

func newWatcher(input *tracedInput, asked *question) *watcher {
	return &watcher{input: input, asked: asked, frames: map[uint64]*frame{}, derived: map[string][]ending{}, refused: map[string][]read{}, called: map[*ast.Term]callee{}}
}

func (w *watcher) Enabled() bool { return true }

func (w *watcher) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

func (w *watcher) TraceEvent(event topdown.Event) {
	switch event.Op {
	case topdown.EnterOp:
		w.enter(event)
	case topdown.EvalOp:
		if expr, ok := event.Node.(*ast.Expr); ok {
			w.eval(event.QueryID, expr)
		}
	case topdown.FailOp:
		w.fail(event)
	case topdown.ExitOp:
		w.exit(event)
	}
}

func (w *watcher) enter(event topdown.Event) {
	opened := &frame{node: event.Node}
	w.frames[event.QueryID] = opened
	parent := w.frames[event.ParentID]
	if _, isRule := event.Node.(*ast.Rule); isRule || parent == nil || len(parent.steps) == 0 {
		return
	}
	last := &parent.steps[len(parent.steps)-1]
	last.opened = append(last.opened, opened)
	if body, isBody := event.Node.(ast.Body); isBody {
		opened.yields = yieldOf(last.expr, body)
	}
}

// yieldOf finds the comprehension in an expression whose body this is.
func yieldOf(expr *ast.Expr, body ast.Body) *ast.Term {
	var yields *ast.Term
	same := func(other ast.Body) bool { return len(other) > 0 && len(body) > 0 && other[0] == body[0] }
	ast.WalkTerms(expr, func(term *ast.Term) bool {
		switch held := term.Value.(type) {
		case *ast.SetComprehension:
			if same(held.Body) {
				yields = held.Term
			}
		case *ast.ArrayComprehension:
			if same(held.Body) {
				yields = held.Term
			}
		case *ast.ObjectComprehension:
			if same(held.Body) {
				yields = held.Value
			}
		}
		return yields != nil
	})
	return yields
}

func (w *watcher) eval(query uint64, expr *ast.Expr) {
	here := w.frames[query]
	if here == nil {
		return
	}
	for at := range here.steps {
		if here.steps[at].expr.Index >= expr.Index {
			here.steps = here.steps[:at]
			break
		}
	}
	here.steps = append(here.steps, step{expr: expr})
}

// mostReads keeps a policy that fails in ten thousand ways from being remembered in ten thousand ways.
const mostReads = 256

func (w *watcher) fail(event topdown.Event) {
	here := w.frames[event.QueryID]
	if here == nil || len(here.failed) > mostReads {
		return
	}
	definition, isRule := here.node.(*ast.Rule)
	if isRule && w.definitionOf(definition) >= 0 {
		// Nobody asks why the asked rule found nothing elsewhere.
		return
	}
	here.failed = append(here.failed, w.readsOf(here, event)...)
	if isRule {
		key := w.keyOfRule(definition, event)
		w.refused[key] = here.failed
	}
}

func (w *watcher) exit(event topdown.Event) {
	here := w.frames[event.QueryID]
	if here == nil {
		return
	}
	reads := w.readsOf(here, event)
	definition, isRule := here.node.(*ast.Rule)
	if !isRule {
		ended := ending{reads: reads}
		if here.yields != nil {
			ended.gave = event.Plug(here.yields)
		}
		here.endings = append(here.endings, ended)
		return
	}
	gave := definition.Head.Value
	if definition.Head.Key != nil {
		gave = definition.Head.Key
	}
	if gave != nil {
		gave = event.Plug(gave)
	}
	if at := w.definitionOf(definition); at >= 0 {
		w.conclude(here, event, definition, at, gave)
		return
	}
	key := w.keyOfRule(definition, event)
	w.derived[key] = append(w.derived[key], ending{gave: gave, reads: reads})
}

func (w *watcher) definitionOf(definition *ast.Rule) int {
	for at, known := range w.asked.group.definitions {
		if known == definition {
			return at
		}
	}
	return -1
}

// conclude notes a derivation of the asked rule. A rule that gives a whole set has one for each element.
func (w *watcher) conclude(here *frame, event topdown.Event, definition *ast.Rule, at int, gave *ast.Term) {
	if definition.Head.Key != nil {
		w.found = append(w.found, finding{gave: gave, definition: at, path: choose(w.conditionReads(here, event, definition, nil))})
		return
	}
	each := func(element *ast.Term) {
		w.found = append(w.found, finding{gave: element, definition: at, path: choose(w.conditionReads(here, event, definition, element))})
	}
	switch held := gave.Value.(type) {
	case ast.Set:
		held.Foreach(each)
	case *ast.Array:
		held.Foreach(each)
	}
}

// conditionReads numbers what was read by the condition that read it, and marks what only words were made of.
func (w *watcher) conditionReads(here *frame, event topdown.Event, definition *ast.Rule, wanted *ast.Term) []read {
	var all []read
	words := w.asked.wordsOf(definition)
	for at, one := range here.steps {
		number := at
		if words[one.expr] {
			number = -1
		}
		for _, found := range w.stepReads(one, event, wanted) {
			all = append(all, read{path: found.path, step: number})
		}
	}
	return all
}

// pathsOf gives the places of all derivations of an element, each once, and the first definition that gave it.
func (w *watcher) pathsOf(element *ast.Term) ([][]any, int) {
	var paths [][]any
	definition := -1
	for _, one := range w.found {
		if one.gave == nil || !one.gave.Equal(element) {
			continue
		}
		if definition < 0 {
			definition = one.definition
		}
		if one.path != nil && !contains(paths, one.path) {
			paths = append(paths, one.path)
		}
	}
	return paths, definition
}
