import { asciiJson } from './ascii-json.ts'
import { eventId, type SecurityEvent } from './security-event.ts'
import { cefSeverity, severityOf } from './severity.ts'
import { printable } from './syslog-message.ts'

/**
 * One event as ArcSight CEF 0. Our words are custom strings with their labels, as the format wants it; the fields travel as one
 * JSON text, so that no name of ours can be taken for one of CEF's.
 */
export function cefMessage(event: SecurityEvent, version: string): string {
  const header = ['CEF:0', 'Voxkeep', 'Voxkeep', version, event.type, event.type.replaceAll(/[.-]/g, ' ')]
  const severity = String(cefSeverity(severityOf(event)))
  const extension: readonly (readonly [key: string, value: string])[] = [
    ['rt', String(Date.parse(event.at))],
    ['externalId', eventId(event)],
    ['suser', event.actor],
    ['cs1Label', 'tenant'],
    ['cs1', event.tenant],
    ...(event.call === null
      ? []
      : ([
          ['cs2Label', 'call'],
          ['cs2', event.call],
        ] as const)),
    ['cs3Label', 'fields'],
    ['cs3', asciiJson(event.fields)],
    ['cs4Label', 'entryHash'],
    ['cs4', event.hash],
    ['cs5Label', 'log'],
    ['cs5', event.log],
    ['cn1Label', 'logIndex'],
    ['cn1', String(event.index)],
  ]
  const pairs = extension.map(([key, value]) => `${key}=${escapeValue(value)}`).join(' ')
  return `${[...header, severity].map((part, index) => (index === 0 ? part : escapeHeader(part))).join('|')}|${pairs}`
}

/** In the header `\` and `|` are escaped, and there is no line break. */
function escapeHeader(text: string): string {
  return printable(text).replace(/[\\|]/g, '\\$&')
}

/** In an extension `\` and `=` are escaped, and a line break is written as `\n` or `\r`. */
function escapeValue(text: string): string {
  const escaped = text.replace(/[\\=]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return printable(escaped)
}
