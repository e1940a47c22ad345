package main

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/print"
)

// query is a term that is ready to be asked about many inputs. It asks the evaluator of OPA itself: package rego before
// it would bring what is never needed here, bundles and plug-ins among it, and make the engine a quarter larger.
type query struct {
	body     ast.Body
	compiler ast.QueryCompiler
}

// answered is the variable that takes what a query gives.
const answered = ast.Var("answered")

// manner is how a query is evaluated; the zero value is how OPA does it for anybody.
type manner struct {
	// watcher is told every step, and then OPA takes no shortcut past a rule.
	watcher topdown.QueryTracer
	// errors takes what built-in functions complain of; without it they are undefined.
	errors *[]topdown.Error
	// prints takes what policies print; without it, the court's own.
	prints print.Hook
}

func (c *court) ready(wanted *ast.Term) (*query, error) {
	compiler := c.rules.compiler.QueryCompiler()
	body, err := compiler.Compile(ast.NewBody(ast.Equality.Expr(ast.NewTerm(answered), wanted)))
	if err != nil {
		return nil, err
	}
	return &query{body: body, compiler: compiler}, nil
}

// eval gives the value of a query, or nil where it is undefined.
func (c *court) eval(asked *query, input ast.Value, how manner) (ast.Value, error) {
	ctx := context.Background()
	txn, err := c.store.NewTransaction(ctx, storage.TransactionParams{})
	if err != nil {
		return nil, err
	}
	defer c.store.Abort(ctx, txn)
	if how.prints == nil {
		how.prints = c.printed
	}
	running := topdown.NewQuery(asked.body).
		WithQueryCompiler(asked.compiler).
		WithCompiler(c.rules.compiler).
		WithStore(c.store).
		WithTransaction(txn).
		WithInput(ast.NewTerm(input)).
		WithBuiltinErrorList(how.errors).
		WithPrintHook(how.prints).
		WithCancel(c.until)
	if how.watcher != nil {
		running = running.WithQueryTracer(how.watcher).WithIndexing(false).WithEarlyExit(false)
	}
	var gave ast.Value
	err = running.Iter(ctx, func(found topdown.QueryResult) error {
		gave = found[answered].Value
		return nil
	})
	return gave, err
}
