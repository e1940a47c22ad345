package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// coverage finds the definitions that no input ever got to the last condition of. A rule whose guards hold for nothing
// passes everything, and nobody sees it.
type coverage struct {
	last    map[*ast.Expr]*ast.Rule
	reached map[*ast.Rule]bool
}

func newCoverage() *coverage {
	return &coverage{last: map[*ast.Expr]*ast.Rule{}, reached: map[*ast.Rule]bool{}}
}

func (c *coverage) watch(group *ruleGroup) {
	for _, definition := range group.definitions {
		asked := conditions(definition)
		if len(asked) == 0 {
			c.reached[definition] = true
			continue
		}
		c.last[asked[len(asked)-1]] = definition
	}
}

func (c *coverage) complete(group *ruleGroup) bool {
	for _, definition := range group.definitions {
		if !c.reached[definition] {
			return false
		}
	}
	return true
}

func (c *coverage) Enabled() bool { return true }

func (c *coverage) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

func (c *coverage) TraceEvent(event topdown.Event) {
	if event.Op != topdown.EvalOp {
		return
	}
	if expr, ok := event.Node.(*ast.Expr); ok {
		if definition := c.last[expr]; definition != nil {
			c.reached[definition] = true
		}
	}
}
