import { reasonCodes, reasonsFrom } from '@fermata/verdict'

export const changesCodes = reasonCodes({
  'FM-CHANGES-UNKNOWN-EVENT': {
    severity: 'error',
    means: 'The run was started by an event of which it is not known which commits to compare.',
    remedy: 'Say what to compare with: the input since (last-success, last-deploy, a ref, all), or base.',
  },
  'FM-CHANGES-BAD-PAYLOAD': {
    severity: 'error',
    means: 'The payload of the event lacks a field, or has another type there than GitHub documents.',
    remedy: 'Check what GITHUB_EVENT_PATH names, or say what to compare with: the input since, or base.',
  },
  'FM-CHANGES-NO-COMMIT': {
    severity: 'error',
    means: 'A commit that is to be compared is neither in this clone nor given by the remote.',
    remedy: 'Check the name. A commit that a force push took away can be gone for good; then compare with another: the input base.',
  },
  'FM-CHANGES-NO-COMMON-ANCESTOR': {
    severity: 'error',
    means: 'Two histories that should have forked from each other share no commit, or none that can be reached.',
    remedy: 'Say what to compare with: the input base.',
  },
  'FM-CHANGES-NOT-THAT-MERGE': {
    severity: 'error',
    means: 'The commit of the run is not the merge of the pull request that its event names.',
    remedy: 'Run again: the pull request has moved on.',
  },
  'FM-CHANGES-LIST-CUT': {
    severity: 'error',
    means: 'The list of changed files over the API ended at its limit (300 of a comparison, 3,000 of a pull request), or compares something else.',
    remedy: 'Let git fetch the two commits: check out the repository, or give a token that may read its contents.',
  },
  'FM-CHANGES-FIRST-PUSH': { severity: 'note', means: 'A push brought the first commits of the repository, or of a branch that shares none with it: nothing is there to compare with, so all services are new.', remedy: 'Nothing to do.' },
  'FM-CHANGES-FIRST-TAG': { severity: 'note', means: 'No earlier tag of this kind lies in the history of the tag, so all services count as changed.', remedy: 'Nothing to do. To compare with something else, use the input base.' },
  'FM-CHANGES-FIRST-RELEASE': { severity: 'note', means: 'No earlier release lies in the history of this one, so all services count as changed.', remedy: 'Nothing to do. To compare with something else, use the input base.' },
  'FM-CHANGES-FIRST-SUCCESS': { severity: 'note', means: 'No earlier run of this workflow on this branch succeeded at a commit in the history of this one, so all services count as changed.', remedy: 'Nothing to do: the next run has this one to compare with.' },
  'FM-CHANGES-NO-BASE': { severity: 'note', means: 'The event names one commit and nothing to compare it with (schedule, dispatch), so all services count as changed.', remedy: 'Set the input since to last-success or last-deploy to release only what changed.' },
  'FM-CHANGES-ALL-ASKED': { severity: 'note', means: 'The caller asked for all services.', remedy: 'Nothing to do.' },
  'FM-CHANGES-BRANCH-DELETED': { severity: 'note', means: 'A branch or tag was deleted: there is nothing to release.', remedy: 'Nothing to do.' },
  'FM-CHANGES-NEVER-DEPLOYED': { severity: 'note', means: 'Services without a successful deployment to the environment in the history of the head count as changed.', remedy: 'Nothing to do. A deployment counts when its payload names the service: {"services":["cart"]}.' },
  'FM-CHANGES-UNOWNED': { severity: 'note', means: 'Paths changed that belong to no service and no shared rule. They affect nobody.', remedy: 'Put them under paths of a service, or under shared, if something is made of them.' },
  'FM-CHANGES-UNCLEAR-CONTENT': { severity: 'note', means: 'A file that is judged by its content could not be read in both commits, so all services under its folder count as changed.', remedy: 'Check that the file is complete and in a version that is known, or give it another rule under shared.' },
  'FM-CHANGES-OLD-CATALOG': { severity: 'warning', means: 'The catalog of the base cannot be read, so that its services cannot be compared: all services count as changed.', remedy: 'Nothing to do if this change repairs it.' },
  'FM-CHANGES-NEW-CATALOG': { severity: 'note', means: 'The base has no catalog: all services are new.', remedy: 'Nothing to do.' },
  'FM-CHANGES-UNCOMMITTED-CATALOG': { severity: 'note', means: 'The catalog is in the working directory and not in the commit, so that changes of it cannot be seen.', remedy: 'Commit the catalog.' },
  'FM-CHANGES-OUTPUT-TOO-LARGE': {
    severity: 'error',
    means: 'The outputs would be larger than GitHub takes (1 MB of a job, counted in UTF-16). None of the long ones is set: a part would look like the whole.',
    remedy: 'Read the file that the output details names, or split the catalog.',
  },
})

export const changesReason = reasonsFrom(changesCodes)
export type ChangesCode = keyof typeof changesCodes
