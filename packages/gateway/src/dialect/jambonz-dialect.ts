import { sid } from '#kernel'
import {
  dialTimes,
  isRecord,
  loopOf,
  noteOthers,
  notUnderstood,
  parametersOf,
  readJson,
  textOr,
  type Json,
  type Platform,
} from './platform-dialect.ts'

/**
 * jambonz's webhook (docs.jambonz.org, "Verbs"): `answer`, `say`, `play`, `pause`, `dtmf`, `listen` (or `stream`), `dial` to `phone` and `sip`, `redirect`,
 * `sip:decline`, `hangup`. Other verbs, `actionHook` and whatever else a verb has beside what is read here are told as not done.
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

type Note = (message: string) => void

const stream = [
  'url',
  'sampleRate',
  'bidirectionalAudio',
  'disableBidirectionalAudio',
  'metadata',
  'passDtmf',
]
const done: Readonly<Record<string, readonly string[]>> = {
  answer: [],
  hangup: [],
  say: ['text', 'loop', 'synthesizer'],
  play: ['url', 'loop'],
  pause: ['length'],
  dtmf: ['dtmf'],
  listen: stream,
  stream,
  dial: ['target', 'callerId', 'timeout', 'timeLimit', 'answerOnBridge', 'headers'],
  redirect: ['actionHook'],
  'sip:decline': ['status', 'reason'],
}

function commandsOf({ verb, ...about }: Json, base: string, note: Note): readonly object[] {
  const name = textOr(verb, 'a verb').slice(0, 40)
  if (Object.hasOwn(done, name)) noteOthers(name, about, ['id', ...(done[name] ?? [])], note)
  switch (name) {
    case 'answer':
    case 'hangup':
      return [{ type: name }]
    case 'say':
      return [{ type: 'say', text: oneOf(about['text']), loop: loopOf(about['loop']), ...languageOf(about) }]
    case 'play':
      return listOf(about['url']).map((url) => ({ type: 'play', url, loop: loopOf(about['loop']) }))
    case 'pause':
      return [{ type: 'wait', ms: Math.round(Number(about['length'] ?? 1) * 1_000) }]
    case 'dtmf':
      return [{ type: 'send_digits', digits: about['dtmf'] }]
    case 'listen':
    case 'stream':
      return [streamOf(about)]
    case 'dial':
      return [dialOf(about, note)]
    case 'redirect':
      return [{ type: 'redirect', url: hookOf(about['actionHook'], base) }]
    case 'sip:decline':
      return [{ type: 'reject', status: statusOf(about['status']) }]
    default:
      note(`${name} is not done`)
      return []
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** Of several texts jambonz says any one; here it is the first. */
function oneOf(value: unknown): unknown {
  return listOf(value)[0]
}

/** The statuses that a call can be refused with here; another is a decline. */
function statusOf(status: unknown): number {
  return typeof status === 'number' && [403, 404, 480, 486].includes(status) ? status : 603
}

/** A hook is an address, or an object with one. */
function hookOf(hook: unknown, base: string): string {
  const url = textOr(isRecord(hook) ? hook['url'] : hook, '')
  return URL.canParse(url, base) ? new URL(url, base).href : url
}

function languageOf({ synthesizer }: Json): object {
  return isRecord(synthesizer) && typeof synthesizer['language'] === 'string'
    ? { language: synthesizer['language'] }
    : {}
}

/** Keys are told in any case, as with `passDtmf`. */
function streamOf(about: Json): object {
  const { url, sampleRate = 8_000, bidirectionalAudio: both, metadata, disableBidirectionalAudio } = about
  const isSilent = disableBidirectionalAudio === true || (isRecord(both) && both['enabled'] === false)
  const back = isRecord(both) ? (both['sampleRate'] ?? sampleRate) : sampleRate
  if (back !== sampleRate) return notUnderstood('listen: one rate for both ways')
  const parameters = parametersOf(metadata)
  const direction = isSilent ? 'inbound' : 'both'
  return { type: 'stream', url, wire: 'jambonz', direction, parameters, options: { rate: sampleRate } }
}

function dialOf(about: Json, note: Note): object {
  const { target, callerId, timeout, timeLimit, answerOnBridge, headers } = about
  const targets = (Array.isArray(target) ? (target as unknown[]) : []).filter((each) => isRecord(each))
  const to = targets.flatMap((each) => addressOf(each, note))
  return {
    type: 'dial',
    to,
    strategy: 'simultaneous',
    ...(typeof callerId === 'string' && { from: callerId }),
    ...dialTimes(timeout, timeLimit),
    ...(answerOnBridge === true && { answer_on_bridge: true }),
    ...(isRecord(headers) && { headers: parametersOf(headers) }),
  }
}

function addressOf(target: Json, note: Note): readonly unknown[] {
  switch (target['type']) {
    case 'sip':
      noteOthers('dial to sip', target, ['type', 'sipUri'], note)
      return [target['sipUri']]
    case 'phone':
      noteOthers('dial to phone', target, ['type', 'number'], note)
      return [target['number']]
    default:
      note('dial: a target of this type is not called')
      return []
  }
}
