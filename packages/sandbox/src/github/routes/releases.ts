import { release } from '../answers/release.ts'
import { type Route, listed, paged } from '../route.ts'

export const releaseRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/releases',
    needs: ['contents', 'read'],
    paged,
    answer: (call) => listed(call, call.repository.releases, (each) => release(call.site, call.repository.name, each, call.repository.defaultBranch, call.now)),
  },
]
