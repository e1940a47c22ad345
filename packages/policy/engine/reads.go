package main

import (
	"slices"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// readsOf is what the expressions of a query that hold at the moment have read, in order.
func (w *watcher) readsOf(here *frame, event topdown.Event) []read {
	var all []read
	for _, one := range here.steps {
		all = append(all, w.stepReads(one, event, nil)...)
		if len(all) > mostReads {
			break
		}
	}
	return all
}

// stepReads is what one expression has read: through its own references, through the rules and functions that it asks,
// and in the queries that were opened for it. Of those only the rounds count that gave what is wanted, when any did.
func (w *watcher) stepReads(one step, event topdown.Event, wanted *ast.Term) []read {
	return append(w.ownReads(one.expr, event), openedReads(one.opened, wanted)...)
}

// openedReads takes rounds that failed before those that did not: where `every` or `not` is the condition, they decided.
func openedReads(opened []*frame, wanted *ast.Term) []read {
	var failed, ended []read
	for _, one := range opened {
		if len(one.endings) > 0 {
			ended = append(ended, readsOfEndings(one.endings, wanted)...)
			continue
		}
		failed = append(failed, one.failed...)
		for _, inner := range one.steps {
			failed = append(failed, openedReads(inner.opened, wanted)...)
		}
	}
	if len(failed) > 0 {
		return failed
	}
	return ended
}

// readsOfEndings prefers the endings that gave what is wanted; without a wish the first is the example for all.
func readsOfEndings(endings []ending, wanted *ast.Term) []read {
	if wanted != nil {
		for _, one := range endings {
			if one.gave != nil && one.gave.Equal(wanted) {
				return one.reads
			}
		}
	}
	if len(endings) == 0 {
		return nil
	}
	return endings[0].reads
}

func (w *watcher) ownReads(expr *ast.Expr, event topdown.Event) []read {
	var all []read
	visit := func(term *ast.Term) { all = append(all, w.termReads(term, event)...) }
	switch terms := expr.Terms.(type) {
	case *ast.Term:
		visit(terms)
	case []*ast.Term:
		all = append(all, w.callReads(terms, event)...)
		for _, term := range terms[1:] {
			visit(term)
		}
	case *ast.SomeDecl:
	case *ast.Every:
		visit(terms.Domain)
	}
	return all
}

// callee is the function of a call.
type callee struct {
	name    string
	builtin bool
}

func (w *watcher) calleeOf(operator *ast.Term) callee {
	known, found := w.called[operator]
	if !found {
		known.name = operator.String()
		_, known.builtin = ast.BuiltinMap[known.name]
		w.called[operator] = known
	}
	return known
}

// callReads is what a function read of its arguments, where its name says so, and what it asked itself.
func (w *watcher) callReads(terms []*ast.Term, event topdown.Event) []read {
	function := w.calleeOf(terms[0])
	if function.builtin && function.name != ast.WalkBuiltin.Name && function.name != ast.ObjectGet.Name {
		return nil
	}
	args := plugAll(terms[1:], event)
	switch function.name {
	case ast.WalkBuiltin.Name:
		if base, known := w.pathOf(args[0]); known && len(args) > 1 {
			if pair, isPair := args[1].Value.(*ast.Array); isPair && pair.Len() == 2 {
				if steps, isPath := pair.Elem(0).Value.(*ast.Array); isPath {
					return []read{{path: extend(base, elementsOf(steps))}}
				}
			}
		}
	case ast.ObjectGet.Name:
		if base, known := w.pathOf(args[0]); known {
			if steps, several := args[1].Value.(*ast.Array); several {
				return []read{{path: extend(base, elementsOf(steps))}}
			}
			return []read{{path: extend(base, args[1:2])}}
		}
	}
	var all []read
	if !function.builtin {
		// The last term may take the result: a function is known by the arguments that it declares.
		for count := len(args); count >= max(0, len(args)-1); count-- {
			key := w.key(terms[0].Value.(ast.Ref), args[:count])
			if endings, asked := w.derived[key]; asked {
				all = append(all, readsOfEndings(endings, nil)...)
				break
			}
			if reads, asked := w.refused[key]; asked {
				all = append(all, reads...)
				break
			}
		}
	}
	return all
}

func plugAll(terms []*ast.Term, event topdown.Event) []*ast.Term {
	plugged := make([]*ast.Term, len(terms))
	for at, term := range terms {
		plugged[at] = event.Plug(term)
	}
	return plugged
}

// termReads finds the places that a term stands for. Bodies of comprehensions are queries of their own.
func (w *watcher) termReads(term *ast.Term, event topdown.Event) []read {
	switch held := term.Value.(type) {
	case ast.Ref:
		return w.refReads(held, event)
	case ast.Var:
		if at, known := w.input.known.of(event.Plug(term)); known {
			return []read{{path: at}}
		}
	case *ast.Array:
		var all []read
		held.Foreach(func(part *ast.Term) { all = append(all, w.termReads(part, event)...) })
		return all
	case ast.Set:
		var all []read
		held.Foreach(func(part *ast.Term) { all = append(all, w.termReads(part, event)...) })
		return all
	case ast.Object:
		var all []read
		held.Foreach(func(_, part *ast.Term) { all = append(all, w.termReads(part, event)...) })
		return all
	case ast.Call:
		return w.callReads(held, event)
	}
	return nil
}

func (w *watcher) refReads(ref ast.Ref, event topdown.Event) []read {
	plugged := plugAll(ref, event)
	if at, known := w.pathOf(ast.NewTerm(ast.Ref(plugged))); known {
		if ref[0].Equal(ast.DefaultRootDocument) {
			return append(w.ruleReads(plugged), read{path: at})
		}
		// `input` under `with input as` is another document, unless a part of this one was put there.
		if ref[0].Equal(ast.InputRootDocument) {
			return w.underInput(at, event)
		}
		return []read{{path: at}}
	}
	if ref[0].Equal(ast.DefaultRootDocument) {
		return w.ruleReads(plugged)
	}
	return nil
}

func (w *watcher) underInput(at []any, event topdown.Event) []read {
	current := event.Input()
	if current == nil || current.Value == w.input.root {
		return []read{{path: at}}
	}
	if base, known := w.input.known.of(current); known {
		return []read{{path: append(slices.Clone(base), at...)}}
	}
	return nil
}

// pathOf is the path of a plugged term: of a value by its identity, of a reference by the last of its parts that is
// known, with what follows appended.
func (w *watcher) pathOf(term *ast.Term) ([]any, bool) {
	if at, known := w.input.known.of(term); known {
		return at, true
	}
	ref, isRef := term.Value.(ast.Ref)
	if !isRef || len(ref) == 0 {
		return nil, false
	}
	for at := len(ref) - 1; at > 0; at-- {
		if base, known := w.input.known.of(ref[at]); known {
			return extend(base, ref[at+1:]), true
		}
	}
	if ref[0].Equal(ast.InputRootDocument) {
		return extend(nil, ref[1:]), true
	}
	if base, known := w.input.known.of(ref[0]); known {
		return extend(base, ref[1:]), true
	}
	return w.pathThroughRule(ref)
}

// pathThroughRule follows a reference through a rule that gave a part of the input: `data.lib.containers[1].image`.
func (w *watcher) pathThroughRule(ref ast.Ref) ([]any, bool) {
	for length := len(ref); length > 1; length-- {
		for _, one := range w.derived[w.key(ref[:length], nil)] {
			if base, known := w.input.known.of(one.gave); known {
				return extend(base, ref[length:]), true
			}
		}
	}
	return nil, false
}

// ruleReads is what the rule that a reference leads to has read; of a set, for the element that is meant.
func (w *watcher) ruleReads(ref ast.Ref) []read {
	for length := len(ref); length > 1; length-- {
		key := w.key(ref[:length], nil)
		var element *ast.Term
		if length < len(ref) {
			element = ref[length]
		}
		if endings, asked := w.derived[key]; asked {
			return readsOfEndings(endings, element)
		}
		if reads, asked := w.refused[key]; asked {
			return reads
		}
	}
	return nil
}

func (w *watcher) keyOfRule(definition *ast.Rule, event topdown.Event) string {
	ref := definition.Ref().GroundPrefix()
	if definition.Head.Key != nil && len(ref) > 0 {
		ref = definition.Path()
	}
	return w.key(ref, plugAll(definition.Head.Args, event))
}

// key names a rule, or a function with its arguments: parts of the input by where they are, all else by its hash.
func (w *watcher) key(ref ast.Ref, args []*ast.Term) string {
	text := make([]byte, 0, 64)
	for _, part := range ref {
		switch held := part.Value.(type) {
		case ast.Var:
			text = append(text, held...)
		case ast.String:
			text = append(text, held...)
		default:
			text = append(text, part.String()...)
		}
		text = append(text, '.')
	}
	for _, arg := range args {
		text = append(text, '(')
		if number, known := w.input.known.number(arg); known {
			text = strconv.AppendInt(append(text, '#'), int64(number), 10)
		} else {
			text = strconv.AppendInt(text, int64(arg.Hash()), 10)
		}
	}
	return string(text)
}

// extend appends the steps of a reference, up to the first that is not known.
func extend(base []any, steps []*ast.Term) []any {
	path := append(make([]any, 0, len(base)+len(steps)), base...)
	for _, term := range steps {
		switch held := term.Value.(type) {
		case ast.String:
			path = append(path, string(held))
		case ast.Number:
			index, whole := held.Int()
			if !whole {
				return path
			}
			path = append(path, index)
		default:
			return path
		}
	}
	return path
}

func elementsOf(array *ast.Array) []*ast.Term {
	terms := make([]*ast.Term, 0, array.Len())
	array.Foreach(func(term *ast.Term) { terms = append(terms, term) })
	return terms
}
