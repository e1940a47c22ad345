package main

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// policies are modules that compile together, and what can be asked of them.
type policies struct {
	compiler *ast.Compiler
	spaces   []*space
}

// space is one namespace: what one or more modules with the same package say.
type space struct {
	name       string
	ref        ast.Ref
	rules      []*ruleGroup
	others     []otherRule
	exceptions bool
}

// ruleGroup is all definitions of one name.
type ruleGroup struct {
	name        string
	kind        string
	definitions []*ast.Rule
}

var (
	failName = regexp.MustCompile(`^(deny|violation)(_[a-zA-Z0-9]+)*$`)
	warnName = regexp.MustCompile(`^warn(_[a-zA-Z0-9]+)*$`)
	// A name that was meant to be asked, most likely: `deny-x`, `Deny`, `denied`, `warning`.
	nearName = regexp.MustCompile(`(?i)^(deny|denied|violations?|warn|warnings?)([^a-z].*)?$`)
)

func compileModules(asked request) (*policies, []moduleError) {
	parsed := map[string]*ast.Module{}
	var problems []moduleError
	capabilities := withoutWorld()
	for _, text := range asked.Modules {
		module, err := parseModule(text, asked.RegoVersion, capabilities)
		if err != nil {
			problems = append(problems, describe(err, text.Name)...)
			continue
		}
		if module != nil {
			problems = append(problems, lostContains(module)...)
			parsed[text.Name] = module
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities).WithStrict(asked.Strict).WithEnablePrintStatements(true).WithDefaultRegoVersion(ast.RegoV1)
	compiler.Compile(parsed)
	if compiler.Failed() {
		return nil, describe(compiler.Errors, "")
	}
	return &policies{compiler: compiler, spaces: spacesOf(compiler)}, nil
}

// A policy judges what it is given. What would let it ask the network or the clock of another machine is no built-in here.
func withoutWorld() *ast.Capabilities {
	all := ast.CapabilitiesForThisVersion()
	all.Builtins = slices.DeleteFunc(all.Builtins, func(builtin *ast.Builtin) bool {
		return builtin.Name == ast.HTTPSend.Name || builtin.Name == ast.NetLookupIPAddr.Name
	})
	return all
}

func parseModule(text moduleText, version string, capabilities *ast.Capabilities) (*ast.Module, error) {
	parse := func(as ast.RegoVersion) (*ast.Module, error) {
		return ast.ParseModuleWithOpts(text.Name, text.Text, ast.ParserOptions{RegoVersion: as, ProcessAnnotation: true, Capabilities: capabilities})
	}
	if version == "v0" {
		return parse(ast.RegoV0)
	}
	module, err := parse(ast.RegoV1)
	if err == nil || version == "v1" {
		return module, err
	}
	// What is wrong under both is told as v1 has it: that is what will be written from now on.
	if older, olderErr := parse(ast.RegoV0); olderErr == nil {
		return older, nil
	}
	return nil, err
}

// lostContains finds `deny[msg] if { ... }`. With `if`, and without `contains`, that is an object whose keys are the
// messages, and no set: the rule would find things, and nobody would see them.
func lostContains(module *ast.Module) []moduleError {
	var problems []moduleError
	for _, definition := range module.Rules {
		head := definition.Head
		if head.Name != "" || len(head.Reference) < 2 || head.Value == nil || !head.Value.Equal(ast.BooleanTerm(true)) {
			continue
		}
		if name := firstName(head); failName.MatchString(name) || warnName.MatchString(name) {
			at := definition.Loc()
			problems = append(problems, moduleError{Code: "rego_contains_error", Message: fmt.Sprintf("`%s if` without `contains` is no set of results: write `%s contains ... if`", head.Reference, name), File: at.File, Line: at.Row, Column: at.Col})
		}
	}
	return problems
}

func firstName(head *ast.Head) string {
	if name, ok := head.Ref()[0].Value.(ast.Var); ok {
		return string(name)
	}
	return head.Ref()[0].String()
}

func describe(err error, file string) []moduleError {
	var several ast.Errors
	if !errors.As(err, &several) {
		return []moduleError{{Code: "rego_error", Message: err.Error(), File: file}}
	}
	var problems []moduleError
	for _, one := range several {
		problem := moduleError{Code: one.Code, Message: one.Message, File: file}
		if one.Location != nil {
			problem.File, problem.Line, problem.Column = one.Location.File, one.Location.Row, one.Location.Col
		}
		problems = append(problems, problem)
	}
	return problems
}

// spacesOf lists the namespaces by name, and in each the rules by name; definitions in the order of file and line.
func spacesOf(compiler *ast.Compiler) []*space {
	byName := map[string]*space{}
	files := make([]string, 0, len(compiler.Modules))
	for file := range compiler.Modules {
		files = append(files, file)
	}
	slices.Sort(files)
	for _, file := range files {
		module := compiler.Modules[file]
		name := strings.TrimPrefix(module.Package.Path.String(), "data.")
		if byName[name] == nil {
			byName[name] = &space{name: name, ref: module.Package.Path}
		}
		for _, definition := range module.Rules {
			byName[name].add(definition)
		}
	}
	spaces := make([]*space, 0, len(byName))
	for _, one := range byName {
		slices.SortFunc(one.rules, func(a, b *ruleGroup) int { return strings.Compare(a.name, b.name) })
		spaces = append(spaces, one)
	}
	slices.SortFunc(spaces, func(a, b *space) int { return strings.Compare(a.name, b.name) })
	return spaces
}

func (s *space) add(definition *ast.Rule) {
	// What is defined in parts, `deny.root` or `deny[name] := x`, is asked by its first name: then it is seen that it
	// gives an object.
	name := firstName(definition.Head)
	kind := ""
	switch {
	case len(definition.Head.Args) > 0:
		return
	case failName.MatchString(name):
		kind = "fail"
	case warnName.MatchString(name):
		kind = "warn"
	case name == "exception":
		s.exceptions = true
		return
	default:
		if nearName.MatchString(name) {
			s.others = append(s.others, otherRule{Name: name, File: definition.Loc().File, Line: definition.Loc().Row})
		}
		return
	}
	for _, known := range s.rules {
		if known.name == name {
			known.definitions = append(known.definitions, definition)
			return
		}
	}
	s.rules = append(s.rules, &ruleGroup{name: name, kind: kind, definitions: []*ast.Rule{definition}})
}

// selected are the namespaces that a list of names and patterns means.
func (p *policies) selected(wanted []string) []*space {
	return slices.DeleteFunc(slices.Clone(p.spaces), func(one *space) bool {
		return !slices.ContainsFunc(wanted, func(pattern string) bool { return matches(pattern, one.name) })
	})
}

func matches(pattern, name string) bool {
	if !strings.ContainsAny(pattern, "*?[") {
		return pattern == name
	}
	found, err := path.Match(pattern, name)
	return err == nil && found
}

// inventory is what the modules hold, with the annotations that stand above rules.
func (p *policies) inventory(covered *coverage) []namespace {
	annotations := p.compiler.GetAnnotationSet()
	listed := make([]namespace, 0, len(p.spaces))
	for _, one := range p.spaces {
		entry := namespace{Name: one.name, Rules: []rule{}, Others: one.others, Exceptions: one.exceptions}
		for _, group := range one.rules {
			shown := rule{Name: group.name, Kind: group.kind}
			for _, found := range group.definitions {
				described := definition{File: found.Loc().File, Line: found.Loc().Row, Reached: covered.state(found)}
				if annotations != nil {
					for _, above := range annotations.GetRuleScope(found) {
						described.Title, described.Description, described.Custom = above.Title, above.Description, above.Custom
						for _, link := range above.RelatedResources {
							described.Links = append(described.Links, link.Ref.String())
						}
					}
				}
				shown.Definitions = append(shown.Definitions, described)
			}
			entry.Rules = append(entry.Rules, shown)
		}
		listed = append(listed, entry)
	}
	return listed
}
