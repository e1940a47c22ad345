/** Written by scripts/engine.ts: what the policy engine was built of, and the SHA-256 of sources, program and packed program. */
export const engineSeal = {
  opa: '1.22.0',
  go: 'go1.26.8',
  source: 'ca229983d6c5b4a5fcb17132fdf41bde215b1f708e46ab13c9c7db60a78c11fc',
  program: 'd22d49ef068b5a16583e3237e9cad0f0a595c34a6cd63937e6effb07cf346234',
  bytes: 31651599,
  packed: '501d026014630f9d8710aea6f0e5213c634f532496965d22e83aee057e1edaa5',
} as const
