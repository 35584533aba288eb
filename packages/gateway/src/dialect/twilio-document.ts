import { DialectError } from './error.ts'
import type { DialectReading } from './contract.ts'
import { connectCommand, referCommand, startCommands, stopCommands } from './twilio-connect.ts'
import {
  action,
  address,
  attribute,
  callback,
  flag,
  given,
  method,
  number,
  schemaWarning,
  warn,
  type TwimlContext,
  type TwimlSettings,
} from './twilio-context.ts'
import { dialCommand, recordingWords } from './twilio-dial.ts'
import { payCommand } from './twilio-pay.ts'
import { gatherCommand, promptCommand } from './twilio-prompts.ts'
import { elementsOf, parseXml, textOf, type XmlElement } from './twilio-xml.ts'

/**
 * A TwiML document as native commands; its end hangs up. Throws `DialectError` for what is no document, and with
 * `settings.strict` for what is wrong inside of it.
 *
 * @param atEnd - `nothing` for one that whoever answered hears before they are connected.
 * @param url - Where it came from: relative addresses start there. Undefined for a document that was handed over as text.
 */
export function readTwiml(
  text: string,
  url: string | undefined,
  settings: TwimlSettings,
  atEnd: 'hangup' | 'nothing' = 'hangup',
): DialectReading {
  const root = parseXml(text)
  if (root.name !== 'Response')
    throw new DialectError({ code: 12_102, message: 'the root of the document is not Response' })
  const context: TwimlContext = { settings, url, warnings: [] }
  const actions: object[] = []
  for (const verb of elementsOf(root)) {
    actions.push(...verbCommands(context, verb))
    if (actions.length > maxCommands)
      throw new DialectError({ code: schemaWarning, message: 'too many verbs' })
  }
  const isOpen = atEnd === 'hangup' && !ends(actions.at(-1))
  return { actions: isOpen ? [...actions, { type: 'hangup' }] : actions, warnings: context.warnings }
}

/** One less than a list of commands may have, for the hang-up at its end. */
const maxCommands = 49

function ends(command: object | undefined): boolean {
  const { type } = (command ?? {}) as { type?: string }
  return type === 'hangup' || type === 'reject' || type === 'redirect'
}

function verbCommands(context: TwimlContext, verb: XmlElement): readonly object[] {
  switch (verb.name) {
    case 'Say':
    case 'Play':
    case 'Pause':
      return promptCommand(context, verb)
    case 'Gather':
      return [gatherCommand(context, verb, action(context, verb, 'document'))]
    case 'Dial':
      return dialCommand(context, verb)
    case 'Record':
      return [recordCommand(context, verb)]
    case 'Connect':
      return connectCommand(context, verb)
    case 'Start':
      return startCommands(context, verb)
    case 'Stop':
      return stopCommands(context, verb)
    case 'Pay':
      return payCommand(context, verb)
    case 'Refer':
      return referCommand(context, verb)
    case 'Redirect':
      return redirectCommand(context, verb)
    case 'Reject':
      return [{ type: 'reject', status: attribute(verb, 'reason') === 'busy' ? 486 : 603 }]
    case 'Hangup':
      return [{ type: 'hangup' }]
    default:
      warn(context, schemaWarning, `${verb.name}: a verb that is not known`)
      return []
  }
}

function redirectCommand(context: TwimlContext, verb: XmlElement): readonly object[] {
  const text = textOf(verb).trim()
  const url = text === '' ? context.url : address(context, verb, text)
  return url === undefined ? [] : [{ type: 'redirect', url, method: method(context, verb) }]
}

function recordCommand(context: TwimlContext, verb: XmlElement): object {
  if (flag(verb, 'transcribe') === true)
    warn(
      context,
      schemaWarning,
      'Record: transcribe is not done; a privacy policy of the app can have calls transcribed',
    )
  const seconds = number(context, verb, 'timeout', { min: 1, max: 60 })
  const longest = number(context, verb, 'maxLength', { min: 1, max: 14_400 })
  return {
    type: 'message',
    beep: flag(verb, 'playBeep') ?? true,
    trim: attribute(verb, 'trim') !== 'do-not-trim',
    on_empty: 'go-on',
    ...given({
      silence_ms: seconds === undefined ? undefined : seconds * 1_000,
      max_ms: longest === undefined ? undefined : longest * 1_000,
      finish_on_key: verb.attributes['finishOnKey']?.replace(/[^0-9*#]/g, '').slice(0, 12),
      events: callback(context, verb, 'recordingStatusCallback', recordingWords),
    }),
    ...action(context, verb, 'document'),
  }
}
