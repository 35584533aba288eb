/** What a Cache-Control header allows, in ms: 0 where nothing may be kept, undefined where it does not say (RFC 9111 §5.2.2). */
export function cacheMaxAgeMs(header: string): number | undefined {
  const directives = header
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  if (directives.includes('no-store') || directives.includes('no-cache')) return 0
  for (const directive of directives) {
    const [, seconds] = /^max-age="?(\d{1,9})"?$/.exec(directive) ?? []
    if (seconds !== undefined) return Number(seconds) * 1_000
  }
  return undefined
}
