package main

import (
	"encoding/json"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
)

// places names the path of every object and list of an input by its identity. What a policy holds in a variable is the
// very same value, through functions, comprehensions and walk, so its path is known without following the policy.
type places map[ast.Value]place

type place struct {
	path []any
	// number is how many places were named before.
	number int
}

// build makes the value of an input. Each object and list is made anew, also the empty ones, which OPA would share.
func build(value any, at []any, known places) (ast.Value, error) {
	switch held := value.(type) {
	case map[string]any:
		pairs := make([][2]*ast.Term, 0, len(held))
		for key, part := range held {
			inner, err := build(part, inside(known, at, key), known)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, [2]*ast.Term{ast.StringTerm(key), ast.NewTerm(inner)})
		}
		object := ast.NewObject(pairs...)
		note(known, object, at)
		return object, nil
	case []any:
		terms := make([]*ast.Term, 0, len(held))
		for index, part := range held {
			inner, err := build(part, inside(known, at, index), known)
			if err != nil {
				return nil, err
			}
			terms = append(terms, ast.NewTerm(inner))
		}
		array := ast.NewArray(terms...)
		note(known, array, at)
		return array, nil
	case json.Number:
		return ast.Number(held), nil
	case string:
		return ast.String(held), nil
	case bool:
		return ast.Boolean(held), nil
	case nil:
		return ast.Null{}, nil
	default:
		return nil, fmt.Errorf("a value of type %T cannot come from JSON", value)
	}
}

func inside(known places, at []any, step any) []any {
	if known == nil {
		return nil
	}
	return append(at[:len(at):len(at)], step)
}

func note(known places, value ast.Value, at []any) {
	if known != nil {
		known[value] = place{path: at, number: len(known)}
	}
}

// of is the path of a term that is an object or a list of the input.
func (p places) of(term *ast.Term) ([]any, bool) {
	at, found := p.at(term)
	return at.path, found
}

func (p places) number(term *ast.Term) (int, bool) {
	at, found := p.at(term)
	return at.number, found
}

func (p places) at(term *ast.Term) (place, bool) {
	if term == nil {
		return place{}, false
	}
	switch term.Value.(type) {
	case ast.Object, *ast.Array:
		at, found := p[term.Value]
		return at, found
	}
	return place{}, false
}
