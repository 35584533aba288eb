import { eventId, type EventValue, type SecurityEvent } from './security-event.ts'
import { severityOf, syslogSeverity } from './severity.ts'

export interface SyslogSettings {
  /** HOSTNAME: this node. */
  readonly node: string
  readonly facility: number
  readonly enterpriseId: number
  /** Of the whole message. Fields that do not fit are left out, longest first, and named. */
  readonly maxMessageBytes: number
}

/** What stands in MSG: printable ASCII, on one line. */
export type MessageBody = (event: SecurityEvent) => string

type Param = readonly [name: string, value: EventValue]

/**
 * One event as a syslog message (RFC 5424 §6). Structured data names the event (`voxkeep@…`: id, log, index, tenant, call, actor, hash)
 * and, when `body` is absent, has its fields (`fields@…`), with a sentence as MSG; MSG is else what `body` makes. Where the whole would
 * be too long, the longest fields are left out and named in a field `omitted`: the log itself has them all.
 */
export function syslogMessage(event: SecurityEvent, settings: SyslogSettings, body?: MessageBody): string {
  const omitted: string[] = []
  let fields = event.fields
  for (;;) {
    const note = omitted.length === 0 ? {} : { omitted: omitted.join(' ').slice(0, 200) }
    const message = render({ ...event, fields: { ...fields, ...note } }, settings, body)
    const longest = longestOf(fields)
    if (longest === undefined || Buffer.byteLength(message) <= settings.maxMessageBytes) return message
    omitted.push(longest)
    const { [longest]: _left, ...rest } = fields
    fields = rest
  }
}

function render(event: SecurityEvent, settings: SyslogSettings, body: MessageBody | undefined): string {
  const head = [
    `<${settings.facility * 8 + syslogSeverity(severityOf(event))}>1`,
    timestamp(event.at),
    ascii(settings.node, 255) || '-',
    'voxkeep',
    '-',
    ascii(event.type, 32) || '-',
  ].join(' ')
  const about = element(`voxkeep@${settings.enterpriseId}`, [
    ['id', eventId(event)],
    ['log', event.log],
    ['index', event.index],
    ['tenant', event.tenant],
    ...(event.call === null ? [] : [['call', event.call] as const]),
    ['type', event.type],
    ['actor', event.actor],
    ['hash', event.hash],
  ])
  if (body !== undefined) return `${head} ${about} ${body(event)}`
  const fields = Object.entries(event.fields)
  const data = fields.length === 0 ? '' : element(`fields@${settings.enterpriseId}`, fields)
  return `${head} ${about}${data} ${printable(`${event.type} by ${event.actor}`)}`
}

/** RFC 5425 §4.3: a message and its length in octets before it, so that nothing in it can end it. */
export function frameMessage(message: string): Uint8Array {
  const body = Buffer.from(message, 'utf8')
  return Buffer.concat([Buffer.from(`${body.byteLength} `, 'latin1'), body])
}

function longestOf(fields: SecurityEvent['fields']): string | undefined {
  const entries = Object.entries(fields).map(([name, value]) => [name, String(value).length] as const)
  return entries.toSorted(([, a], [, b]) => b - a)[0]?.[0]
}

function element(id: string, params: readonly Param[]): string {
  return `[${id}${params.map(([name, value]) => ` ${sdName(name)}="${sdValue(value)}"`).join('')}]`
}

/** RFC 5424 §6.3.3: `"`, `\` and `]` are escaped, nothing else may be; a line break would be legal and still breaks readers. */
function sdValue(value: EventValue): string {
  return String(value)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .replace(/["\\\]]/g, '\\$&')
}

function sdName(name: string): string {
  return ascii(name, 32).replace(/[="\]]/g, '_') || '_'
}

/** RFC 5424 §6.2.3 allows six digits of a second and `Z`, as our entries have them. */
function timestamp(at: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/.test(at) ? at : '-'
}

/** PRINTUSASCII: from `!` to `~`. */
function ascii(text: string, max: number): string {
  return text.replace(/[^!-~]/g, '_').slice(0, max)
}

/** Printable ASCII, spaces included: such a MSG needs no BOM (RFC 5424 §6.4). */
export function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?')
}
