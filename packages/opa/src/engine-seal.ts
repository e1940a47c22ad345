/** Written by scripts/engine.ts: what the policy engine was built of, and the SHA-256 of sources, program and packed program. */
export const engineSeal = {
  opa: '1.22.0',
  go: 'go1.26.8',
  source: 'cabcc233ea9fcb7916bd0a9a85680d1f89824ce98f58c48c4cb4f84f3756d09e',
  program: 'dd2da63bebf56a0ac17c1e8512073f624e416f7098fd9ed58f70264739ddfadf',
  bytes: 39411882,
  packed: '887627b9d8a2de10446a587210647a170d94537740b00d1eddaaebec328f3439',
} as const
