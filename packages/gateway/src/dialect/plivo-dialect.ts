import { sid } from '#kernel'
import { loopOf, notUnderstood, withoutPlus, withPlus, type Platform } from './platform-dialect.ts'
import { elementsOf, parseXml, textOf, type XmlElement } from './twilio-xml.ts'

/**
 * Plivo XML (plivo.com, "XML"): `Speak`, `Play`, `Wait`, `Stream`, `Dial` with `Number`, `Redirect`, `Hangup`. Nothing else is done, and nothing is
 * called back: `statusCallbackUrl`, `action` and `callbackUrl` are not looked at.
 */
export const plivo: Platform = {
  ask: ({ call, direction, from, to, state }) => ({
    contentType: 'application/x-www-form-urlencoded',
    accept: 'application/xml',
    body: new URLSearchParams({
      CallUUID: sid('CA', call),
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

function commandsOf(element: XmlElement, base: string, note: (message: string) => void): readonly object[] {
  const { attributes, name } = element
  const text = textOf(element).trim()
  switch (name) {
    case 'Speak':
      return [{ type: 'say', text, loop: loopOf(attributes['loop']), ...languageOf(attributes['language']) }]
    case 'Play':
      return [{ type: 'play', url: text, loop: loopOf(attributes['loop']) }]
    case 'Wait':
      return [{ type: 'wait', ms: Math.round(Number(attributes['length'] ?? 1) * 1_000) }]
    case 'Stream':
      return [streamOf(attributes, text, note)]
    case 'Dial':
      return [{ type: 'dial', to: elementsOf(element).map((noun) => withPlus(textOf(noun).trim())) }]
    case 'Redirect':
      return [{ type: 'redirect', url: URL.canParse(text, base) ? new URL(text, base).href : text }]
    case 'Hangup':
      return [{ type: attributes['reason'] === undefined ? 'hangup' : 'reject' }]
    default:
      note(`${name} is not done`)
      return []
  }
}

const tracks = { inbound: 'inbound', outbound: 'outbound', both: 'both_tracks' } as const

/** Plivo's default is another than that of its wire here. */
const defaultContentType = 'audio/x-l16;rate=8000'

function streamOf(
  attributes: XmlElement['attributes'],
  url: string,
  note: (message: string) => void,
): object {
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
