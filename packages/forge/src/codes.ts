import { reasonCodes } from '@fermata/verdict'

/** Why GitHub gave no answer that a decision could rest on. All are inconclusive: silence is neither good nor bad news. */
export const forgeCodes = reasonCodes({
  'FM-FORGE-NO-TOKEN': {
    severity: 'inconclusive',
    means: 'Something needs the GitHub API, and there is no token. Anonymous requests are not tried: they share a small limit with everyone behind the same address, so that the same run would work today and not tomorrow.',
    remedy: 'Pass a token in the input `github-token`, for example ${{ github.token }}.',
  },
  'FM-FORGE-NO-REPOSITORY': {
    severity: 'inconclusive',
    means: 'Something needs the GitHub API, and it is not known of which repository.',
    remedy: 'Run inside of a workflow, or set GITHUB_REPOSITORY to owner/name.',
  },
  'FM-FORGE-BAD-TOKEN': {
    severity: 'inconclusive',
    means: 'GitHub does not know the token (401). A job token ends with its job.',
    remedy: 'Pass a valid token in the input `github-token`.',
  },
  'FM-FORGE-FORBIDDEN': {
    severity: 'inconclusive',
    means: 'The token may not do this (403).',
    remedy: 'Add the permission to `permissions:` of the job.',
  },
  'FM-FORGE-NOT-FOUND': {
    severity: 'inconclusive',
    means: 'GitHub found nothing under this name (404). It gives the same answer for what the token may not see.',
    remedy: 'Check the name, and the `permissions:` of the job.',
  },
  'FM-FORGE-NO-COMMON-ANCESTOR': {
    severity: 'inconclusive',
    means: 'The two commits to compare share no history.',
    remedy: 'Choose a base in the history of the head.',
  },
  'FM-FORGE-REFUSED': {
    severity: 'inconclusive',
    means: 'GitHub understood the request and declined it, for example because a field is invalid (422) or the state does not allow it (409).',
    remedy: "Follow the server's own words.",
  },
  'FM-FORGE-RATE-LIMITED': {
    severity: 'inconclusive',
    means: 'The request limit of the token is used up, or GitHub asks to wait longer than a run should.',
    remedy: 'Run again after the time that is named, or use a token with a limit of its own.',
  },
  'FM-FORGE-UNREACHABLE': {
    severity: 'inconclusive',
    means: 'No whole answer came after several attempts: no connection, a connection that broke, silence, or an error of the server.',
    remedy: 'Check the network, the proxy settings and the status page of the server, then run again.',
  },
  'FM-FORGE-UNREADABLE': {
    severity: 'inconclusive',
    means: 'An answer came that is not what the API describes: cut, HTML of a proxy or a login page, or another server.',
    remedy: 'Check that GITHUB_API_URL and the proxy lead to the API of GitHub.',
  },
  'FM-FORGE-LIST-CUT': {
    severity: 'inconclusive',
    means: 'GitHub gives only the first part of this list (1,000 workflow runs of a filter), and what was looked for is not in it.',
    remedy: 'Name the base directly instead of having it looked up.',
  },
})
