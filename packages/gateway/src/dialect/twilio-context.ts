import type { DialectFault } from './contract.ts'
import { DialectError } from './error.ts'
import type { XmlElement } from './twilio-xml.ts'

/** What a document may lean on, beside itself. */
export interface TwimlSettings {
  /** Our voices by the names that documents use. */
  readonly voices: Readonly<Record<string, string>>
  readonly clientDomain?: string | undefined
  readonly paymentConnectors: Readonly<Record<string, string>>
  /** What is wrong fails the document, rather than being left out of it. */
  readonly strict: boolean
}

/** One document, while it is read. */
export interface TwimlContext {
  readonly settings: TwimlSettings
  /** Where it came from; undefined for one that was handed over as text: all addresses in it are absolute then. */
  readonly url: string | undefined
  readonly warnings: DialectFault[]
}

/** Notes what is not done; where documents are taken strictly it throws instead. */
export function warn(context: TwimlContext, code: number, message: string): void {
  const fault = { code, message: message.slice(0, maxMessage) }
  if (context.settings.strict) throw new DialectError(fault)
  if (context.warnings.length < maxWarnings) context.warnings.push(fault)
}

const maxWarnings = 20
const maxMessage = 200 // names of elements are the app's

/** Twilio's word for a document that does not follow the schema. */
export const schemaWarning = 12_200

export function attribute({ attributes }: XmlElement, name: string): string | undefined {
  const value = attributes[name]?.trim()
  return value === undefined || value === '' ? undefined : value
}

/** A whole number, held to its range; one that is none is left out with a warning. */
export function number(
  context: TwimlContext,
  element: XmlElement,
  name: string,
  range: { readonly min: number; readonly max: number },
): number | undefined {
  const text = attribute(element, name)
  if (text === undefined) return undefined
  const value = /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= range.min && value <= range.max) return value
  warn(context, schemaWarning, `${element.name}: ${name} is no number from ${range.min} to ${range.max}`)
  return Number.isNaN(value) ? undefined : Math.min(Math.max(value, range.min), range.max)
}

export function flag(element: XmlElement, name: string): boolean | undefined {
  const text = attribute(element, name)?.toLowerCase()
  return text === undefined ? undefined : text === 'true'
}

export function method(context: TwimlContext, element: XmlElement, name = 'method'): 'GET' | 'POST' {
  const text = attribute(element, name)?.toUpperCase() ?? 'POST'
  if (text === 'GET' || text === 'POST') return text
  warn(context, schemaWarning, `${element.name}: ${name} is neither GET nor POST`)
  return 'POST'
}

/** An address in the document, made absolute; undefined when there is none that can be. */
export function address(
  context: TwimlContext,
  element: XmlElement,
  text: string | undefined,
): string | undefined {
  const given = text?.trim() ?? ''
  if (given === '') return undefined
  if (URL.canParse(given)) return given // as it stands: it is signed that way
  if (context.url !== undefined && URL.canParse(given, context.url)) return new URL(given, context.url).href
  warn(context, 11_100, `${element.name}: an address that is not absolute, or none at all`)
  return undefined
}

/** Where the next document comes from: `action`, or `fallback` where there is none. */
export function action(
  context: TwimlContext,
  element: XmlElement,
  fallback?: 'document',
): { readonly action_url?: string; readonly action_method?: 'GET' | 'POST' } {
  const given = address(context, element, element.attributes['action'])
  const url = given ?? (fallback === 'document' ? context.url : undefined)
  return url === undefined ? {} : { action_url: url, action_method: method(context, element) }
}

/** Whom a noun has told what becomes of it; `only` in our words. */
export function callback(
  context: TwimlContext,
  element: XmlElement,
  name: string,
  words?: { readonly known: Readonly<Record<string, readonly string[]>>; readonly fallback: string },
): { readonly url: string; readonly method: 'GET' | 'POST'; readonly only?: readonly string[] } | undefined {
  const url = address(context, element, element.attributes[name])
  if (url === undefined) return undefined
  const told = { url, method: method(context, element, `${name}Method`) }
  if (words === undefined) return told
  const asked = (attribute(element, `${name}Event`) ?? words.fallback).split(/[\s,]+/)
  return { ...told, only: [...new Set(asked.flatMap((each) => words.known[each] ?? []))] }
}

/** Two letters and a region as speech engines want them: `en-US`; what is none is left out. */
export function languageOf(element: XmlElement, name = 'language'): { readonly language?: string } {
  const text = attribute(element, name)
  return text !== undefined && /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/.test(text) ? { language: text } : {}
}

/** Leaves out what is undefined, as commands have it. */
export function given<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
