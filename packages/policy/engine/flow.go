package main

import "github.com/open-policy-agent/opa/v1/ast"

// wording are the expressions of a body that only make up the result: `msg := sprintf(...)` and what feeds nothing else.
// They say nothing about where it was decided. What is left are the rule's conditions.
func wording(definition *ast.Rule) map[*ast.Expr]bool {
	only := map[*ast.Expr]bool{}
	spoken := ast.NewVarSet()
	speak := func(node any) {
		for v := range varsOf(node) {
			if !asksFor(v, definition.Body, only) {
				spoken.Add(v)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		if definition.Head.Key != nil {
			speak(definition.Head.Key)
		} else if definition.Head.Value != nil {
			speak(definition.Head.Value)
		}
		for _, expr := range definition.Body {
			if !only[expr] && assigns(expr, spoken) {
				only[expr], changed = true, true
				speak(expr)
			}
		}
	}
	return only
}

// asksFor tells whether a condition uses a variable, other than to give it its value.
func asksFor(v ast.Var, body ast.Body, only map[*ast.Expr]bool) bool {
	for _, expr := range body {
		if !only[expr] && varsOf(expr).Contains(v) && !assigns(expr, ast.NewVarSet(v)) {
			return true
		}
	}
	return false
}

// assigns tells whether an expression gives a value to a spoken variable and does nothing else.
func assigns(expr *ast.Expr, spoken ast.VarSet) bool {
	if expr.Negated || len(expr.With) > 0 {
		return false
	}
	terms, isCall := expr.Terms.([]*ast.Term)
	if !isCall || len(terms) < 2 {
		return false
	}
	targets := terms[len(terms)-1:]
	if expr.IsEquality() {
		targets = terms[1:]
	}
	for _, target := range targets {
		if v, isVar := target.Value.(ast.Var); isVar && spoken.Contains(v) {
			return true
		}
	}
	return false
}

func varsOf(node any) ast.VarSet {
	visitor := ast.NewVarVisitor().WithParams(ast.VarVisitorParams{SkipRefCallHead: true})
	visitor.Walk(node)
	return visitor.Vars()
}

// conditions are what a rule asks before it speaks, in order.
func conditions(definition *ast.Rule) []*ast.Expr {
	only := wording(definition)
	var asked []*ast.Expr
	for _, expr := range definition.Body {
		if !only[expr] {
			asked = append(asked, expr)
		}
	}
	return asked
}
