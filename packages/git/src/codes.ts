import { reasonCodes, reasonsFrom } from '@fermata/verdict'

export const gitCodes = reasonCodes({
  'FM-GIT-NO-REPOSITORY': {
    severity: 'inconclusive',
    means: 'The working directory is in no git repository, and no address of one is known.',
    remedy: 'Run actions/checkout first, or give a token, so that the commits can be fetched without a checkout.',
  },
  'FM-GIT-NO-REMOTE': {
    severity: 'inconclusive',
    means: 'A commit or its history is not in this clone, and the clone has no remote to fetch it from.',
    remedy: 'Clone with full history (actions/checkout: fetch-depth: 0), or add the remote `origin`.',
  },
  'FM-GIT-FETCH': {
    severity: 'inconclusive',
    means: 'The remote did not give what was asked: network, permission or address.',
    remedy: 'Check that the job may read the repository (permissions: contents: read) and that the remote can be reached.',
  },
  'FM-GIT-FAILED': {
    severity: 'inconclusive',
    means: 'A git command ended with an error that has no meaning here.',
    remedy: 'Run the command that is named; it says more about the state of the repository.',
  },
  'FM-GIT-SURPRISE': {
    severity: 'inconclusive',
    means: 'git answered in a form that this version does not know.',
    remedy: 'Report it with the output of `git --version`.',
  },
})

export const gitReason = reasonsFrom(gitCodes)
