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
} from './twilio-context.ts'
import { elementsOf, textOf, type XmlElement } from './twilio-xml.ts'

/** Twilio's words for the progress of a call, in ours. */
export const progressWords = {
  known: {
    initiated: ['dialling'],
    ringing: ['ringing'],
    answered: ['answered'],
    completed: ['ended'],
  },
  fallback: 'completed',
} as const

/** Twilio's words for a recording's, in ours. */
export const recordingWords = {
  known: {
    'in-progress': ['started'],
    completed: ['completed'],
    absent: ['failed', 'refused'],
  },
  fallback: 'completed',
} as const

/** A `Dial`: somebody is called, and the caller talks with whoever answers. */
export function dialCommand(context: TwimlContext, element: XmlElement): readonly object[] {
  const nouns = elementsOf(element).flatMap((noun) => targetOf(context, noun))
  const own = elementsOf(element).length === 0 ? numberOf(textOf(element)) : undefined
  const to = own === undefined ? nouns.map((noun) => noun.to) : [own]
  if (to.length === 0 || (own === '' && nouns.length === 0)) {
    warn(context, 13_221, 'Dial: nobody to call')
    return []
  }
  const [first] = nouns
  if (new Set(nouns.map(({ each }) => JSON.stringify(each))).size > 1)
    warn(
      context,
      schemaWarning,
      'Dial: its nouns differ in more than their address; what the first says holds for all',
    )
  const record = attribute(element, 'record') ?? 'do-not-record'
  const ms = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1_000)
  const callerId = attribute(element, 'callerId')
  return [
    {
      type: 'dial',
      to: to.slice(0, 10),
      strategy: flag(element, 'sequential') === true ? 'sequential' : 'simultaneous',
      ring_timeout_ms: ms(number(context, element, 'timeout', { min: 5, max: 180 })) ?? 30_000,
      hangup_on_star: flag(element, 'hangupOnStar') ?? false,
      answer_on_bridge: flag(element, 'answerOnBridge') ?? false,
      record: record !== 'do-not-record' && record !== 'false',
      ...given({
        from: callerId === undefined ? undefined : numberOf(callerId),
        time_limit_ms: ms(number(context, element, 'timeLimit', { min: 1, max: 14_400 })),
        record_events: callback(context, element, 'recordingStatusCallback', recordingWords),
      }),
      ...first?.each,
      ...action(context, element),
    },
  ]
}

interface Target {
  readonly to: string
  /** What we have for the whole command and Twilio for each noun. */
  readonly each: object
}

function targetOf(context: TwimlContext, noun: XmlElement): readonly Target[] {
  const to = addressOf(context, noun)
  if (to === undefined) return []
  const digits = attribute(noun, 'sendDigits')
  const whisper = address(context, noun, noun.attributes['url'])
  const each = given({
    send_digits: digits,
    whisper_url: whisper,
    whisper_method: whisper === undefined ? undefined : method(context, noun),
    events: callback(context, noun, 'statusCallback', progressWords),
  })
  return [{ to, each }]
}

function addressOf(context: TwimlContext, noun: XmlElement): string | undefined {
  const text = textOf(noun).trim()
  switch (noun.name) {
    case 'Number':
      return numberOf(text)
    case 'Sip':
      if (noun.attributes['username'] !== undefined)
        warn(context, schemaWarning, 'Sip: whom we prove to be is set up with the trunk, not in a document')
      return text
    case 'Client': {
      const { clientDomain } = context.settings
      const identity = elementsOf(noun).find(({ name }) => name === 'Identity')
      const name = identity === undefined ? text : textOf(identity).trim()
      if (clientDomain !== undefined && /^[A-Za-z0-9_.~-]{1,121}$/.test(name))
        return `sip:${name}@${clientDomain}`
      warn(
        context,
        13_224,
        'Client: no twilio.clientDomain is set up, or the name cannot be part of an address',
      )
      return undefined
    }
    default:
      warn(context, schemaWarning, `Dial: a ${noun.name} cannot be called here`)
      return undefined
  }
}

/** A number as our commands have it; others are told apart by the guard. */
function numberOf(text: string): string {
  return text.trim().replace(/^client:/, '')
}
