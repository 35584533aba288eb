import type { Dialect, DialectAnswer, DialectReading } from './contract.ts'
import { DialectError } from './error.ts'
import type { TwimlSettings } from './twilio-context.ts'
import { questionForm } from './twilio-answers.ts'
import { readTwiml } from './twilio-document.ts'
import { formRequest } from './twilio-form.ts'
import { statusRequests, type TwilioStatusSettings } from './twilio-status.ts'
import { httpFault } from './twilio-words.ts'

export interface TwilioSettings extends TwimlSettings, TwilioStatusSettings {
  /** Who is asked about a call that begins. */
  readonly voice: { readonly url: string; readonly method: 'GET' | 'POST' }
  readonly fallbackMethod: 'GET' | 'POST'
}

/** Twilio's webhooks and documents. */
export function twilioDialect(settings: TwilioSettings): Dialect {
  return {
    ask(question, { facts }) {
      if (question.to === undefined && !begins.has(question.type)) return 'on'
      return formRequest(question.to ?? settings.voice, questionForm(question, facts, settings.apiUrl))
    },
    askAgain(question, { facts }, { fault, url, fallbackUrl }) {
      const form = questionForm(question, facts, settings.apiUrl)
      const why = { ErrorCode: String(fault.code), ErrorUrl: question.to?.url ?? withoutForm(url) }
      return formRequest({ url: fallbackUrl, method: settings.fallbackMethod }, { ...form, ...why })
    },
    read: (answer, { type }) => read(answer, settings, type === 'call.whisper' ? 'nothing' : 'hangup'),
    tell: (event, moment) => statusRequests(event, moment, settings),
    faultOf: httpFault,
  }
}

/** Questions that always go to the app. Of the others those that a document named no address for are not asked: it goes on. */
const begins: ReadonlySet<string> = new Set([
  'call.incoming',
  'call.connected',
  'call.redirected',
  'call.consent_refused',
])

/** What was asked for, without the form that a GET had behind it: it tells of a person, and whatever leads back there would carry it on. */
function withoutForm(url: string): string {
  return url.replace(/[?&]AccountSid=AC[0-9a-f]{32}&ApiVersion=2010-04-01&.*$/s, '')
}

function read(
  { body, contentType, url }: DialectAnswer,
  settings: TwimlSettings,
  atEnd: 'hangup' | 'nothing',
): DialectReading {
  const text = decode(body)
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'text/plain' && !text.trimStart().startsWith('<')) {
    const words = text.trim().slice(0, 4_096)
    const say = words === '' ? [] : [{ type: 'say', text: words }]
    return { actions: atEnd === 'hangup' ? [...say, { type: 'hangup' }] : say, warnings: [] }
  }
  if (!documents.has(type))
    throw new DialectError({ code: 12_300, message: 'an answer of a type that is no document' })
  return readTwiml(text, withoutForm(url), settings, atEnd)
}

const documents: ReadonlySet<string> = new Set(['text/xml', 'application/xml', 'text/html', 'text/plain'])

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw new DialectError({ code: 12_100, message: 'the document is not UTF-8' }, { cause })
  }
}
