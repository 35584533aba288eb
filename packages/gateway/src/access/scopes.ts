/** What a token may do. Each route needs exactly one of these. */
export const scopes = [
  'calls:read',
  'calls:write',
  'recordings:read',
  'recordings:delete',
  'recordings:redact',
  'transcripts:read',
  'transcripts:original',
  'vault:read',
  'vault:write',
  'vault:reveal',
  'payments:read',
  'consent:read',
  'consent:write',
  'objects:read',
  'objects:verify',
  'backups:read',
  'backups:write',
  'alerts:read',
  'alerts:write',
  'keys:read',
  'keys:write',
  'keys:destroy',
  'dialing:read',
  'dialing:write',
  'jobs:read',
  'jobs:write',
  'retention:read',
  'holds:read',
  'holds:write',
  'subjects:read',
  'subjects:erase',
  'audit:read',
  'audit:admin',
  'tokens:admin',
  'metrics:read',
] as const

export type Scope = (typeof scopes)[number]

const known: ReadonlySet<string> = new Set(scopes)

export function isScope(text: string): text is Scope {
  return known.has(text)
}
