import { parse, type SessionDescription } from 'sdp-transform'
import { refuse, type Refusal } from './audio.ts'
import { isDirection, type Direction } from './direction.ts'

/**
 * One `m=` line and what belongs to it. `lines` are the section's own, as written: `sdp-transform` keeps only the first
 * session parameter of `a=crypto`, and cannot read every legal `m=`.
 */
export interface MediaSection {
  readonly media: string
  readonly port: number
  readonly protocol: string
  /** Payload types as text, at least one. */
  readonly formats: readonly string[]
  readonly parsed: Readonly<SessionDescription['media'][number]>
  readonly lines: readonly string[]
}

export interface Description {
  readonly session: Readonly<SessionDescription>
  /** The lines above the first `m=`. */
  readonly lines: readonly string[]
  readonly sections: readonly MediaSection[]
}

const maxSdpCharacters = 64 * 1024 // as large as a SIP body may be; the largest seen in the field is under 8 KiB
const maxSections = 32 // each is echoed in the answer; conferencing systems offer about a dozen
const line = /^[a-z]=/
// RFC 8866 §9: media is a token, and so is each part of a protocol.
const mediaLine = /^([\w!#-'*+.^`{|}~-]+) (\d{1,5})(?:\/\d{1,5})? ([\w!#-'*+.^`{|}~/-]+)((?: [!-~]+)+) *$/
const maxPort = 65_535

function sectionOf(
  lines: readonly string[],
  parsed: SessionDescription['media'][number],
): MediaSection | undefined {
  const match = mediaLine.exec(lines[0]?.slice(2) ?? '')
  if (match === null) return undefined
  const [, media = '', port = '', protocol = '', formats = ''] = match
  if (Number(port) > maxPort) return undefined
  return { media, port: Number(port), protocol, formats: formats.trim().split(/ +/), parsed, lines }
}

/** Groups the lines by section, the session's own first: in the same way as `sdp-transform` does. */
function groupLines(text: string): string[][] {
  const groups: string[][] = [[]]
  for (const each of text.split(/\r\n|\r|\n/)) {
    if (!line.test(each)) continue
    if (each.startsWith('m=')) groups.push([])
    groups.at(-1)?.push(each)
  }
  return groups
}

function toSections(groups: readonly string[][], session: SessionDescription): MediaSection[] | undefined {
  const sections: MediaSection[] = []
  for (const [index, lines] of groups.entries()) {
    const parsed = session.media[index]
    const section = parsed === undefined ? undefined : sectionOf(lines, parsed)
    if (section === undefined) return undefined
    sections.push(section)
  }
  return sections
}

/** Survives any text or bytes. What `sdp-transform` gives is typed more narrowly than it is: read it with `textOf`. */
export function readDescription(input: string | Uint8Array): ({ ok: true } & Description) | Refusal {
  const text = typeof input === 'string' ? input : new TextDecoder().decode(input)
  if (text.length > maxSdpCharacters) return refuse(400, 'the session description is too long')
  const [lines = [], ...groups] = groupLines(text)
  if (lines[0] !== 'v=0') return refuse(415, 'not a session description of version 0')
  if (!lines.some((each) => each.startsWith('o=')))
    return refuse(400, 'the session description has no origin')
  if (groups.length > maxSections) return refuse(488, 'too many media descriptions')
  const session = parse(text)
  const sections = toSections(groups, session)
  if (sections === undefined) return refuse(400, 'a media description is malformed')
  return { ok: true, session, lines, sections }
}

/** `sdp-transform` makes numbers of all that looks like one, and leaves '' where a number was missing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The values of `a=name:value` in the order written; for a flag without value, ''. */
export function attributes(lines: readonly string[], name: string): string[] {
  const values: string[] = []
  for (const each of lines) {
    if (each === `a=${name}`) values.push('')
    else if (each.startsWith(`a=${name}:`)) values.push(each.slice(name.length + 3))
  }
  return values
}

/** The section's own direction, else the session's, else `sendrecv` (RFC 8866 §6.7). */
export function directionOf(description: Description, section: MediaSection): Direction {
  for (const place of [section.parsed, description.session]) {
    const text = textOf(place.direction)
    if (isDirection(text)) return text
  }
  return 'sendrecv'
}
