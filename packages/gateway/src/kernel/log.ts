import { pino, type Logger } from 'pino'
import { redactLogText } from './redact-log.ts'

/** The part of a logger that the layers use; `child` binds fields such as a call's id. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  child(fields: LogFields): Log
}
export type LogFields = Readonly<Record<string, unknown>>

/** A field that carries one of these names never reaches a log, however deep it sits. */
const forbidden =
  /^(authorization|proxy-authorization|password|secret|token|key|keyandsalt|digit|digits|pin|inline|body|sdp|payload|cookie)$/i
const maxDepth = 4

/** Fields whose text is not ours: others, or people, wrote it. */
const free =
  /^pii\.|^(?:message|text|detail|details|reason|line|note|subject|title|value|header|url|answer|output|said|words)$/i

/**
 * Copies a value for the log: credentials, card and account numbers struck out, personal data kept only under `pii.` names.
 *
 * @param isFree - Whether a text may be anybody's: see `redactLogText`.
 */
export function sanitise(value: unknown, depth = 0, isFree = false): unknown {
  if (typeof value === 'string') return redactLogText(value, isFree)
  if (typeof value === 'number' && Math.abs(value) >= 1e11) return plainNumber(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return describeError(value, depth)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth >= maxDepth) return '[deeper]'
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => sanitise(item, depth + 1, isFree))
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return sanitise((value as { toJSON(): unknown }).toJSON(), depth + 1)
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      forbidden.test(name) ? '[struck out]' : sanitise(item, depth + 1, free.test(name)),
    ]),
  )
}

/** A card's number is one even where it is no text. */
function plainNumber(value: number): unknown {
  const text = String(value)
  return redactLogText(text, false) === text ? value : '[struck out]'
}

function describeError(error: Error, depth: number): unknown {
  const code = 'code' in error ? { code: sanitise(error.code, depth + 1) } : {}
  const cause =
    error.cause === undefined || depth >= maxDepth ? {} : { cause: sanitise(error.cause, depth + 1) }
  return { name: error.name, message: sanitise(error.message, depth, true), ...code, ...cause }
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Opens the process's log: JSON lines to `write` (standard output by default), sanitised before they are formatted. */
export function openLog(level: LogLevel, write?: (line: string) => void): Log {
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    write ? { write } : pino.destination({ dest: 1, sync: true }),
  )
  return wrap(logger)
}

function wrap(logger: Logger): Log {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    if (logger.isLevelEnabled(level))
      logger[level](sanitise(fields ?? {}) as object, sanitise(message, 0, true) as string)
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(logger.child(sanitise(fields) as object)),
  }
}

export const silentLog: Log = openLog('silent')
