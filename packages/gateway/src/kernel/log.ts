import { pino, type Logger } from 'pino'

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
/** Text that carries credentials all the same (an SDP, a header line, a bearer token, an API token). */
const credentials =
  /(inline:)[A-Za-z0-9+/=]+|((?:proxy-)?authorization\s*[:=]\s*)[^\r\n]+|(bearer\s+)[\w.~+/=-]+|(whsec_)[A-Za-z0-9+/=]+|(vk_[a-z]+_)[A-Za-z0-9]+/gi

const maxDepth = 4

/** Copies a value for the log: credentials struck out, personal data kept only under `pii.` names. */
export function sanitise(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return value.replace(
      credentials,
      (_, ...groups) => `${(groups.slice(0, 5) as string[]).find(Boolean) ?? ''}[struck out]`,
    )
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return describeError(value, depth)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth >= maxDepth) return '[deeper]'
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => sanitise(item, depth + 1))
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return sanitise((value as { toJSON(): unknown }).toJSON(), depth + 1)
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      forbidden.test(name) ? '[struck out]' : sanitise(item, depth + 1),
    ]),
  )
}

function describeError(error: Error, depth: number): unknown {
  const code = 'code' in error ? { code: sanitise(error.code, depth + 1) } : {}
  const cause =
    error.cause === undefined || depth >= maxDepth ? {} : { cause: sanitise(error.cause, depth + 1) }
  return { name: error.name, message: sanitise(error.message), ...code, ...cause }
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
      logger[level](sanitise(fields ?? {}) as object, sanitise(message) as string)
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
