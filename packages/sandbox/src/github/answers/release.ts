import type { ReleaseStory } from '../story.ts'
import { type GitHubShapes, type Site, nodeId, numberFor, stamp } from './shape.ts'
import { bot, user } from './user.ts'

export function release(site: Site, repository: string, story: ReleaseStory, target: string, at: number): GitHubShapes['release'] {
  const id = numberFor(`${repository}@${story.tag}`)
  const url = `${site.api}/repos/${repository}/releases/${id}`
  const published = story.publishedAt === undefined ? (story.draft ? null : at) : story.publishedAt
  return {
    url,
    html_url: `${site.html}/${repository}/releases/tag/${encodeURIComponent(story.tag)}`,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    tarball_url: `${site.api}/repos/${repository}/tarball/${story.tag}`,
    zipball_url: `${site.api}/repos/${repository}/zipball/${story.tag}`,
    id,
    node_id: nodeId('Release', id),
    tag_name: story.tag,
    target_commitish: target,
    name: story.tag,
    draft: story.draft ?? false,
    prerelease: story.prerelease ?? false,
    created_at: stamp(published ?? at),
    published_at: published === null ? null : stamp(published),
    author: user(site, bot, 'Bot'),
    assets: [],
  }
}
