package main

import "slices"

// choose picks, of all places that a derivation looked at, the one where a person would look: what the last condition
// of the rule asked, or something deeper in the same part of the document that an earlier one asked. What only tells
// one object from another (kind, name) counts when there is nothing else, and what only the message says after that.
func choose(all []read) []any {
	for _, candidates := range [][]read{
		keep(all, func(one read) bool { return one.step >= 0 && !isIdentity(one.path) }),
		keep(all, func(one read) bool { return one.step >= 0 }),
		all,
	} {
		if len(candidates) > 0 {
			return deepest(candidates)
		}
	}
	return nil
}

func keep(all []read, wanted func(read) bool) []read {
	return slices.DeleteFunc(slices.Clone(all), func(one read) bool { return !wanted(one) })
}

func deepest(candidates []read) []any {
	final := slices.MaxFunc(candidates, func(a, b read) int {
		if a.step != b.step {
			return a.step - b.step
		}
		return len(a.path) - len(b.path)
	})
	best := final
	for _, one := range candidates {
		if len(one.path) > len(best.path) && samePart(one.path, final.path) {
			best = one
		}
	}
	return best.path
}

// samePart tells whether two paths lead into the same top-level field.
func samePart(a, b []any) bool {
	return len(b) == 0 || (len(a) > 0 && a[0] == b[0])
}

// isIdentity tells whether a path only says which object, or which item of a list, this is.
func isIdentity(path []any) bool {
	switch len(path) {
	case 0:
		return true
	case 1:
		return path[0] == "kind" || path[0] == "apiVersion" || path[0] == "metadata"
	case 2:
		if path[0] == "metadata" {
			return path[1] == "name" || path[1] == "namespace"
		}
	}
	_, ofItem := path[len(path)-2].(int)
	return ofItem && path[len(path)-1] == "name"
}

func contains(paths [][]any, path []any) bool {
	return slices.ContainsFunc(paths, func(known []any) bool { return slices.Equal(known, path) })
}
