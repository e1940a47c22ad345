package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/print"
	"github.com/open-policy-agent/opa/v1/version"
)

// question is one rule of one namespace. Its own query is made when it is needed: most rules find nothing.
type question struct {
	space *space
	group *ruleGroup
	query *query
	words map[*ast.Rule]map[*ast.Expr]bool
}

// wordsOf works out once what of a definition only makes up its words.
func (q *question) wordsOf(definition *ast.Rule) map[*ast.Expr]bool {
	known, found := q.words[definition]
	if !found {
		known = wording(definition)
		if q.words == nil {
			q.words = map[*ast.Rule]map[*ast.Expr]bool{}
		}
		q.words[definition] = known
	}
	return known
}

// docket is all rules of a namespace, asked in one query: what they share is then worked out once.
type docket struct {
	space     *space
	query     *query
	questions []*question
}

type court struct {
	asked    request
	rules    *policies
	store    storage.Store
	asksFile bool
	printed  *prints
	until    *deadline
	coverage *coverage
	dockets  []*docket
}

func judge(asked request) (*answer, error) {
	given := &answer{Version: version.Version, Namespaces: []namespace{}, Selected: []string{}, Results: []result{}}
	rules, problems := compileModules(asked)
	if len(problems) > 0 {
		given.Errors = problems
		return given, nil
	}
	data := asked.Data
	if data == nil {
		data = map[string]any{}
	}
	c := &court{asked: asked, rules: rules, store: inmem.NewFromObject(data), printed: &prints{}, until: newDeadline(asked.Seconds), coverage: newCoverage()}
	for _, module := range asked.Modules {
		c.asksFile = c.asksFile || strings.Contains(module.Text, "conftest.file")
	}
	if err := c.prepare(given); err != nil {
		return nil, err
	}
	for index, input := range asked.Inputs {
		if err := c.judgeInput(index, input, given); err != nil {
			return nil, err
		}
		if given.TimedOut {
			break
		}
	}
	if err := c.look(given); err != nil {
		return nil, err
	}
	given.Namespaces = rules.inventory(c.coverage)
	given.Prints = c.printed.lines
	return given, nil
}

func (c *court) prepare(given *answer) error {
	for _, one := range c.rules.selected(c.asked.Namespaces) {
		given.Selected = append(given.Selected, one.name)
		if len(one.rules) == 0 {
			continue
		}
		next := &docket{space: one}
		parts := make([]string, 0, 2*len(one.rules))
		for _, group := range one.rules {
			next.questions = append(next.questions, &question{space: one, group: group})
			parts = append(parts, fmt.Sprintf("%q: [found | found := %s]", group.name, one.ref.Append(ast.StringTerm(group.name))))
			if one.exceptions {
				parts = append(parts, fmt.Sprintf("%q: [true | %s.exception[_][_] == %q]", excusedKey(group.name), one.ref, exceptionName(group.name)))
			}
			c.coverage.watch(group)
		}
		wanted, err := ast.ParseTerm("{" + strings.Join(parts, ", ") + "}")
		if err != nil {
			return err
		}
		query, err := c.ready(wanted)
		if err != nil {
			return err
		}
		next.query = query
		c.dockets = append(c.dockets, next)
	}
	return nil
}

// excusedKey cannot be the name of a rule.
func excusedKey(name string) string { return "excused " + name }

// exceptionName is the name under which conftest's `exception` rules know a rule: `deny_root` and `warn_root` are `root`.
func exceptionName(name string) string {
	for _, prefix := range []string{"violation", "deny", "warn"} {
		if rest, found := strings.CutPrefix(name, prefix); found {
			return strings.TrimPrefix(rest, "_")
		}
	}
	return name
}

// own is the query of one rule alone.
func (c *court) own(asked *question) (*query, error) {
	if asked.query == nil {
		query, err := c.ready(ast.NewTerm(asked.space.ref.Append(ast.StringTerm(asked.group.name))))
		if err != nil {
			return nil, err
		}
		asked.query = query
	}
	return asked.query, nil
}

func (c *court) judgeInput(index int, input inputText, given *answer) error {
	value, err := build(input.Value, nil, nil)
	if err != nil {
		return err
	}
	if err := c.tellFile(input.File); err != nil {
		return err
	}
	var traced *tracedInput
	for _, one := range c.dockets {
		all, err := c.ask(one, value)
		if topdown.IsCancel(err) {
			given.TimedOut = true
			return nil
		}
		if err != nil {
			return err
		}
		for at, found := range all {
			if found == nil {
				continue
			}
			found.Input = index
			if len(found.Outcomes) > 0 && !c.asked.Plain {
				if traced == nil {
					traced = newTracedInput(input.Value)
				}
				if err := c.locate(one.questions[at], traced, found); err != nil {
					return err
				}
			}
			given.Results = append(given.Results, *found)
		}
	}
	return nil
}

// ask gives, for each rule, what it found; nothing where a rule says nothing, the most frequent answer of all.
func (c *court) ask(one *docket, value ast.Value) ([]*result, error) {
	var errs []topdown.Error
	gave, err := c.eval(one.query, value, manner{errors: &errs})
	if topdown.IsCancel(err) {
		return nil, err
	}
	together, _ := gave.(ast.Object)
	// Which rule failed can only be told by asking each alone.
	if err != nil || len(errs) > 0 || together == nil {
		return c.askEach(one, value, together)
	}
	all := make([]*result, len(one.questions))
	for at, asked := range one.questions {
		found := newResult(asked, together)
		if values := listIn(together, asked.group.name); values != nil && values.Len() > 0 {
			if err := found.take(values.Elem(0).Value); err != nil {
				return nil, err
			}
		}
		all[at] = found.unlessSilent()
	}
	return all, nil
}

func (c *court) askEach(one *docket, value ast.Value, together ast.Object) ([]*result, error) {
	all := make([]*result, len(one.questions))
	for at, asked := range one.questions {
		query, err := c.own(asked)
		if err != nil {
			return nil, err
		}
		found := newResult(asked, together)
		var errs []topdown.Error
		gave, err := c.eval(query, value, manner{errors: &errs})
		switch {
		case topdown.IsCancel(err):
			return nil, err
		case err != nil:
			// Two definitions that contradict each other: only this rule has no answer.
			found.Shape, found.Errors = "error", []builtinError{describeRuntime(err)}
		default:
			if gave != nil {
				if err := found.take(gave); err != nil {
					return nil, err
				}
			}
			found.Errors = distinct(errs)
		}
		all[at] = found.unlessSilent()
	}
	return all, nil
}

// newResult is what a rule says that has said nothing yet.
func newResult(asked *question, together ast.Object) *result {
	found := &result{Namespace: asked.space.name, Rule: asked.group.name, Shape: "undefined"}
	if excuses := listIn(together, excusedKey(asked.group.name)); excuses != nil {
		found.Exceptions = excuses.Len()
	}
	return found
}

// listIn is the list under a key, or nil.
func listIn(object ast.Object, key string) *ast.Array {
	if object == nil {
		return nil
	}
	term := object.Get(ast.StringTerm(key))
	if term == nil {
		return nil
	}
	list, _ := term.Value.(*ast.Array)
	return list
}

func (r *result) unlessSilent() *result {
	said := len(r.Outcomes) > 0 || len(r.Errors) > 0 || r.Exceptions > 0
	if !said && (r.Shape == "set" || r.Shape == "undefined") {
		return nil
	}
	return r
}

// take keeps what a rule gave as conftest does: the elements of a set or list.
func (r *result) take(gave ast.Value) error {
	var elements []*ast.Term
	switch held := gave.(type) {
	case ast.Set:
		elements = held.Slice()
	case *ast.Array:
		elements = elementsOf(held)
	case ast.Object:
		r.Shape = "object"
		return nil
	default:
		r.Shape = ast.ValueName(gave)
		return nil
	}
	r.Shape, r.Outcomes = "set", make([]outcome, 0, len(elements))
	for _, element := range elements {
		value, err := ast.JSON(element.Value)
		if err != nil {
			return err
		}
		r.Outcomes = append(r.Outcomes, outcome{Value: value, Definition: -1, element: element})
	}
	return nil
}

func (c *court) tellFile(file *inputFile) error {
	if !c.asksFile || file == nil {
		return nil
	}
	ctx := context.Background()
	return storage.Txn(ctx, c.store, storage.WriteParams, func(txn storage.Transaction) error {
		at := storage.Path{"conftest"}
		if err := storage.MakeDir(ctx, c.store, txn, at); err != nil {
			return err
		}
		return c.store.Write(ctx, txn, storage.AddOp, append(at, "file"), map[string]any{"name": file.Name, "dir": file.Dir})
	})
}

func distinct(errs []topdown.Error) []builtinError {
	var told []builtinError
	for index := range errs {
		one := describeRuntime(&errs[index])
		if !slices.Contains(told, one) {
			told = append(told, one)
		}
	}
	return told
}

func describeRuntime(err error) builtinError {
	told := builtinError{Message: err.Error()}
	if known, ok := err.(*topdown.Error); ok {
		told.Message = known.Message
		if known.Location != nil {
			told.File, told.Line = known.Location.File, known.Location.Row
		}
	}
	return told
}

// mostPrints is how many lines of print() are kept.
const mostPrints = 200

type prints struct{ lines []string }

func (p *prints) Print(where print.Context, text string) error {
	if len(p.lines) < mostPrints {
		p.lines = append(p.lines, fmt.Sprintf("%s:%d: %s", where.Location.File, where.Location.Row, text))
	}
	return nil
}

// deadline ends a policy that takes too long. It is asked by OPA between steps, and asks the clock now and then.
type deadline struct {
	at    time.Time
	asked int
	over  bool
}

func newDeadline(seconds float64) *deadline {
	if seconds <= 0 {
		return &deadline{}
	}
	return &deadline{at: time.Now().Add(time.Duration(seconds * float64(time.Second)))}
}

func (d *deadline) Cancel() { d.over = true }

func (d *deadline) Cancelled() bool {
	d.asked++
	if !d.at.IsZero() && d.asked%4096 == 0 && time.Now().After(d.at) {
		d.over = true
	}
	return d.over
}
