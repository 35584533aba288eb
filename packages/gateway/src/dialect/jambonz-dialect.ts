import { sid } from '#kernel'
import {
  isRecord,
  loopOf,
  notUnderstood,
  parametersOf,
  readJson,
  textOr,
  type Json,
  type Platform,
} from './platform-dialect.ts'

/**
 * jambonz's webhook (docs.jambonz.org, "Verbs"): `answer`, `say`, `play`, `pause`, `listen` (or `stream`), `dial` to `phone` and `sip`, `redirect`, `sip:decline`,
 * `hangup`. `actionHook` and `statusHook` are not told of anything, and `nestedListen` and other verbs are not done.
 */
export const jambonz: Platform = {
  ask: ({ call, accountSid, direction, from, to, state }) => ({
    contentType: 'application/json',
    accept: 'application/json',
    body: JSON.stringify({
      call_sid: sid('CA', call),
      account_sid: accountSid,
      direction,
      from,
      to,
      call_id: call,
      call_status: state === 'active' ? 'in-progress' : 'trying',
      sip_status: state === 'active' ? 200 : 100,
    }),
  }),
  read(answer, note) {
    const verbs = readJson(answer)
    const list: readonly unknown[] = Array.isArray(verbs) ? verbs : [verbs]
    return list.flatMap((verb) => (isRecord(verb) ? commandsOf(verb, answer.url, note) : []))
  },
}

function commandsOf(verb: Json, base: string, note: (message: string) => void): readonly object[] {
  const name = textOr(verb['verb'], 'a verb')
  switch (name) {
    case 'answer':
    case 'hangup':
      return [{ type: name }]
    case 'say':
      return textsOf(verb['text']).map((text) => ({
        type: 'say',
        text,
        loop: loopOf(verb['loop']),
        ...languageOf(verb),
      }))
    case 'play':
      return textsOf(verb['url']).map((url) => ({ type: 'play', url, loop: loopOf(verb['loop']) }))
    case 'pause':
      return [{ type: 'wait', ms: Math.round(Number(verb['length'] ?? 1) * 1_000) }]
    case 'listen':
    case 'stream':
      return [streamOf(verb)]
    case 'dial':
      return [dialOf(verb)]
    case 'redirect': {
      const hook = textOr(verb['actionHook'], '')
      return [{ type: 'redirect', url: URL.canParse(hook, base) ? new URL(hook, base).href : hook }]
    }
    case 'sip:decline':
      return [{ type: 'reject', status: verb['status'] ?? 603 }]
    default:
      note(`${name.slice(0, 40)} is not done`)
      return []
  }
}

function textsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function languageOf({ synthesizer }: Json): object {
  return isRecord(synthesizer) && typeof synthesizer['language'] === 'string'
    ? { language: synthesizer['language'] }
    : {}
}

function streamOf({ url, sampleRate = 8_000, bidirectionalAudio, metadata }: Json): object {
  const isSilent = isRecord(bidirectionalAudio) && bidirectionalAudio['enabled'] === false
  const back = isRecord(bidirectionalAudio) ? (bidirectionalAudio['sampleRate'] ?? sampleRate) : sampleRate
  if (back !== sampleRate) return notUnderstood('listen: one rate for both ways')
  const parameters = parametersOf(metadata)
  const direction = isSilent ? 'inbound' : 'both'
  return { type: 'stream', url, wire: 'jambonz', direction, parameters, options: { rate: sampleRate } }
}

function dialOf({ target, callerId, timeout }: Json): object {
  const targets = (Array.isArray(target) ? (target as unknown[]) : []).filter((each) => isRecord(each))
  return {
    type: 'dial',
    to: targets.map((each) => (each['type'] === 'sip' ? each['sipUri'] : each['number'])),
    strategy: 'simultaneous',
    ...(typeof callerId === 'string' && { from: callerId }),
    ...(typeof timeout === 'number' && { ring_timeout_ms: timeout * 1_000 }),
  }
}
