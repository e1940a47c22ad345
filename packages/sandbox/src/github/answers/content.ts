import { type GitHubShapes, type Site, nodeId } from './shape.ts'

/** What lies under a path of a commit. */
export type EntryFacts =
  | { readonly type: 'file'; readonly path: string; readonly sha: string; readonly bytes: Uint8Array }
  | { readonly type: 'symlink'; readonly path: string; readonly sha: string; readonly target: string }
  | { readonly type: 'submodule'; readonly path: string; readonly sha: string }
  | { readonly type: 'dir'; readonly path: string; readonly sha: string; readonly entries: readonly { readonly type: 'file' | 'dir' | 'symlink' | 'submodule'; readonly path: string; readonly sha: string; readonly size: number }[] }

/** A larger file is described without its content: https://docs.github.com/en/rest/repos/contents#get-repository-content */
const inlineBytes = 1024 * 1024

type ContentAnswer = GitHubShapes['content-file'] | GitHubShapes['content-symlink'] | GitHubShapes['content-submodule'] | GitHubShapes['content-directory']

export function content(site: Site, repository: string, ref: string, facts: EntryFacts): ContentAnswer {
  switch (facts.type) {
    case 'file': {
      const inline = facts.bytes.byteLength <= inlineBytes
      return {
        type: 'file',
        encoding: inline ? 'base64' : 'none',
        size: facts.bytes.byteLength,
        content: inline ? base64Lines(facts.bytes) : '',
        ...place(site, repository, ref, facts.path, facts.sha, 'blob'),
      }
    }
    case 'symlink':
      return { type: 'symlink', target: facts.target, size: facts.target.length, ...place(site, repository, ref, facts.path, facts.sha, 'blob') }
    case 'submodule':
      return { type: 'submodule', submodule_git_url: `${site.html}/elsewhere.git`, size: 0, ...place(site, repository, ref, facts.path, facts.sha, 'tree'), download_url: null }
    case 'dir':
      return facts.entries.map((entry) => ({ type: entry.type === 'submodule' ? ('file' as const) : entry.type, size: entry.size, ...place(site, repository, ref, entry.path, entry.sha, entry.type === 'dir' ? 'tree' : 'blob') }))
  }
}

export function blob({ api }: Site, repository: string, sha: string, bytes: Uint8Array): GitHubShapes['blob'] {
  return { content: base64Lines(bytes), encoding: 'base64', url: `${api}/repos/${repository}/git/blobs/${sha}`, sha, size: bytes.byteLength, node_id: nodeId('Blob', sha) }
}

/** GitHub breaks base64 after 60 characters. */
function base64Lines(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/.{1,60}/g, '$&\n')
}

function place({ api, html }: Site, repository: string, ref: string, path: string, sha: string, kind: 'blob' | 'tree') {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const self = `${api}/repos/${repository}/contents/${encoded}?ref=${ref}`
  const git = `${api}/repos/${repository}/git/${kind}s/${sha}`
  const page = `${html}/${repository}/${kind}/${ref}/${encoded}`
  return { name: path.slice(path.lastIndexOf('/') + 1), path, sha, url: self, git_url: git, html_url: page, download_url: `${html}/${repository}/raw/${ref}/${encoded}`, _links: { self, git, html: page } }
}
