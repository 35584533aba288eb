import type { CallFacts, Dialect, DialectAnswer, DialectFault, DialectRequest } from './contract.ts'
import { DialectError } from './error.ts'

/** What another platform's webhook is like, where it is one question with one answer. */
export interface Platform {
  /** How the app is told who calls. */
  ask(
    facts: CallFacts,
  ): Pick<DialectRequest, 'body'> & { readonly contentType: string; readonly accept: string }
  /** Native commands from the app's answer; `note` tells its owner what is in it and is not done. Throws `DialectError`. */
  read(answer: DialectAnswer, note: (message: string) => void): readonly object[]
}

const maxNotes = 20

/**
 * A dialect whose apps are asked once, when a call is there, or where a `redirect` leads. What comes of the commands is not asked about: the
 * call goes on with the next of them, and ends with the last. Events are told natively, and only where `eventsUrl` is set.
 *
 * @param url - The app's own address.
 */
export function platformDialect(url: string, platform: Platform): Dialect {
  return {
    ask({ type, to }, { facts }) {
      if (!asked.has(type)) return 'on'
      const { body, contentType, accept } = platform.ask(facts)
      const headers = { 'content-type': contentType, accept, 'user-agent': 'Voxkeep' }
      return { method: 'POST', url: to?.url ?? url, headers, body }
    },
    read(answer) {
      const warnings: DialectFault[] = []
      const note = (message: string) => {
        if (warnings.length < maxNotes) warnings.push({ code: 'not-done', message })
      }
      const actions = platform.read(answer, note)
      if (actions.length > maxActions) notUnderstood('the answer has too many steps')
      return { actions, warnings }
    },
    tell: () => [],
  }
}

const asked: ReadonlySet<string> = new Set(['call.incoming', 'call.connected', 'call.redirected'])
const maxActions = 50

/** Fails the answer; `message` is for the app's owner. */
export function notUnderstood(message: string): never {
  throw new DialectError({ code: 'not-understood', message })
}

export type Json = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The answer's JSON, whatever it says of its type. */
export function readJson({ body }: DialectAnswer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return notUnderstood('the answer is not JSON in UTF-8')
  }
}

export function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

/** A number of a platform that leaves the `+` of E.164 away. */
export function withPlus(number: string): string {
  return /^[1-9]\d{6,14}$/.test(number) ? `+${number}` : number
}

export function withoutPlus(number: string): string {
  return number.replace(/^\+/, '')
}

/** An object's texts, as parameters of a stream. */
export function parametersOf(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      typeof each === 'string' ? each : JSON.stringify(each),
    ]),
  )
}

/** Tells the app's owner what stands in a step that is done and is not done itself. Names alone: a value may be anything. */
export function noteOthers(
  step: string,
  given: object,
  done: readonly string[],
  note: (message: string) => void,
): void {
  const others = Object.keys(given).filter((name) => !done.includes(name))
  const named = others.slice(0, maxNamed).map((name) => name.slice(0, 40))
  if (named.length > 0) note(`${step}: not done: ${named.join(', ')}`)
}

const maxNamed = 6

/** Seconds as milliseconds, no fewer and no more than may be asked for; undefined where it is no number. */
export function msWithin(seconds: unknown, least: number, most: number): number | undefined {
  const ms = Math.round(Number(seconds ?? Number.NaN) * 1_000)
  return Number.isFinite(ms) ? Math.min(most, Math.max(least, ms)) : undefined
}

/** How long it may ring and be talked, as far as that is said. */
export function dialTimes(ring: unknown, talk: unknown): object {
  const ring_timeout_ms = msWithin(ring, 1_000, 180_000)
  const time_limit_ms = msWithin(talk, 1_000, 14_400_000)
  return {
    ...(ring_timeout_ms !== undefined && { ring_timeout_ms }),
    ...(time_limit_ms !== undefined && { time_limit_ms }),
  }
}

/** How often something is repeated: platforms that say 0 or `forever` mean for ever, which here is the most there is. */
export function loopOf(value: unknown): number {
  const times = value === 'forever' ? 0 : Number(value ?? 1)
  return times === 0 ? 100 : Number.isInteger(times) && times >= 1 && times <= 100 ? times : 1
}
