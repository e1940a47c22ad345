import { reasonCodes, reasonsFrom } from '@fermata/verdict'

export const policyCodes = reasonCodes({
  'FM-POLICY-DENIED': { severity: 'error', means: 'A deny or violation rule found something.', remedy: 'Change what stands there, or except it for a time with the input exceptions.' },
  'FM-POLICY-WARNED': { severity: 'warning', means: 'A warn rule found something.', remedy: 'Change what stands there, or except it for a time with the input exceptions.' },
  'FM-POLICY-EXCEPTED': { severity: 'note', means: 'A finding is accepted by an exception.', remedy: 'Nothing, until the exception expires.' },
  'FM-POLICY-BASE': { severity: 'error', means: 'The input base is reserved and does not work yet.', remedy: 'Leave it out: every finding is told.' },
  'FM-POLICY-NO-FILES': { severity: 'inconclusive', means: 'There is nothing to judge.', remedy: 'Correct the input files: paths are relative to the working directory.' },
  'FM-POLICY-PATTERN-UNUSED': { severity: 'warning', means: 'A path or pattern of the input files matches no file.', remedy: 'Correct it, or take it out.' },
  'FM-POLICY-FILE-UNREADABLE': { severity: 'inconclusive', means: 'A file could not be understood, and so was not judged.', remedy: 'Correct the file, or take it out with a line that begins with ! in the input files. Templates must be rendered first.' },
  'FM-POLICY-FILE-EMPTY': { severity: 'warning', means: 'A file holds no document: no rule was asked about it.', remedy: 'Fill it, or take it out.' },
  'FM-POLICY-NO-POLICIES': { severity: 'error', means: 'There is no rule to judge by.', remedy: 'Name Rego files with the input policies, or a pack with the input pack.' },
  'FM-POLICY-PACK': { severity: 'error', means: 'A pack of this name or version does not exist.', remedy: 'Take one of those that the message lists.' },
  'FM-POLICY-INVALID': { severity: 'error', means: 'A policy does not parse or compile: nothing was judged.', remedy: 'Correct the policy at that line.' },
  'FM-POLICY-DATA': { severity: 'error', means: 'A data file cannot be used.', remedy: 'Correct the file, or take it out of the input data.' },
  'FM-POLICY-NAMESPACE-UNKNOWN': { severity: 'inconclusive', means: 'No policy has a package of this name: conftest would ask nothing and pass.', remedy: 'Correct the input namespaces, or the package line of the policy.' },
  'FM-POLICY-NAMESPACE-EMPTY': { severity: 'inconclusive', means: 'The chosen packages have no rule named deny, violation or warn: nothing can be found.', remedy: 'Name the rules deny, violation or warn, with _ and letters or digits behind it.' },
  'FM-POLICY-RULE-NOT-ASKED': { severity: 'warning', means: 'A rule has nearly the name of a rule that is asked, and nobody asks it.', remedy: 'Name it deny, violation or warn, with _ and letters or digits behind it, or something else altogether.' },
  'FM-POLICY-RULE-UNREACHED': { severity: 'warning', means: 'No document got as far as the last condition of a rule: it would not have found anything in any of them.', remedy: 'Look whether its first conditions are what was meant, and whether the files hold what it is about.' },
  'FM-POLICY-NOTHING-REACHED': { severity: 'inconclusive', means: 'No document got as far as the last condition of any rule.', remedy: 'Look whether the policies are about the kind of files that were given.' },
  'FM-POLICY-RULE-SHAPE': { severity: 'inconclusive', means: 'A rule gave something else than a set or list of results, which conftest takes for a pass.', remedy: 'Write `deny contains msg if { ... }`.' },
  'FM-POLICY-RESULT-SHAPE': { severity: 'inconclusive', means: 'A result is neither a text nor an object with a text `msg`.', remedy: 'Give a text, or an object with `msg`.' },
  'FM-POLICY-RULE-FAILED': { severity: 'inconclusive', means: 'A built-in function failed inside of a rule that then said nothing: it may have had something to say.', remedy: 'Ask for the type first (is_string, is_number, json.is_valid), so that the rule decides.' },
  'FM-POLICY-TIMEOUT': { severity: 'inconclusive', means: 'The policies took longer than they may: not everything was judged.', remedy: 'Judge fewer files at a time, make the policy cheaper, or set timeout.' },
  'FM-POLICY-EXCEPTION-FILE': { severity: 'error', means: 'The exceptions file is missing or not in its form.', remedy: 'Each entry needs rule, owner, reason and expires.' },
  'FM-POLICY-EXCEPTION-EXPIRED': { severity: 'warning', means: 'An exception has expired: what it excused counts again.', remedy: 'Mend the finding, or agree on a new day with the owner.' },
  'FM-POLICY-EXCEPTION-EXPIRES': { severity: 'warning', means: 'An exception expires within two weeks.', remedy: 'Mend the finding, or agree on a new day with the owner.' },
  'FM-POLICY-EXCEPTION-UNUSED': { severity: 'warning', means: 'An exception excuses nothing.', remedy: 'Take it out.' },
})

export const policyReason = reasonsFrom(policyCodes)
