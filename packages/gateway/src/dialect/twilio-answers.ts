import { sid, type SidPrefix } from '#kernel'
import type { CallFacts, DialectQuestion } from './contract.ts'
import { callForm, objectOf, type TwilioForm } from './twilio-form.ts'
import { endOf, errorType, maskedAccount, maskedCard, payResult } from './twilio-words.ts'

type Data = DialectQuestion['data']

/** What a question says beside the call: the fields of the action request after each verb. */
export function questionForm(question: DialectQuestion, facts: CallFacts, apiUrl: string): TwilioForm {
  const { type, data } = question
  if (type === 'call.whisper') return whisperForm(facts, data)
  const call = callForm(facts, data)
  switch (type) {
    case 'call.gathered':
      return { ...call, ...gatherForm(data) }
    case 'call.message':
      return { ...call, ...recordForm(facts, data, apiUrl) }
    case 'call.dialed':
      return { ...call, ...dialForm(facts, data, apiUrl) }
    case 'call.paid':
      return { ...call, ...payForm(data) }
    case 'call.relay_ended':
      return { ...call, ...relayForm(data) }
    case 'call.stream_ended':
      return { ...call, ...streamForm(data) }
    default:
      return call
  }
}

function gatherForm(data: Data): TwilioForm {
  const { text: speech, confidence } = objectOf(data['speech'])
  const digits = typeof data['digits'] === 'string' ? data['digits'] : ''
  if (typeof speech === 'string' && digits === '')
    return { SpeechResult: speech, ...(typeof confidence === 'number' && { Confidence: String(confidence) }) }
  return { Digits: digits, ...(data['reason'] === 'timeout' && digits === '' && { msg: 'Gather End' }) }
}

function recordForm(facts: CallFacts, data: Data, apiUrl: string): TwilioForm {
  const digits = data['reason'] === 'hangup' ? 'hangup' : data['key']
  return {
    ...recordingOf(facts, data['recording_id'], apiUrl),
    RecordingDuration: seconds(data['duration_ms']),
    ...(typeof digits === 'string' && digits !== '' && { Digits: digits }),
  }
}

function dialForm(facts: CallFacts, data: Data, apiUrl: string): TwilioForm {
  const outcome = typeof data['outcome'] === 'string' ? data['outcome'] : 'failed'
  const isAnswered = outcome === 'answered'
  const sipStatus = typeof data['sip_status'] === 'number' ? data['sip_status'] : undefined
  return {
    DialCallStatus: endOf(outcome, isAnswered, sipStatus).status,
    ...sidOf('DialCallSid', 'CA', data['leg_id']),
    ...(isAnswered && { DialCallDuration: seconds(data['duration_ms']) }),
    DialBridged: String(isAnswered),
    ...recordingOf(facts, data['recording_id'], apiUrl),
  }
}

/** Whoever answered is asked for as a call of its own, a child of this one. */
function whisperForm(facts: CallFacts, data: Data): TwilioForm {
  return {
    ...callForm(facts, data),
    ...sidOf('CallSid', 'CA', data['leg_id']),
    ParentCallSid: sid('CA', facts.call),
    CallStatus: 'in-progress',
    Direction: 'outbound-dial',
  }
}

/** Nothing that was keyed in is in it but what a mask leaves, and there is no date and no code to begin with. */
function payForm(data: Data): TwilioForm {
  const outcome = typeof data['outcome'] === 'string' ? data['outcome'] : ''
  const [card, bank] = [objectOf(data['card']), objectOf(data['bank'])]
  const failed = objectOf(data['failed'])
  const isCharge = typeof data['amount_minor'] === 'number'
  const isBank = data['method'] === 'bank'
  const code = data['provider_code']
  const why = data['reason'] ?? data['why'] ?? failed['fault']
  return {
    Result: payResult(outcome),
    PaymentMethod: isBank ? 'ach-debit' : 'credit-card',
    ...(isCharge && text('PaymentConfirmationCode', data['payment_id'])),
    ...(!isCharge && text('PaymentToken', data['provider_token'])),
    ...(typeof card['masked'] === 'string' &&
      card['masked'] !== '' && { PaymentCardNumber: maskedCard(card['masked']), SecurityCode: '***' }),
    ...text('PaymentCardType', card['brand']),
    ...(typeof bank['masked'] === 'string' &&
      bank['masked'] !== '' && { BankAccountNumber: maskedAccount(bank['masked']) }),
    ...(outcome !== 'succeeded' && text('PaymentError', why)),
    ...(outcome !== 'succeeded' && text('ConnectorError', code)),
    ...(typeof failed['name'] === 'string' &&
      typeof failed['fault'] === 'string' && { ErrorType: errorType(failed['name'], failed['fault']) }),
  }
}

function relayForm(data: Data): TwilioForm {
  const isFailed = data['status'] === 'failed'
  return {
    ...text('SessionId', data['session_sid']),
    SessionStatus: wordOf(data['status']),
    SessionDuration: seconds(data['duration_ms']),
    ...text('HandoffData', data['handoff_data']),
    ...(isFailed && { ErrorCode: '64105', ErrorMessage: wordOf(data['reason']) }),
  }
}

function streamForm(data: Data): TwilioForm {
  return sidOf('StreamSid', 'MZ', data['stream_id'])
}

/** A recording by its SID and where it can be had. */
export function recordingOf(facts: CallFacts, recording: unknown, apiUrl: string): TwilioForm {
  if (typeof recording !== 'string') return {}
  const recordingSid = sid('RE', recording)
  const path = `/2010-04-01/Accounts/${facts.accountSid}/Recordings/${recordingSid}`
  return { RecordingSid: recordingSid, RecordingUrl: apiUrl.replace(/\/$/, '') + path }
}

export function sidOf(name: string, prefix: SidPrefix, id: unknown): TwilioForm {
  return typeof id === 'string' ? { [name]: sid(prefix, id) } : {}
}

export function seconds(ms: unknown): string {
  return String(typeof ms === 'number' ? Math.round(ms / 1_000) : 0)
}

/** A word of ours, or nothing. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function text(name: string, value: unknown): TwilioForm {
  return typeof value === 'string' ? { [name]: value } : {}
}
