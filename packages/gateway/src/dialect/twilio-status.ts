import { sid, timeOfId } from '#kernel'
import type { CallFacts, DialectEvent, DialectMoment, DialectRequest } from './contract.ts'
import { questionForm, recordingOf, seconds, sidOf, wordOf } from './twilio-answers.ts'
import { apiVersion, callForm, formRequest, rfc2822, type TwilioForm } from './twilio-form.ts'
import { endOf, errorType, maskedCard, payFor, streamError } from './twilio-words.ts'

export interface TwilioStatusSettings {
  /** Who is told of calls that have no address of their own for that. */
  readonly statusCallback:
    | { readonly url: string; readonly method: 'GET' | 'POST'; readonly events: readonly string[] }
    | undefined
  readonly apiUrl: string
}

/** An event as a status callback; none for what Twilio has no word for, or nobody asked for. */
export function statusRequests(
  event: DialectEvent,
  moment: DialectMoment,
  settings: TwilioStatusSettings,
): readonly DialectRequest[] {
  const word = progressWord(event.type)
  if (word !== undefined) return progressRequests(event, word, moment, settings)
  const { to } = event
  if (to === undefined) return []
  const form = formOf(event, moment, settings)
  return form === undefined ? [] : [formRequest(to, form)]
}

function formOf(
  event: DialectEvent,
  { facts, nowMs }: DialectMoment,
  { apiUrl }: TwilioStatusSettings,
): TwilioForm | undefined {
  const family = event.type.slice(0, event.type.indexOf('.'))
  switch (family) {
    case 'leg':
      return legForm(event, facts, nowMs)
    case 'stream':
      return streamForm(event, facts, nowMs)
    case 'recording':
      return recordingForm(event, facts, apiUrl)
    default:
      return callForms(event, { facts, nowMs }, apiUrl)
  }
}

function callForms(
  event: DialectEvent,
  { facts, nowMs }: DialectMoment,
  apiUrl: string,
): TwilioForm | undefined {
  switch (event.type) {
    case 'call.collect.progress':
      return captureForm(event, facts)
    case 'call.gather.partial':
      return partialForm(event, facts)
    case 'call.paid': // of a payment that was asked for by REST: no document waits for it
      return { ...questionForm(event, facts, apiUrl), DateUpdated: rfc2822(nowMs) }
    default:
      return undefined
  }
}

type Word = 'initiated' | 'ringing' | 'answered' | 'completed'

function progressWord(type: string): Word | undefined {
  switch (type) {
    case 'call.initiated':
      return 'initiated'
    case 'call.ringing':
      return 'ringing'
    case 'call.answered':
      return 'answered'
    case 'call.ended':
      return 'completed'
    default:
      return undefined
  }
}

function progressRequests(
  event: DialectEvent,
  word: Word,
  { facts, nowMs }: DialectMoment,
  { statusCallback }: TwilioStatusSettings,
): readonly DialectRequest[] {
  const to = event.to ?? (statusCallback?.events.includes(word) === true ? statusCallback : undefined)
  if (to === undefined) return []
  const form = {
    ...callForm(facts, event.data),
    ...(word === 'completed' ? callEnd(event, facts, nowMs) : { CallStatus: statusOf(word) }),
    ...sequence(facts.next('call'), nowMs),
  }
  return [formRequest(to, form)]
}

function statusOf(word: Exclude<Word, 'completed'>): string {
  return word === 'answered' ? 'in-progress' : word
}

function sequence(count: number, nowMs: number): TwilioForm {
  return {
    Timestamp: rfc2822(nowMs),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(count),
  }
}

function callEnd({ data }: DialectEvent, facts: CallFacts, nowMs: number): TwilioForm {
  const sinceAnswer = facts.answeredAtMs === undefined ? 0 : nowMs - facts.answeredAtMs
  const duration = typeof data['duration_ms'] === 'number' ? data['duration_ms'] : sinceAnswer
  return ended(data, facts.sipStatus, duration)
}

/** Seconds and started minutes of a call that is over, and how it ended. */
function ended(data: DialectEvent['data'], knownStatus: number | undefined, durationMs: unknown): TwilioForm {
  const why = wordOf(data['reason'] ?? data['outcome'])
  const isAnswered = data['answered'] === true || data['outcome'] === 'answered'
  const given = typeof data['sip_status'] === 'number' ? data['sip_status'] : knownStatus
  const { status, sipStatus } = endOf(why, isAnswered, given)
  const callSeconds = isAnswered ? seconds(durationMs) : '0'
  return {
    CallStatus: status,
    CallDuration: callSeconds,
    Duration: String(Math.ceil(Number(callSeconds) / 60)),
    SipResponseCode: String(sipStatus),
  }
}

/** Somebody whom a `Dial` calls: a call of its own to Twilio, a leg to us. */
function legForm({ type, data }: DialectEvent, facts: CallFacts, nowMs: number): TwilioForm | undefined {
  const word = type === 'leg.dialling' ? 'initiated' : progressWord(`call.${type.slice('leg.'.length)}`)
  const leg = data['leg_id']
  if (word === undefined || typeof leg !== 'string') return undefined
  const own = facts.next(`leg ${leg}`)
  const isOver = word === 'completed'
  return {
    ...callForm(facts, data),
    CallSid: sid('CA', leg),
    ParentCallSid: sid('CA', facts.call),
    Direction: 'outbound-dial',
    ...(isOver ? ended(data, undefined, data['duration_ms']) : { CallStatus: statusOf(word) }),
    ...sequence(own, nowMs),
  }
}

function streamForm({ type, data }: DialectEvent, facts: CallFacts, nowMs: number): TwilioForm | undefined {
  const events: Readonly<Record<string, string>> = {
    'stream.started': 'stream-started',
    'stream.ended': 'stream-stopped',
    'stream.failed': 'stream-error',
  }
  const event = events[type]
  const id = data['stream_id']
  if (event === undefined || typeof id !== 'string') return undefined
  const streamSid = sid('MZ', id)
  return {
    AccountSid: facts.accountSid,
    CallSid: sid('CA', facts.call),
    StreamSid: streamSid,
    StreamName: typeof data['name'] === 'string' ? data['name'] : streamSid,
    StreamEvent: event,
    StreamError: event === 'stream-error' ? streamError(wordOf(data['reason'])) : '',
    Timestamp: new Date(nowMs).toISOString(),
  }
}

function recordingForm(
  { type, data }: DialectEvent,
  facts: CallFacts,
  apiUrl: string,
): TwilioForm | undefined {
  const states: Readonly<Record<string, string>> = {
    'recording.started': 'in-progress',
    'recording.completed': 'completed',
    'recording.failed': 'absent',
    'recording.refused': 'absent',
  }
  const status = states[type]
  if (status === undefined) return undefined
  const id = data['recording_id']
  return {
    AccountSid: facts.accountSid,
    ApiVersion: apiVersion,
    CallSid: sid('CA', facts.call),
    ...(typeof id === 'string' ? recordingOf(facts, id, apiUrl) : sidOf('RecordingSid', 'RE', facts.call)),
    RecordingStatus: status,
    RecordingDuration: status === 'completed' ? recordedSeconds(data) : '0',
    RecordingChannels: '2',
    RecordingStartTime: typeof id === 'string' ? rfc2822(timeOfId(id)) : '',
    RecordingSource: typeof data['source'] === 'string' ? data['source'] : 'StartCallRecordingTwiML',
    RecordingTrack: 'both',
  }
}

/** Without the pauses that are skipped: as long as what the media address gives out. */
function recordedSeconds({ duration_ms: ms, skipped_ms: skipped }: DialectEvent['data']): string {
  return seconds(typeof ms === 'number' && typeof skipped === 'number' ? ms - skipped : ms)
}

/** Of keys only how many there were, until a field is whole: then what its mask leaves. */
function captureForm({ data }: DialectEvent, facts: CallFacts): TwilioForm | undefined {
  const field = wordOf(data['field'])
  const asked = payFor[field]
  if (asked === undefined) return undefined
  const masked = typeof data['masked'] === 'string' ? data['masked'] : ''
  const fault = data['fault']
  return {
    AccountSid: facts.accountSid,
    CallSid: sid('CA', facts.call),
    PaymentMethod: field.startsWith('bank') ? 'ach-debit' : 'credit-card',
    For: asked,
    Attempt: typeof data['attempt'] === 'number' ? String(data['attempt']) : '1',
    ErrorType: typeof fault === 'string' ? errorType(field, fault) : '',
    PaymentCardNumber: field === 'card_number' ? maskedCard(masked) : '',
    PaymentCardType: typeof data['brand'] === 'string' ? data['brand'] : '',
    ExpirationDate: field === 'card_expiry' ? masked : '',
    SecurityCode: field === 'card_code' ? masked : '',
    PaymentCardPostalCode: field === 'postal_code' ? masked : '',
    BankAccountNumber: field === 'bank_account' ? masked.replace(/\d/g, 'x') : '',
    BankRoutingNumber: field === 'bank_routing' ? masked : '',
  }
}

function partialForm({ data }: DialectEvent, facts: CallFacts): TwilioForm {
  return {
    ...callForm(facts, data),
    UnstableSpeechResult: typeof data['text'] === 'string' ? data['text'] : '',
    Stability: '',
    SequenceNumber: String(facts.next('partial')),
  }
}
