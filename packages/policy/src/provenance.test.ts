import { describe, expect, test } from '@jest/globals'
import { locationText } from '@fermata/verdict'
import { judgeTexts } from './testing/judge.ts'

const deployment = `# first line
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  labels: {team: shop}
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: server
        image: cart:1
        resources: {limits: {memory: 1Gi}}
        ports: [{containerPort: 80}]
      - name: sidecar
        image: proxy:latest
        securityContext:
          privileged: true
        ports:
        - containerPort: 1
        - hostPort: 9
`

const found = async (rules: string, texts: Readonly<Record<string, string>> = { 'k8s/cart.yaml': deployment }) => {
  const { findings, answer } = await judgeTexts({ modules: [{ name: 'policy/main.rego', text: `package main\n${rules}\n` }] }, texts)
  expect(answer.errors).toEqual([])
  return findings.map(({ where, also, field }) => [locationText(where), field, ...also.map(locationText)])
}

describe('rules that know nothing of places', () => {
  test.each([
    ['a missing field: where it should be', 'deny contains msg if { input.kind == "Deployment"; not input.spec.template.spec.securityContext.runAsNonRoot; msg := "root" }', '10:5', 'spec.template.spec.securityContext.runAsNonRoot'],
    ['the rule of Rego v0', 'deny[msg] { input.kind == "Deployment"; input.spec.replicas < 2; msg := "one" }', '8:3', 'spec.replicas'],
    ['an item of a list', 'violation contains {"msg": msg} if { c := input.spec.template.spec.containers[_]; c.securityContext.privileged; msg := sprintf("%s", [c.name]) }', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['through a function', 'deny contains msg if { some c in input.spec.template.spec.containers; latest(c.image); msg := c.name }\nlatest(image) if endswith(image, ":latest")', '17:9', 'spec.template.spec.containers[1].image'],
    ['through a function that takes the whole item', 'deny contains msg if { some c in input.spec.template.spec.containers; bad(c); msg := c.name }\nbad(c) if c.securityContext.privileged == true', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['through a set of other rules', 'deny contains msg if { some c in containers; endswith(c.image, ":latest"); msg := c.name }\ncontainers contains c if some c in input.spec.template.spec.containers', '17:9', 'spec.template.spec.containers[1].image'],
    ['through a rule that gives a part', 'deny contains "x" if { pod.containers[_].securityContext.privileged }\npod := input.spec.template.spec', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['in a comprehension', 'warn contains msg if { bad := [c.name | some c in input.spec.template.spec.containers; c.ports[_].hostPort > 0]; count(bad) > 0; msg := sprintf("%v", [bad]) }', '22:11', 'spec.template.spec.containers[1].ports[1].hostPort'],
    ['with every', 'deny contains "limits" if { not all_limited }\nall_limited if { every c in input.spec.template.spec.containers { c.resources.limits.memory } }', '16:9', 'spec.template.spec.containers[1].resources.limits.memory'],
    ['with walk', 'deny contains msg if { walk(input, [path, value]); value.privileged == true; msg := sprintf("%v", [path]) }', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['with object.get', 'deny contains msg if { some c in input.spec.template.spec.containers; object.get(c, ["securityContext", "privileged"], false) == true; msg := c.name }', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['a helper that says no', 'deny contains msg if { some c in input.spec.template.spec.containers; not limited(c); msg := c.name }\nlimited(c) if c.resources.limits.memory', '16:9', 'spec.template.spec.containers[1].resources.limits.memory'],
    ['a guard that is deeper than the question', 'deny contains "few" if { input.metadata.labels.team == "shop"; input.spec.replicas == 1 }', '8:3', 'spec.replicas'],
    ['an exemption after the question', 'deny contains msg if { some c in input.spec.template.spec.containers; endswith(c.image, ":latest"); not exempt(c.name); msg := c.name }\nexempt("none") := true', '17:9', 'spec.template.spec.containers[1].image'],
    ['only the message reads', 'deny contains msg if { msg := sprintf("%v", [input.spec.replicas]) }', '8:3', 'spec.replicas'],
    ['with another input', 'deny contains msg if { some c in input.spec.template.spec.containers; bad with input as c; msg := c.name }\nbad if input.securityContext.privileged', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['a field whose name is data', 'deny contains msg if { some field in ["hostNetwork", "replicas"]; input.spec[field] == 1; msg := field }', '8:3', 'spec.replicas'],
    ['with else', 'deny contains msg if { some c in input.spec.template.spec.containers; level(c) == "high"; msg := c.name }\nlevel(c) := "high" if c.securityContext.privileged else := "low"', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['lists put together', 'deny contains msg if { some c in all; endswith(c.image, ":latest"); msg := c.name }\nall := array.concat(object.get(input.spec.template.spec, "initContainers", []), input.spec.template.spec.containers)', '17:9', 'spec.template.spec.containers[1].image'],
    ['as Gatekeeper\'s library writes it', 'violation contains {"msg": msg, "details": {}} if { c := all[_]; c.securityContext.privileged; msg := sprintf("%v", [c.name]) }\nall contains c if { c := input.spec.template.spec.containers[_] }\nall contains c if { c := input.spec.template.spec.initContainers[_] }', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['either of two', 'deny contains msg if { some c in input.spec.template.spec.containers; unlimited(c); msg := c.name }\nunlimited(c) if not c.resources.limits\nunlimited(c) if c.resources.limits.memory == "0"', '16:9', 'spec.template.spec.containers[1].resources.limits'],
    ['out of a comprehension', 'deny contains msg if { names := [c.name | some c in input.spec.template.spec.containers; not c.resources]; some n in names; msg := n }', '16:9', 'spec.template.spec.containers[1].resources'],
    ['a part of a text', 'deny contains msg if { some c in input.spec.template.spec.containers; [_, tag] := split(c.image, ":"); tag == "latest"; msg := c.name }', '17:9', 'spec.template.spec.containers[1].image'],
    ['objects by name', 'deny contains msg if { some n, c in by_name; c.securityContext.privileged; msg := n }\nby_name[c.name] := c if some c in input.spec.template.spec.containers', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['a text with a value in it', 'deny contains $"{c.name} is bad" if { some c in input.spec.template.spec.containers; c.securityContext.privileged }', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['a set that is given whole', 'deny := {msg | some c in input.spec.template.spec.containers; c.securityContext.privileged; msg := c.name}', '19:11', 'spec.template.spec.containers[1].securityContext.privileged'],
    ['a rule about nothing in particular', 'deny contains "always"', '2:1', ''],
  ])('%s', async (_, rules, at, field) => {
    expect(await found(rules)).toEqual([[`k8s/cart.yaml:${at}`, field]])
  })

  test('the same words for two places are one finding with both', async () => {
    expect(await found('deny contains "no probe" if { some c in input.spec.template.spec.containers; not c.livenessProbe }')).toEqual([['k8s/cart.yaml:12:9', 'spec.template.spec.containers[0].livenessProbe', 'k8s/cart.yaml:16:9']])
  })

  test('_loc, where a policy says it, is taken at its word', async () => {
    expect(await found('deny contains {"msg": "x", "_loc": {"file": "main.tf", "line": 7}} if input.kind')).toEqual([['main.tf:7', 'kind']])
  })
})

describe('documents', () => {
  const rule = 'deny contains msg if { input.spec.hostNetwork; msg := "host" }'
  test.each([
    ['several in one file', { 'a.yaml': 'kind: A\n---\nkind: B\nspec:\n  hostNetwork: true\n---\nspec: {hostNetwork: true}\n' }, ['a.yaml:5:3', 'a.yaml:7:8']],
    ['JSON', { 'a.json': '{\n  "spec": {\n    "hostNetwork": true\n  }\n}' }, ['a.json:3:5']],
    ['a list in JSON', { 'a.json': '[{"spec": {}},\n {"spec": {"hostNetwork": true}}]' }, ['a.json:2:12']],
    ['a Kubernetes list', { 'a.yaml': 'kind: List\nitems:\n- kind: Pod\n  spec:\n    hostNetwork: true\n' }, ['a.yaml:5:5']],
    ['an alias: where it is written', { 'a.yaml': 'x: &x {hostNetwork: true}\nspec: *x\n' }, [expect.stringMatching(/^a\.yaml:[12]:/)]],
    ['CR LF and a byte order mark', { 'a.yaml': '\ufeffkind: A\r\nspec:\r\n  hostNetwork: true\r\n' }, ['a.yaml:3:3']],
  ])('%s', async (_, texts, places) => {
    expect((await found(rule, texts)).map(([where]) => where)).toEqual(places)
  })
})

test('what is no finding is told: a bare rule, a number, an object without msg; a failing built-in', async () => {
  const rules = 'package main\ndeny_bare if input.kind\ndeny_number contains 1\ndeny_object contains {"message": "x"}\ndeny_failing contains msg if { msg := sprintf("%v", [to_number(input.kind)]) }'
  const { findings, oddities } = await judgeTexts({ modules: [{ name: 'p.rego', text: rules }] }, { 'a.yaml': 'kind: A' })
  expect(findings).toEqual([])
  expect(oddities.map(({ what, rule }) => `${rule} ${what}`).toSorted()).toEqual(['main/deny_bare rule-shape', 'main/deny_failing failed', 'main/deny_number result-shape', 'main/deny_object no-message'])
})

test('exception rules of a namespace excuse its findings, by conftest\'s names', async () => {
  const rules = 'package main\ndeny_root contains "root" if input.kind\nwarn_tag contains "tag" if input.kind\nexception contains rules if { input.kind == "A"; rules := ["root"] }'
  const { findings, excused } = await judgeTexts({ modules: [{ name: 'p.rego', text: rules }] }, { 'a.yaml': 'kind: A', 'b.yaml': 'kind: B' })
  expect(excused.map(({ rule, document }) => `${document.file} ${rule}`)).toEqual(['a.yaml main/deny_root'])
  expect(findings.map(({ rule, document }) => `${document.file} ${rule}`)).toEqual(['a.yaml main/warn_tag', 'b.yaml main/deny_root', 'b.yaml main/warn_tag'])
})
