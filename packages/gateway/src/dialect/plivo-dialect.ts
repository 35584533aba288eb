import { uuid } from '#kernel'
import {
  dialTimes,
  loopOf,
  noteOthers,
  notUnderstood,
  withoutPlus,
  withPlus,
  type Platform,
} from './platform-dialect.ts'
import { elementsOf, parseXml, textOf, type XmlElement } from './twilio-xml.ts'

type Note = (message: string) => void

/**
 * Plivo XML (plivo.com, "XML"): `Speak`, `Play`, `Wait`, `Stream`, `DTMF`, `Dial` with `Number` and `User`, `Redirect`, `Hangup`. Nothing else is done, and
 * nothing is called back: `statusCallbackUrl`, `action` and `callbackUrl` are told as not done. Ids are UUIDs, as its stream SDK wants them.
 */
export const plivo: Platform = {
  ask: ({ call, direction, from, to, state }) => ({
    contentType: 'application/x-www-form-urlencoded',
    accept: 'application/xml',
    body: new URLSearchParams({
      CallUUID: uuid(call),
      CallStatus: state === 'active' ? 'in-progress' : 'ringing',
      Direction: direction,
      Event: 'StartApp',
      From: withoutPlus(from),
      To: withoutPlus(to),
    }).toString(),
  }),
  read({ body, url }, note) {
    const root = parseXml(new TextDecoder().decode(body))
    if (root.name !== 'Response') notUnderstood('the root of the document is not Response')
    return elementsOf(root).flatMap((element) => commandsOf(element, url, note))
  },
}

const done: Readonly<Record<string, readonly string[]>> = {
  Speak: ['loop', 'language'],
  Play: ['loop'],
  Wait: ['length'],
  Stream: ['bidirectional', 'audioTrack', 'contentType', 'extraHeaders', 'keepCallAlive'],
  DTMF: [],
  Dial: ['callerId', 'timeout', 'timeLimit', 'hangupOnStar'],
  // Asked by POST, whatever it says.
  Redirect: ['method'],
  Hangup: ['reason'],
}

function commandsOf(element: XmlElement, base: string, note: Note): readonly object[] {
  const { attributes, name } = element
  const text = textOf(element).trim()
  noteOthers(name, attributes, done[name] ?? Object.keys(attributes), note)
  switch (name) {
    case 'Speak':
      if (elementsOf(element).length > 0) note('Speak: said without its marks of SSML')
      return [{ type: 'say', text, loop: loopOf(attributes['loop']), ...languageOf(attributes['language']) }]
    case 'Play':
      return [{ type: 'play', url: text, loop: loopOf(attributes['loop']) }]
    case 'Wait':
      return [{ type: 'wait', ms: Math.round(Number(attributes['length'] ?? 1) * 1_000) }]
    case 'Stream':
      return [streamOf(attributes, text, note)]
    case 'DTMF':
      return [{ type: 'send_digits', digits: text }]
    case 'Dial':
      return [dialOf(element, note)]
    case 'Redirect':
      return [{ type: 'redirect', url: URL.canParse(text, base) ? new URL(text, base).href : text }]
    case 'Hangup':
      return [hangupOf(attributes['reason'])]
    default:
      note(`${name} is not done`)
      return []
  }
}

function hangupOf(reason: string | undefined): object {
  if (reason === undefined) return { type: 'hangup' }
  return { type: 'reject', status: reason === 'busy' ? 486 : 603 }
}

/** Everybody who is named rings at once. */
function dialOf(element: XmlElement, note: Note): object {
  const { callerId, timeout, timeLimit, hangupOnStar } = element.attributes
  const nouns = elementsOf(element)
  for (const noun of nouns) noteOthers(noun.name, noun.attributes, ['sendDigits'], note)
  const [digits, ...others] = nouns.flatMap(({ attributes: { sendDigits } }) => sendDigits ?? [])
  if (others.length > 0) note('Dial: whoever answers hears the first sendDigits')
  return {
    type: 'dial',
    to: nouns.map((noun) => withPlus(textOf(noun).trim())),
    strategy: 'simultaneous',
    ...(callerId !== undefined && { from: withPlus(callerId) }),
    ...dialTimes(timeout, timeLimit),
    ...(hangupOnStar === 'true' && { hangup_on_star: true }),
    ...(digits !== undefined && { send_digits: digits }),
  }
}

const tracks = { inbound: 'inbound', outbound: 'outbound', both: 'both_tracks' } as const

/** Plivo's default is another than that of its wire here. */
const defaultContentType = 'audio/x-l16;rate=8000'

function streamOf(attributes: XmlElement['attributes'], url: string, note: Note): object {
  const { contentType = defaultContentType, audioTrack = 'inbound', extraHeaders = '' } = attributes
  const track = Object.hasOwn(tracks, audioTrack) ? tracks[audioTrack as keyof typeof tracks] : 'inbound'
  const parameters = Object.fromEntries(
    extraHeaders.split(/[,;]/).flatMap((pair) => {
      const [, name, value] = /^\s*([^=\s]{1,256})\s*=(.{0,500})$/.exec(pair) ?? []
      return name === undefined ? [] : [[name, value]]
    }),
  )
  const isTalk = attributes['bidirectional'] === 'true'
  if (isTalk && attributes['keepCallAlive'] !== 'true')
    note('Stream: what follows waits for its end, as with keepCallAlive')
  return {
    type: 'stream',
    url,
    wire: 'plivo',
    direction: isTalk ? 'both' : track,
    parameters,
    options: { content_type: contentType.replaceAll(' ', '') },
  }
}

function languageOf(language: string | undefined): object {
  return language === undefined ? {} : { language }
}
