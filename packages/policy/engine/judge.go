package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/print"
	"github.com/open-policy-agent/opa/v1/version"
)

// question is one rule of one namespace, ready to be asked of any input.
type question struct {
	space   *space
	group   *ruleGroup
	query   rego.PreparedEvalQuery
	exclude *rego.PreparedEvalQuery
}

type court struct {
	asked    request
	store    storage.Store
	asksFile bool
	printed  *prints
	until    *deadline
	coverage *coverage
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
	c := &court{asked: asked, store: inmem.NewFromObject(data), printed: &prints{}, until: newDeadline(asked.Seconds), coverage: newCoverage()}
	for _, module := range asked.Modules {
		c.asksFile = c.asksFile || strings.Contains(module.Text, "conftest.file")
	}
	questions, err := c.prepare(rules, given)
	if err != nil {
		return nil, err
	}
	for index, input := range asked.Inputs {
		if err := c.judgeInput(index, input, questions, given); err != nil {
			return nil, err
		}
		if given.TimedOut {
			break
		}
	}
	given.Namespaces = rules.inventory(c.coverage.reached)
	given.Prints = c.printed.lines
	return given, nil
}

func (c *court) prepare(rules *policies, given *answer) ([]question, error) {
	var questions []question
	for _, one := range rules.selected(c.asked.Namespaces) {
		given.Selected = append(given.Selected, one.name)
		for _, group := range one.rules {
			query, err := c.ready(rules, rego.ParsedQuery(ast.NewBody(ast.NewExpr(ast.NewTerm(one.ref.Append(ast.StringTerm(group.name)))))))
			if err != nil {
				return nil, err
			}
			next := question{space: one, group: group, query: query}
			if one.exceptions {
				exclude, err := c.ready(rules, rego.Query(fmt.Sprintf("%s.exception[_][_] == %q", one.ref, exceptionName(group.name))))
				if err != nil {
					return nil, err
				}
				next.exclude = &exclude
			}
			questions = append(questions, next)
			c.coverage.watch(group)
		}
	}
	return questions, nil
}

// exceptionName is the name under which conftest's `exception` rules know a rule: `deny_root` and `warn_root` are `root`.
func exceptionName(name string) string {
	for _, prefix := range []string{"violation", "deny", "warn"} {
		if rest, found := strings.CutPrefix(name, prefix); found {
			return strings.TrimPrefix(rest, "_")
		}
	}
	return name
}

func (c *court) ready(rules *policies, query func(*rego.Rego)) (rego.PreparedEvalQuery, error) {
	return rego.New(query, rego.Compiler(rules.compiler), rego.Store(c.store), rego.PrintHook(c.printed)).PrepareForEval(context.Background())
}

func (c *court) judgeInput(index int, input inputText, questions []question, given *answer) error {
	value, err := build(input.Value, nil, nil)
	if err != nil {
		return err
	}
	if err := c.tellFile(input.File); err != nil {
		return err
	}
	var traced *tracedInput
	for _, asked := range questions {
		found, err := c.ask(asked, value)
		if err != nil {
			if topdown.IsCancel(err) {
				given.TimedOut = true
				return nil
			}
			return err
		}
		if found == nil {
			continue
		}
		found.Input = index
		if len(found.Outcomes) > 0 && !c.asked.Plain {
			if traced == nil {
				traced = newTracedInput(input.Value)
			}
			if err := c.locate(asked, traced, found); err != nil {
				return err
			}
		}
		given.Results = append(given.Results, *found)
	}
	return nil
}

// ask gives nothing where a rule says nothing: the most frequent answer of all.
func (c *court) ask(asked question, value ast.Value) (*result, error) {
	var errs []topdown.Error
	options := []rego.EvalOption{rego.EvalParsedInput(value), rego.EvalBuiltinErrorList(&errs), rego.EvalExternalCancel(c.until)}
	if !c.asked.Plain && !c.coverage.complete(asked.group) {
		options = append(options, rego.EvalQueryTracer(c.coverage), rego.EvalRuleIndexing(false), rego.EvalEarlyExit(false))
	}
	set, err := asked.query.Eval(context.Background(), options...)
	found := &result{Namespace: asked.space.name, Rule: asked.group.name, Shape: "undefined"}
	if err != nil {
		if topdown.IsCancel(err) {
			return nil, err
		}
		// Two definitions that contradict each other: only this rule has no answer.
		found.Shape = "error"
		found.Errors = []builtinError{describeRuntime(err)}
		return found, nil
	}
	if len(set) > 0 && len(set[0].Expressions) > 0 {
		found.Shape, found.Outcomes = outcomesOf(set[0].Expressions[0].Value)
	}
	found.Errors = distinct(errs)
	if err := c.exclude(asked, value, found); err != nil {
		return nil, err
	}
	silent := len(found.Outcomes) == 0 && len(found.Errors) == 0 && found.Exceptions == 0
	if silent && (found.Shape == "set" || found.Shape == "undefined") {
		return nil, nil
	}
	return found, nil
}

func (c *court) exclude(asked question, value ast.Value, found *result) error {
	if asked.exclude == nil {
		return nil
	}
	rows, err := asked.exclude.Eval(context.Background(), rego.EvalParsedInput(value), rego.EvalExternalCancel(c.until))
	if err != nil {
		if topdown.IsCancel(err) {
			return err
		}
		found.Errors = append(found.Errors, describeRuntime(err))
		return nil
	}
	found.Exceptions = len(rows)
	return nil
}

// outcomesOf takes what a rule gave as conftest does: the elements of a set or list.
func outcomesOf(value any) (string, []outcome) {
	switch held := value.(type) {
	case []any:
		outcomes := make([]outcome, 0, len(held))
		for _, element := range held {
			outcomes = append(outcomes, outcome{Value: element, Definition: -1})
		}
		return "set", outcomes
	case map[string]any:
		return "object", nil
	case bool:
		return "boolean", nil
	case string:
		return "string", nil
	case nil:
		return "null", nil
	default:
		return "number", nil
	}
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
