import {
  isRecord,
  loopOf,
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
 * webhook is asked by POST, never by GET: numbers do not stand in addresses here. `input`, `conversation`, `pay`, `notify` are not done, and
 * `eventUrl` is not told of anything.
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

function commandsOf(action: Json, note: (message: string) => void): readonly object[] {
  switch (action['action']) {
    case 'talk': {
      const { text, language } = action
      return [
        { type: 'say', text, loop: loopOf(action['loop']), ...(language !== undefined && { language }) },
      ]
    }
    case 'stream': {
      const [url] = Array.isArray(action['streamUrl']) ? (action['streamUrl'] as unknown[]) : []
      return [{ type: 'play', url, loop: loopOf(action['loop']) }]
    }
    case 'connect':
      return connectOf(action, note)
    case 'record':
      return [{ type: 'record' }]
    case 'wait':
      return [{ type: 'wait', ms: Math.round(Number(action['timeout'] ?? 10) * 1_000) }]
    default:
      note(`${textOr(action['action'], 'an action').slice(0, 40)} is not done`)
      return []
  }
}

function connectOf({ endpoint, from }: Json, note: (message: string) => void): readonly object[] {
  const [target] = Array.isArray(endpoint) ? (endpoint as unknown[]) : []
  const caller = typeof from === 'string' ? { from: withPlus(from) } : {}
  if (!isRecord(target)) return notUnderstood('connect: no endpoint')
  switch (target['type']) {
    case 'websocket': {
      const rate = /rate=(8000|16000|24000)\b/.exec(textOr(target['content-type'], ''))?.[1]
      const options = rate === undefined ? {} : { rate: Number(rate) }
      const parameters = parametersOf(target['headers'])
      return [{ type: 'stream', url: target['uri'], wire: 'vonage', options, parameters }]
    }
    case 'phone':
      return [{ type: 'dial', to: withPlus(textOr(target['number'], '')), ...caller }]
    case 'sip':
      return [{ type: 'dial', to: target['uri'], ...caller }]
    default:
      note('connect: an endpoint of this type is not called')
      return []
  }
}
