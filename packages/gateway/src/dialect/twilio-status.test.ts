import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callBook } from './call-facts.ts'
import type { DialectEvent } from './contract.ts'
import { questionForm } from './twilio-answers.ts'
import { statusRequests, type TwilioStatusSettings } from './twilio-status.ts'

type Form = Record<string, string>

const call = 'call_018bcfe568000123456789abcdef0123'
const leg = 'leg_018bcfe568000123456789abcdef0999'
const callSid = `CA${call.slice(5)}`
const to = { url: 'https://app.test/status', method: 'POST' } as const
const parties = { direction: 'outbound', from: '+12125550100', to: '+12125550199' }
const settings: TwilioStatusSettings = { statusCallback: undefined, apiUrl: 'https://api.test' }
const startMs = Date.UTC(2010, 7, 31, 20, 36, 28)

/** Tells events one after the other, a second apart, and gives the forms that went out. */
function told(
  events: readonly (readonly [type: string, data?: object, own?: DialectEvent['to'] | null])[],
  more: Partial<TwilioStatusSettings> = {},
) {
  const book = callBook('AC1')
  let nowMs = startMs
  return events.flatMap(([type, data = {}, own = to]) => {
    const event = { id: 'evt_1', type, call, data: { ...parties, ...data }, to: own ?? undefined }
    const facts = book.note(event, nowMs)
    const requests = statusRequests(event, { facts, nowMs }, { ...settings, ...more })
    nowMs += 1_000
    return requests.map(({ body, url }): Form => ({ url, ...Object.fromEntries(new URLSearchParams(body)) }))
  })
}

function pick(form: Form | undefined, ...names: readonly string[]): unknown[] {
  return names.map((name) => form?.[name])
}

const ended = (data: object) => told([['call.ended', { answered: false, duration_ms: 0, ...data }]])[0]

test('I3 I4 I6: a call is told as initiated, ringing, answered and completed, numbered from 0, with its seconds at the end alone', () => {
  const forms = told([
    ['call.initiated'],
    ['call.ringing'],
    ['call.answered'],
    ['call.ended', { reason: 'callee-hung-up', answered: true, duration_ms: 61_400 }],
  ])
  assert.deepEqual(
    forms.map((form) =>
      pick(form, 'CallStatus', 'SequenceNumber', 'CallbackSource', 'CallDuration', 'Duration'),
    ),
    [
      ['initiated', '0', 'call-progress-events', undefined, undefined],
      ['ringing', '1', 'call-progress-events', undefined, undefined],
      ['in-progress', '2', 'call-progress-events', undefined, undefined],
      ['completed', '3', 'call-progress-events', '61', '2'],
    ],
  )
  assert.deepEqual(pick(forms[0], 'Timestamp', 'CallSid', 'AccountSid', 'ApiVersion', 'Direction'), [
    'Tue, 31 Aug 2010 20:36:28 +0000',
    callSid,
    'AC1',
    '2010-04-01',
    'outbound-api',
  ])
  assert.deepEqual(pick(forms[3], 'SipResponseCode'), ['200'])
})

test('I5: a call that nobody answered says why, with its SIP status', () => {
  const cases: [object, string, string][] = [
    [{ reason: 'busy', sip_status: 486 }, 'busy', '486'],
    [{ reason: 'busy', sip_status: 600 }, 'busy', '600'],
    [{ reason: 'no-answer' }, 'no-answer', '487'],
    [{ reason: 'no-answer', sip_status: 480 }, 'no-answer', '480'],
    [{ reason: 'not-found', sip_status: 404 }, 'failed', '404'],
    [{ reason: 'callee-rejected', sip_status: 603 }, 'failed', '603'],
    [{ reason: 'unreachable' }, 'failed', '503'],
    [{ reason: 'api-hung-up' }, 'canceled', '487'],
    [{ reason: 'caller-cancelled' }, 'canceled', '487'],
  ]
  for (const [data, status, sip] of cases)
    assert.deepEqual(pick(ended(data), 'CallStatus', 'SipResponseCode', 'CallDuration'), [status, sip, '0'])
})

test('statusRequests() tells the app’s own address what it asked for, and nothing else', () => {
  const statusCallback = { url: 'https://app.test/own', method: 'POST', events: ['completed'] } as const
  const forms = told(
    [
      ['call.initiated', {}, null],
      ['call.answered', {}, null],
      ['call.ended', { reason: 'caller-hung-up', answered: true, duration_ms: 5_000 }, null],
    ],
    { statusCallback },
  )
  assert.deepEqual(
    forms.map((form) => pick(form, 'url', 'CallStatus', 'SequenceNumber')),
    [['https://app.test/own', 'completed', '0']],
  )
  assert.deepEqual(told([['call.ended', {}, null]]), [])
  assert.deepEqual(
    told([
      ['consent.required', {}],
      ['call.transcript', {}],
    ]),
    [],
  )
})

test('H10: whom a Dial calls is told as a call of its own, with its parent', () => {
  const forms = told([
    ['leg.dialling', { leg_id: leg }],
    ['leg.ringing', { leg_id: leg }],
    ['leg.answered', { leg_id: leg }],
    ['leg.ended', { leg_id: leg, outcome: 'answered', duration_ms: 3_000 }],
  ])
  assert.deepEqual(
    forms.map((form) => pick(form, 'CallSid', 'ParentCallSid', 'CallStatus', 'SequenceNumber', 'Direction')),
    ['initiated', 'ringing', 'in-progress', 'completed'].map((status, index) => [
      `CA${leg.slice(4)}`,
      callSid,
      status,
      String(index),
      'outbound-dial',
    ]),
  )
  assert.deepEqual(pick(forms[3], 'CallDuration', 'SipResponseCode'), ['3', '200'])
})

test('F12: a stream is told as started, stopped or failed, with all seven fields', () => {
  const stream = { stream_id: 'strm_018bcfe568000123456789abcdef0777' }
  const forms = told([
    ['stream.started', { ...stream, name: 'ear' }],
    ['stream.ended', { ...stream, reason: 'closed-by-app' }],
    ['stream.failed', { ...stream, reason: 'blocked' }],
  ])
  const streamSid = `MZ${stream.stream_id.slice(5)}`
  assert.deepEqual(forms[0], {
    url: to.url,
    AccountSid: 'AC1',
    CallSid: callSid,
    StreamSid: streamSid,
    StreamName: 'ear',
    StreamEvent: 'stream-started',
    StreamError: '',
    Timestamp: '2010-08-31T20:36:28.000Z',
  })
  assert.deepEqual(pick(forms[1], 'StreamEvent', 'StreamName'), ['stream-stopped', streamSid])
  assert.match(forms[2]?.['StreamError'] ?? '', /^31920 /)
})

test('I16: a recording is told with all its fields', () => {
  const recording = { recording_id: 'rec_018bcfe568000123456789abcdef0555', duration_ms: 12_300 }
  const [form] = told([['recording.completed', recording]])
  const recordingSid = `RE${recording.recording_id.slice(4)}`
  assert.deepEqual(form, {
    url: to.url,
    AccountSid: 'AC1',
    ApiVersion: '2010-04-01',
    CallSid: callSid,
    RecordingSid: recordingSid,
    RecordingUrl: `https://api.test/2010-04-01/Accounts/AC1/Recordings/${recordingSid}`,
    RecordingStatus: 'completed',
    RecordingDuration: '12',
    RecordingChannels: '2',
    RecordingStartTime: 'Tue, 14 Nov 2023 22:13:20 +0000',
    RecordingSource: 'StartCallRecordingTwiML',
    RecordingTrack: 'both',
  })
  const [cut] = told([['recording.completed', { ...recording, skipped_ms: 2_100 }]])
  assert.equal(cut?.['RecordingDuration'], '10')
  const statuses = told([
    ['recording.started', recording],
    ['recording.refused', { recording_id: null }],
  ])
  assert.deepEqual(
    statuses.map((each) => each['RecordingStatus']),
    ['in-progress', 'absent'],
  )
})

function answered(type: string, data: Readonly<Record<string, unknown>>): Form {
  const said = { id: 'evt_1', type, call, data: { ...parties, ...data, state: 'active' } }
  const facts = callBook('AC1').note(said, 0)
  return { ...questionForm({ id: 'evt_1', type, call, data }, facts, 'https://api.test') }
}

test('I20: what Pay tells has the number masked but for its end, the code as stars, and neither date nor postal code', () => {
  const charge = { provider: 'stripe', method: 'card', amount_minor: 2_045, currency: 'USD', attempts: 1 }
  const form = answered('call.paid', {
    ...charge,
    outcome: 'succeeded',
    payment_id: 'pi_123',
    provider_token: null,
    card: { masked: '**** ****** *4001', brand: 'amex' },
  })
  assert.deepEqual(
    pick(
      form,
      'Result',
      'PaymentMethod',
      'PaymentCardNumber',
      'PaymentCardType',
      'SecurityCode',
      'PaymentConfirmationCode',
    ),
    ['success', 'credit-card', 'xxxx-xxxxxx-x4001', 'amex', '***', 'pi_123'],
  )
  for (const name of ['ExpirationDate', 'PaymentCardPostalCode', 'PaymentToken', 'BankRoutingNumber'])
    assert.equal(name in form, false, name)
  const bank = { masked: '*****6789' }
  const kept = answered('call.paid', { outcome: 'succeeded', method: 'bank', provider_token: 'tok_1', bank })
  assert.deepEqual(pick(kept, 'PaymentToken', 'BankAccountNumber', 'PaymentMethod'), [
    'tok_1',
    'xxxxxxx89',
    'ach-debit',
  ])
})

test('I20: what came of a Pay has Twilio’s words', () => {
  const words = {
    attempts: 'too-many-failed-attempts',
    timeout: 'too-many-failed-attempts',
    declined: 'payment-connector-error',
    cancelled: 'caller-interrupted-with-star',
    aborted: 'caller-hung-up',
    refused: 'validation-error',
    failed: 'internal-error',
  }
  for (const [outcome, result] of Object.entries(words))
    assert.equal(answered('call.paid', { outcome, method: 'card' })['Result'], result, outcome)
  const why = { outcome: 'declined', reason: 'insufficient-funds', provider_code: '51' }
  assert.deepEqual(pick(answered('call.paid', why), 'PaymentError', 'ConnectorError'), [
    'insufficient-funds',
    '51',
  ])
})

test('I20: while a Pay goes on, keys are told by how many there are', () => {
  const progress = {
    field: 'card_number',
    attempt: 2,
    masked: '**** **',
    brand: 'visa',
    step: 'keys',
    keys: 6,
  }
  const forms = told([
    ['call.collect.progress', progress],
    ['call.collect.progress', { ...progress, step: 'fault', fault: 'luhn' }],
    ['call.collect.progress', { field: 'card_code', attempt: 1, masked: '***', step: 'accepted' }],
  ])
  assert.deepEqual(
    forms.map((form) => pick(form, 'For', 'Attempt', 'PaymentCardNumber', 'SecurityCode', 'ErrorType')),
    [
      ['payment-card-number', '2', 'xxxx-xx', '', ''],
      ['payment-card-number', '2', 'xxxx-xx', '', 'invalid-card-number'],
      ['security-code', '1', '', '***', ''],
    ],
  )
})

test('H5 H6: Gather’s action has digits, or what was said and how sure that is', () => {
  assert.equal(answered('call.gathered', { digits: '12', reason: 'finish-key' })['Digits'], '12')
  const speech = { text: 'two please', confidence: 0.9 }
  const said = answered('call.gathered', { digits: '', reason: 'speech', speech })
  assert.deepEqual(pick(said, 'SpeechResult', 'Confidence', 'Digits'), ['two please', '0.9', undefined])
})

test('H10: Dial’s action has how it ended, whom it was and how long', () => {
  const form = answered('call.dialed', { outcome: 'answered', duration_ms: 5_400, leg_id: leg })
  assert.deepEqual(
    pick(form, 'DialCallStatus', 'DialCallSid', 'DialCallDuration', 'DialBridged', 'CallStatus'),
    ['completed', `CA${leg.slice(4)}`, '5', 'true', 'in-progress'],
  )
  const statuses = {
    busy: 'busy',
    'no-answer': 'no-answer',
    timeout: 'no-answer',
    'not-found': 'failed',
    cancelled: 'canceled',
  }
  for (const [outcome, status] of Object.entries(statuses))
    assert.equal(answered('call.dialed', { outcome })['DialCallStatus'], status)
})

test('H11: Record’s action has where the recording is, its seconds and the key that ended it', () => {
  const recording_id = 'rec_018bcfe568000123456789abcdef0555'
  const form = answered('call.message', { recording_id, duration_ms: 4_600, reason: 'finish-key', key: '#' })
  assert.deepEqual(pick(form, 'RecordingSid', 'RecordingDuration', 'Digits'), [
    'RE018bcfe568000123456789abcdef0555',
    '5',
    '#',
  ])
  assert.match(form['RecordingUrl'] ?? '', /^https:\/\/api\.test\/2010-04-01\/Accounts\/AC1\/Recordings\/RE/)
})

test('questionForm() asks for a whisper as a call of its own, a child of this one', () => {
  const form = answered('call.whisper', { leg_id: leg })
  assert.deepEqual(pick(form, 'CallSid', 'ParentCallSid', 'Direction'), [
    `CA${leg.slice(4)}`,
    callSid,
    'outbound-dial',
  ])
})

test('J6: what a conversation of text ended with is told with its handoff data', () => {
  const ended_ = { session_sid: 'VX1', status: 'ended', duration_ms: 9_800, handoff_data: '{"to":"agent"}' }
  const form = answered('call.relay_ended', ended_)
  assert.deepEqual(pick(form, 'SessionId', 'SessionStatus', 'SessionDuration', 'HandoffData'), [
    'VX1',
    'ended',
    '10',
    '{"to":"agent"}',
  ])
})
