/** What a token may do. Each route needs exactly one of these. */
export const scopes = [
  'calls:read',
  'calls:write',
  'recordings:read',
  'recordings:delete',
  'dialing:read',
  'dialing:write',
  'tokens:admin',
  'metrics:read',
] as const

export type Scope = (typeof scopes)[number]

const known: ReadonlySet<string> = new Set(scopes)

export function isScope(text: string): text is Scope {
  return known.has(text)
}
