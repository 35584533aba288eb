import { SipError } from './errors.ts'
import { isToken, splitTopLevel, unfold } from './grammar.ts'
import { headerKey, isListHeader } from './header-names.ts'

interface Entry {
  readonly name: string
  readonly key: string
  readonly value: string
}

function entryOf(name: string, value: string): Entry {
  if (!isToken(name)) throw new SipError('SIP_HEADER_NAME', 'a header name is not a token')
  return { name, key: headerKey(name), value: unfold(value) }
}

function valuesOf(entry: Entry): string[] {
  if (!isListHeader(entry.key)) return [entry.value]
  return splitTopLevel(entry.value, ',').filter((value) => value !== '')
}

/**
 * Ordered header list. Names match without regard to case, and a compact form equals its long form;
 * each is written as it was given. A value is kept on one line: no value can start another header.
 *
 * Every method that takes a name to write throws `SipError` `SIP_HEADER_NAME` unless it is a token.
 */
export class SipHeaders implements Iterable<readonly [name: string, value: string]> {
  #entries: Entry[]

  constructor(entries: Iterable<readonly [string, string]> = []) {
    this.#entries = Array.from(entries, ([name, value]) => entryOf(name, value))
  }

  /** The first line's value, whole: a list is not split. */
  get(name: string): string | undefined {
    const key = headerKey(name)
    return this.#entries.find((entry) => entry.key === key)?.value
  }

  /** Every line's value in order. A header that is a list by grammar is split at its commas, without empty parts. */
  getAll(name: string): string[] {
    const key = headerKey(name)
    const values: string[] = []
    for (const entry of this.#entries) {
      if (entry.key === key) for (const value of valuesOf(entry)) values.push(value)
    }
    return values
  }

  has(name: string): boolean {
    const key = headerKey(name)
    return this.#entries.some((entry) => entry.key === key)
  }

  /** Replaces every line of this name by one, which takes the first one's place. */
  set(name: string, value: string): this {
    const added = entryOf(name, value)
    const at = this.#entries.findIndex((entry) => entry.key === added.key)
    if (at < 0) return this.append(name, value)
    this.#entries = this.#entries.filter((entry, index) => index <= at || entry.key !== added.key)
    this.#entries[at] = added
    return this
  }

  append(name: string, value: string): this {
    this.#entries.push(entryOf(name, value))
    return this
  }

  /** Adds a line above all others. */
  prepend(name: string, value: string): this {
    this.#entries.unshift(entryOf(name, value))
    return this
  }

  /** Removes the first value: the whole first line, or only its first part where the header is a list. */
  removeFirst(name: string): this {
    const key = headerKey(name)
    const at = this.#entries.findIndex((entry) => entry.key === key)
    const entry = this.#entries[at]
    if (entry === undefined) return this
    const rest = valuesOf(entry).slice(1)
    if (rest.length === 0) this.#entries.splice(at, 1)
    else this.#entries[at] = { ...entry, value: rest.join(', ') }
    return this
  }

  delete(name: string): this {
    const key = headerKey(name)
    this.#entries = this.#entries.filter((entry) => entry.key !== key)
    return this
  }

  clone(): SipHeaders {
    const copy = new SipHeaders()
    copy.#entries = this.#entries.slice()
    return copy
  }

  *[Symbol.iterator](): Generator<readonly [name: string, value: string]> {
    for (const entry of this.#entries) yield [entry.name, entry.value]
  }
}
