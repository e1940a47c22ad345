import type { Forge } from '@fermata/ports'
import type { Connection } from './connection.ts'
import * as shapes from './shapes.ts'

/** GitHub's own limits, in characters. */
const longestTitle = 256
const longestBody = 65_536

/** Issues of a repository. Texts that are too long for GitHub are cut, and end with the sign for that. */
export function issues(api: Connection, place: { readonly owner: string; readonly repo: string }): Pick<Forge, 'openIssues' | 'createIssue' | 'comment' | 'closeIssue'> {
  return {
    async *openIssues(label) {
      for await (const page of api.pages({ route: 'GET /repos/{owner}/{repo}/issues', with: { ...place, labels: label, state: 'open', per_page: 100 }, needs: 'issues: read', shape: shapes.issues })) {
        for (const { number, title, body, pull_request: pull } of page) if (pull === undefined) yield { number, title, body: body ?? '' }
      }
    },

    async createIssue({ title, body, labels }) {
      const answer = await api.ask({ route: 'POST /repos/{owner}/{repo}/issues', with: { ...place, title: cut(title, longestTitle), body: cut(body, longestBody), labels }, needs: 'issues: write', repeatable: false, shape: shapes.numbered })
      return answer.number
    },

    async comment(issue, body) {
      await api.ask({ route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', with: { ...place, issue_number: issue, body: cut(body, longestBody) }, needs: 'issues: write', repeatable: false, shape: shapes.created })
    },

    async closeIssue(issue) {
      await api.ask({ route: 'PATCH /repos/{owner}/{repo}/issues/{issue_number}', with: { ...place, issue_number: issue, state: 'closed', state_reason: 'completed' }, needs: 'issues: write', shape: shapes.numbered })
    },
  }
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}
