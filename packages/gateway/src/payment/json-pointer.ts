/** The text, number or truth value that an RFC 6901 pointer leads to, as a text; undefined for anything else. Never throws. */
export function readPointer(json: unknown, pointer: string): string | undefined {
  let at: unknown = json
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~') // RFC 6901 §4: in this order
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Record<string, unknown>)[name]
  }
  return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? String(at) : undefined
}
