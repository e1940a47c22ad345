package main

import "github.com/open-policy-agent/opa/v1/ast"

// The two structures that cross the border between Node and Go. Their twin is packages/ports/src/policy-engine.ts.

type request struct {
	Modules []moduleText `json:"modules"`
	// Data is the document `data`, without what modules define.
	Data map[string]any `json:"data"`
	// RegoVersion is "auto", "v0" or "v1". Auto takes v1, and v0 for a module that is only valid as v0.
	RegoVersion string `json:"regoVersion"`
	// Namespaces are package paths without `data.`; with *, ? or [ they are patterns of Go's path.Match.
	Namespaces []string `json:"namespaces"`
	Strict     bool     `json:"strict"`
	// Plain leaves out all tracing: results without paths, no coverage.
	Plain bool `json:"plain"`
	// Seconds after which the engine gives up; 0 is never.
	Seconds float64     `json:"seconds"`
	Inputs  []inputText `json:"inputs"`
}

type moduleText struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type inputText struct {
	Value any `json:"value"`
	// File becomes `data.conftest.file` where a module asks for it.
	File *inputFile `json:"file,omitempty"`
}

type inputFile struct {
	Name string `json:"name"`
	Dir  string `json:"dir"`
}

type answer struct {
	Version string `json:"version"`
	// Errors keep everything from being judged: modules that do not parse or compile.
	Errors     []moduleError `json:"errors,omitempty"`
	Namespaces []namespace   `json:"namespaces"`
	// Selected are the names of the namespaces that were judged.
	Selected []string `json:"selected"`
	Results  []result `json:"results"`
	Prints   []string `json:"prints,omitempty"`
	// TimedOut says that the time was up, and that the results are not all.
	TimedOut bool `json:"timedOut,omitempty"`
}

type moduleError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

type namespace struct {
	Name  string `json:"name"`
	Rules []rule `json:"rules"`
	// Others are rules whose names only begin like those that are asked: nobody would ask them.
	Others     []otherRule `json:"others,omitempty"`
	Exceptions bool        `json:"exceptions,omitempty"`
}

type rule struct {
	Name string `json:"name"`
	// Kind is "fail" or "warn".
	Kind        string       `json:"kind"`
	Definitions []definition `json:"definitions"`
}

type definition struct {
	File string `json:"file"`
	Line int    `json:"line"`
	// Reached says whether for at least one input everything held but the last condition: "yes", "no" or "unknown".
	Reached     string         `json:"reached"`
	Title       string         `json:"title,omitempty"`
	Description string         `json:"description,omitempty"`
	Links       []string       `json:"links,omitempty"`
	Custom      map[string]any `json:"custom,omitempty"`
}

type otherRule struct {
	Name string `json:"name"`
	File string `json:"file"`
	Line int    `json:"line"`
}

// result is what one rule says about one input. Results that say nothing are left out.
type result struct {
	Input     int    `json:"input"`
	Namespace string `json:"namespace"`
	Rule      string `json:"rule"`
	// Shape is "set" when the rule gave a set or list; else what it gave: "boolean", "object", ...
	Shape    string    `json:"shape"`
	Outcomes []outcome `json:"outcomes,omitempty"`
	// Exceptions is how many rules named `exception` name this rule for this input.
	Exceptions int            `json:"exceptions,omitempty"`
	Errors     []builtinError `json:"errors,omitempty"`
}

// outcome is one element of a rule's set.
type outcome struct {
	Value any `json:"value"`
	// Paths are where in the input it was decided, one for each derivation.
	Paths [][]any `json:"paths,omitempty"`
	// Definition is which of the rule's definitions gave it, or -1.
	Definition int `json:"definition"`
	// element is Value as the rule gave it.
	element *ast.Term
}

type builtinError struct {
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
}
