/** Written by scripts/engine.ts: what the policy engine was built of, and the SHA-256 of sources, program and packed program. */
export const engineSeal = {
  opa: '1.22.0',
  go: 'go1.26.8',
  source: 'f6e817210100a8596a4151aa27ee25fd77c7056feaf226bbf62021c1e9742e7b',
  program: 'df808d07acce4a192ce4dab3071d79501fe5bbc2cc739c1936e474efbc5fbb51',
  bytes: 31651768,
  packed: '34a07a7e243d7e785f44dee2541526566cb2bf4f7c6ddebee576b3828f9ba91f',
} as const
