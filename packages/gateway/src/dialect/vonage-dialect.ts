import {
  dialTimes,
  isRecord,
  loopOf,
  noteOthers,
  notUnderstood,
  parametersOf,
  readJson,
  textOr,
  withoutPlus,
  withPlus,
  type Json,
  type Platform,
} from './platform-dialect.ts'

/**
 * An NCCO (developer.vonage.com, "NCCO reference"): `talk`, `stream`, `connect` to a `websocket`, `phone` or `sip` endpoint, `record`, `wait`. The answer
 * webhook is asked by POST, never by GET: numbers do not stand in addresses here. `input`, `conversation`, `pay`, `notify` are not done, nor
 * `eventUrl` and whatever else an action has that is told as not done.
 */
export const vonage: Platform = {
  ask: ({ call, from, to }) => ({
    contentType: 'application/json',
    accept: 'application/json',
    body: JSON.stringify({
      from: withoutPlus(from),
      to: withoutPlus(to),
      uuid: call,
      conversation_uuid: call,
      endpoint_type: 'phone',
    }),
  }),
  read(answer, note) {
    const actions = readJson(answer)
    if (!Array.isArray(actions)) notUnderstood('an NCCO is a list of actions')
    return actions.flatMap((action: unknown) => (isRecord(action) ? commandsOf(action, note) : []))
  },
}

type Note = (message: string) => void

const done: Readonly<Record<string, readonly string[]>> = {
  talk: ['text', 'language', 'loop'],
  stream: ['streamUrl', 'loop'],
  connect: ['endpoint', 'from', 'timeout', 'limit'],
  record: [],
  wait: ['timeout'],
}

function commandsOf({ action, ...about }: Json, note: Note): readonly object[] {
  const name = textOr(action, 'an action').slice(0, 40)
  if (Object.hasOwn(done, name)) noteOthers(name, about, done[name] ?? [], note)
  switch (name) {
    case 'talk': {
      const { text, language } = about
      return [{ type: 'say', text, loop: loopOf(about['loop']), ...(language !== undefined && { language }) }]
    }
    case 'stream': {
      const [url] = Array.isArray(about['streamUrl']) ? (about['streamUrl'] as unknown[]) : []
      return [{ type: 'play', url, loop: loopOf(about['loop']) }]
    }
    case 'connect':
      return connectOf(about, note)
    case 'record':
      return [{ type: 'record' }]
    case 'wait':
      return [{ type: 'wait', ms: Math.round(Number(about['timeout'] ?? 10) * 1_000) }]
    default:
      note(`${name} is not done`)
      return []
  }
}

const doneEndpoints: Readonly<Record<string, readonly string[]>> = {
  websocket: ['type', 'uri', 'content-type', 'contentType', 'headers'],
  phone: ['type', 'number', 'dtmfAnswer'],
  sip: ['type', 'uri', 'headers'],
}

function connectOf({ endpoint, from, timeout, limit }: Json, note: Note): readonly object[] {
  const [target] = Array.isArray(endpoint) ? (endpoint as unknown[]) : []
  if (!isRecord(target)) return notUnderstood('connect: no endpoint')
  const type = textOr(target['type'], '')
  if (Object.hasOwn(doneEndpoints, type))
    noteOthers(`connect to ${type}`, target, doneEndpoints[type] ?? [], note)
  const rest = { ...(typeof from === 'string' && { from: withPlus(from) }), ...dialTimes(timeout, limit) }
  switch (type) {
    case 'websocket':
      return [socketOf(target)]
    case 'phone': {
      const { dtmfAnswer } = target
      const keys = dtmfAnswer === undefined ? {} : { send_digits: dtmfAnswer }
      return [{ type: 'dial', to: withPlus(textOr(target['number'], '')), ...rest, ...keys }]
    }
    case 'sip':
      return [{ type: 'dial', to: target['uri'], ...rest, ...headersOf(target['headers']) }]
    default:
      note('connect: an endpoint of this type is not called')
      return []
  }
}

/** The form of the audio stands under `content-type`; builders of the SDK write `contentType`. */
function socketOf(target: Json): object {
  const form = textOr(target['content-type'] ?? target['contentType'], '')
  const rate = /rate=(8000|16000|24000)\b/.exec(form)?.[1]
  const options = rate === undefined ? {} : { rate: Number(rate) }
  const parameters = parametersOf(target['headers'])
  return { type: 'stream', url: target['uri'], wire: 'vonage', options, parameters }
}

/** Whoever is called at a SIP address gets them with `X-` in front. */
function headersOf(given: unknown): object {
  const headers = Object.entries(parametersOf(given)).map(([name, value]) => [`X-${name}`, value])
  return headers.length === 0 ? {} : { headers: Object.fromEntries(headers) as object }
}
