package main

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// coverage finds the definitions that no input ever got to the last condition of. A rule whose guards hold for nothing
// passes everything, and nobody sees it.
type coverage struct {
	last    map[*ast.Expr]*ast.Rule
	reached map[*ast.Rule]bool
	// unsure says that not every input was looked at: what is not reached may be all the same.
	unsure bool
}

// mostLooks is how many times rules are asked once more to see how far they get.
const mostLooks = 300

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
	return !slices.ContainsFunc(group.definitions, func(definition *ast.Rule) bool { return !c.reached[definition] })
}

func (c *coverage) state(definition *ast.Rule) string {
	switch {
	case c.reached[definition]:
		return "yes"
	case c.unsure:
		return "unknown"
	default:
		return "no"
	}
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

// look asks the rules that found nothing once more, watching how far they get. Inputs that differ most come first: one
// of each kind, then the second of each. Without the index of rules, which would leave out a rule whose last condition
// does not hold, as if it had never been asked.
func (c *court) look(given *answer) error {
	if c.asked.Plain || given.TimedOut {
		c.coverage.unsure = true
		return nil
	}
	looks := 0
	for _, index := range byVariety(c.asked.Inputs) {
		var value ast.Value
		for _, one := range c.dockets {
			for _, asked := range one.questions {
				if c.coverage.complete(asked.group) {
					continue
				}
				if looks++; looks > mostLooks {
					c.coverage.unsure = true
					return nil
				}
				query, err := c.own(asked)
				if err != nil {
					return err
				}
				if value == nil {
					if value, err = build(c.asked.Inputs[index].Value, nil, nil); err != nil {
						return err
					}
				}
				// What goes wrong here went wrong before, and was told.
				_, err = c.eval(query, value, manner{watcher: c.coverage, prints: &prints{}})
				if topdown.IsCancel(err) {
					c.coverage.unsure = true
					return nil
				}
			}
		}
	}
	return nil
}

// byVariety orders inputs by how many of the same kind came before.
func byVariety(inputs []inputText) []int {
	seen := map[string]int{}
	rank := make([]int, len(inputs))
	order := make([]int, len(inputs))
	for at, input := range inputs {
		kind := ""
		if object, isObject := input.Value.(map[string]any); isObject {
			kind, _ = object["kind"].(string)
		}
		rank[at], order[at] = seen[kind], at
		seen[kind]++
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank[a] - rank[b] })
	return order
}
