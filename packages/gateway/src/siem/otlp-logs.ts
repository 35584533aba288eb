import { eventId, type EventValue, type SecurityEvent } from './security-event.ts'
import { otlpSeverity, severityOf } from './severity.ts'

type AnyValue =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly boolValue: boolean }

interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

/**
 * Events as one OTLP `ExportLogsServiceRequest` in its JSON form (opentelemetry-proto, logs/v1): 64-bit numbers are decimal text, names
 * are in lowerCamelCase, and the body is the event's type.
 */
export function otlpLogs(
  events: readonly SecurityEvent[],
  source: { readonly node: string; readonly version: string },
): unknown {
  const resource = {
    attributes: [
      attribute('service.name', 'voxkeep'),
      attribute('service.instance.id', source.node),
      attribute('service.version', source.version),
    ],
  }
  const scope = { name: 'voxkeep.audit', version: source.version }
  return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: events.map(logRecord) }] }] }
}

function logRecord(event: SecurityEvent): unknown {
  const severity = severityOf(event)
  const atNano = `${BigInt(Date.parse(event.at)) * 1_000_000n}`
  return {
    timeUnixNano: atNano,
    observedTimeUnixNano: atNano,
    severityNumber: otlpSeverity(severity),
    severityText: severity.toUpperCase(),
    eventName: event.type,
    body: { stringValue: event.type },
    attributes: [
      attribute('log.record.uid', eventId(event)),
      attribute('voxkeep.log', event.log),
      attribute('voxkeep.index', event.index),
      attribute('voxkeep.tenant', event.tenant),
      ...(event.call === null ? [] : [attribute('voxkeep.call', event.call)]),
      attribute('voxkeep.actor', event.actor),
      attribute('voxkeep.hash', event.hash),
      ...Object.entries(event.fields).flatMap(([name, value]) =>
        value === null ? [] : [attribute(`voxkeep.field.${name}`, value)],
      ),
    ],
  }
}

function attribute(key: string, value: Exclude<EventValue, null>): KeyValue {
  return { key, value: anyValue(value) }
}

function anyValue(value: Exclude<EventValue, null>): AnyValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
