/**
 * A name from a repository or an event, safe to stand in a line that people read.
 * Plain names stay; all others are quoted, and what is dangerous in them is broken.
 */
export function shownName(name: string): string {
  if (/^[\w@][\w@./+-]*$/.test(name) && name.length <= longest) return name
  return harmless(JSON.stringify(name.length > longest ? `${name.slice(0, longest)}…` : name))
}

/** A sentence with words from a repository in it, in one line. */
export function shownText(text: string): string {
  return harmless(text.length > longest ? `${text.slice(0, longest)}…` : text)
}

/** No control character, no change of direction, and no `::`, so that no renderer and no runner can take a part for a command. */
function harmless(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('::', ':\\u003a')
}

/** git takes names of 4,096 bytes; a table does not. */
const longest = 200

/** The first twelve digits: enough for people, and for `git show`. */
export function shownCommit(commit: string): string {
  return commit.slice(0, 12)
}

/** `3 services`, `1 service`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
