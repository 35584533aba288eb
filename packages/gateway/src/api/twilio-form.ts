import { z } from 'zod'
import { badParameter } from './twilio-error.ts'

/** What a client of Twilio's sent, in the body or behind the `?`. Names are Twilio's; the last of several values counts. */
export interface TwilioForm {
  has(name: string): boolean
  /** Undefined when it is absent or empty: Twilio's clients send empty parameters for those that are not set. */
  text(name: string): string | undefined
  all(name: string): readonly string[]
  /** Throws `TwilioError` for anything but a whole number between the bounds. */
  int(name: string, min: number, max: number): number | undefined
  bool(name: string): boolean | undefined
  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word | undefined
  /** An absolute HTTPS address. */
  url(name: string, code: number): string | undefined
  method(name: string): 'GET' | 'POST'
  /** Throws for the first of these that is given: to take it and not do it would be a lie. */
  refuse(...names: readonly string[]): void
}

const maxParameters = 500 // Streams alone may have 99 pairs

/** Reads `application/x-www-form-urlencoded`. Throws `TwilioError` when there is more than any request of theirs has. */
export function parseForm(text: string): TwilioForm {
  const values = new Map<string, string[]>()
  let count = 0
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1
    if (count > maxParameters) throw badParameter('request', `more than ${maxParameters} parameters`)
    const list = values.get(name)
    if (list === undefined) values.set(name, [value])
    else list.push(value)
  }
  return formOf(values)
}

const httpsUrl = z.url({ protocol: /^https$/ }).max(2_048)

function formOf(values: ReadonlyMap<string, readonly string[]>): TwilioForm {
  const text = (name: string) => values.get(name)?.at(-1) || undefined
  const oneOf = <const Word extends string>(name: string, words: readonly Word[]): Word | undefined => {
    const given = text(name)
    if (given === undefined) return undefined
    const word = words.find((each) => each.toLowerCase() === given.toLowerCase())
    if (word === undefined) throw badParameter(name, `must be one of ${words.join(', ')}`)
    return word
  }
  return {
    has: (name) => values.has(name),
    text,
    all: (name) => (values.get(name) ?? []).filter((value) => value !== ''),
    int(name, min, max) {
      const given = text(name)
      if (given === undefined) return undefined
      const value = /^\d{1,9}$/.test(given) ? Number(given) : NaN
      if (!(value >= min && value <= max)) throw badParameter(name, `must be from ${min} to ${max}`)
      return value
    },
    bool(name) {
      const word = oneOf(name, ['true', 'false'])
      return word === undefined ? undefined : word === 'true'
    },
    oneOf,
    url(name, code) {
      const given = text(name)
      if (given === undefined) return undefined
      if (!httpsUrl.safeParse(given).success)
        throw badParameter(name, 'must be an absolute https address', code)
      return given
    },
    method: (name) => oneOf(name, ['GET', 'POST']) ?? 'POST',
    refuse(...names) {
      for (const name of names) if (text(name) !== undefined) throw badParameter(name, 'is not offered here')
    },
  }
}
