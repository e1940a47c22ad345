/** Written by scripts/engine.ts: what the policy engine was built of, and the SHA-256 of sources, program and packed program. */
export const engineSeal = {
  opa: '1.22.0',
  go: 'go1.26.8',
  source: '30874aad58d00555950c3298e2a6c1e8a793ede18e6ff51085da38a148eeaae8',
  program: '80c03c11e6360389c6279ed54986a9d964cd5208e30ce46c57a129e81d5a652c',
  bytes: 39406899,
  packed: 'ecfd51a94a057644ffb80ea716277e50c840e4360a3497ad6d91b046767214dc',
} as const
