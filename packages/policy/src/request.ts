import { boolean, capability, choice, duration, list, path, text, type Request } from '@fermata/capability'
import { type Pack, packs } from './packs/registry.ts'

export const policyScan = capability({
  name: 'policy-scan',
  purpose: 'Judges YAML and JSON files by Rego policies as conftest does, with the line of every finding, and without a silent pass.',
  inputs: {
    files: list({ default: '', about: 'Files, folders and patterns (`*`, `**`, `?`, `{a,b}`; `!` takes away) of YAML and JSON. Default: the manifests of all services of the catalog.', example: 'k8s, deploy/**/*.yaml, !deploy/drafts' }),
    policies: list({ default: '', about: 'Files, folders and patterns of Rego modules. Default: the folder policy, which must be there unless a pack is named.', example: 'policy' }),
    namespaces: list({ default: 'main', about: 'Packages whose rules are asked, without `data.`; `*` takes any text, dots too.', example: 'main, kubernetes.*' }),
    pack: list({ default: '', about: `Policies that come with Fermata: ${packs.map(packText).join(', ')}.`, example: 'pss-baseline@1.35' }),
    data: list({ default: '', about: 'YAML and JSON files and folders that become the document data. The folders below a named one are keys, file names are not.', example: 'policy-data' }),
    combine: boolean({ default: 'false', about: 'All documents are one input: a list of {path, contents}.' }),
    exceptions: path({ about: 'YAML file of findings that are accepted for a time, each with owner, reason and day of expiry.', example: '.fermata/exceptions.yaml' }),
    'fail-severity': choice(['failure', 'warning', 'never'], { default: 'failure', about: 'Which findings fail the verdict: those of deny and violation rules, those of warn rules too, or none.' }),
    base: text({ about: 'Reserved: a ref whose findings are not told again. It is refused until it works.' }),
    compat: choice(['none', 'conftest'], { default: 'none', about: 'conftest passes in silence where conftest does: unknown namespaces, rules that give no set, results without a message, failing built-ins. Without it each of these is told.' }),
    'rego-version': choice(['auto', 'v1', 'v0'], { default: 'auto', about: 'auto takes v1, and v0 for a module that is only valid as v0.' }),
    strict: boolean({ default: 'false', about: 'Also refuse unused imports, variables and arguments in policies.' }),
    timeout: duration({ default: '5m', about: 'How long the policies may take together. What is not judged by then is inconclusive.' }),
  },
  outputs: {
    failures: 'How many findings of deny and violation rules are not excepted.',
    warnings: 'How many findings of warn rules are not excepted.',
    excepted: 'How many findings are excepted, by the exceptions file or by exception rules.',
    score: 'Documents without a failure, in percent of all documents, rounded down. Empty when nothing was judged.',
    sarif: 'Path of the findings as SARIF 2.1.0.',
  },
  needs: ['policyEngine'],
  commands: [
    { path: ['scan'], brief: 'Judge manifests by policies', example: 'fermata scan --pack pss-baseline@1.35 --files k8s' },
  ],
  branding: { icon: 'shield', color: 'green' },
  permissions: { 'contents: read': 'to read the files and the policies' },
})

function packText({ name, minors }: Pack): string {
  return minors === undefined ? name : `${name} (@1.${minors[0]} to @1.${minors[1]}, or @latest)`
}

export type ScanRequest = Request<typeof policyScan>
