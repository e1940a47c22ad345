/** Written by scripts/engine.ts: what the policy engine was built of, and the SHA-256 of sources, program and packed program. */
export const engineSeal = {
  opa: '1.22.0',
  go: 'go1.26.8',
  source: '184990927ec7f03f38982c9669b1c3431b7d795c74d5fba62ea5fbea47d152b1',
  program: '2b5f920a3e57bd21ffdab0a8a714626723a5db06263f82b131144b9da90e3382',
  bytes: 39387020,
  packed: '4b073ef31d1f97e142839a3ad37a75aa528ad20792da9e92bba0cdd5763ffdd9',
} as const
