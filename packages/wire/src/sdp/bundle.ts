import { attributes, type Description, type MediaSection } from './description.ts'

/** The section's name (RFC 5888 §4). */
export function midOf(section: MediaSection): string | undefined {
  return attributes(section.lines, 'mid').find((mid) => /^[!-~]+$/.test(mid))
}

/** `mid`, where the description bundles it: what remains of the bundle once every other section is refused. */
export function bundleOf(description: Description, mid: string | undefined): string | undefined {
  if (mid === undefined) return undefined
  const groups = attributes(description.lines, 'group').map((value) => value.split(/ +/))
  return groups.some(([semantics, ...mids]) => semantics === 'BUNDLE' && mids.includes(mid)) ? mid : undefined
}
