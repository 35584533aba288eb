import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import {
  answerCalls,
  placeCall,
  type AnsweringPhone,
  type AnswerOptions,
  type CallEvent,
  type CallOptions,
  type CallResult,
} from './index.ts'

const pki = await createPki()
const { certPem: cert, keyPem: key } = await pki.issue(['127.0.0.1'])

const phone = (options: Partial<AnswerOptions> = {}) => answerCalls({ port: 0, cert, key, ...options })

function call(to: AnsweringPhone, options: Partial<CallOptions> = {}): Promise<CallResult> {
  const where = { host: '127.0.0.1', port: to.port, ca: pki.caPem }
  return placeCall({ ...where, from: '+491234', to: '+495678', ...options })
}

const tone = (seconds: number) =>
  Int16Array.from({ length: seconds * 8_000 }, (_, i) => 8_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000))
const level = (samples: Int16Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)

test('answerCalls() takes a call, echoes it, and tells who called whom', async () => {
  await using callee = await phone({ speech: 'echo' })
  const enough = new AbortController()
  let heard = 0
  const result = await call(callee, {
    speech: tone(5),
    signal: enough.signal,
    onHeard: () => (heard += 1) === 25 && enough.abort(),
  })
  const taken = await callee.nextCall()
  assert.deepEqual([taken.from, taken.to], ['+491234', '+495678'])
  assert.deepEqual(await taken.whenEnded, { why: 'remote-hung-up' })
  assert.equal(taken.audio?.srtp?.suite, 'AEAD_AES_256_GCM')
  assert.ok(level(result.heard) > 7_000, `heard ${level(result.heard)}`)
  assert.ok(level(taken.heard()) > 7_000)
  assert.deepEqual(taken.stats.dropped, {})
})

test('answerCalls() hangs up', async () => {
  await using callee = await phone()
  const over = call(callee)
  const taken = await callee.nextCall()
  await taken.whenUp
  taken.hangup()
  assert.deepEqual(await taken.whenEnded, { why: 'hung-up' })
  assert.deepEqual((await over).end, { why: 'remote-hung-up' })
})

test('answerCalls() holds a call and takes it up again', async () => {
  await using callee = await phone()
  const over = call(callee, { speech: tone(5) })
  const taken = await callee.nextCall()
  await taken.whenUp
  assert.equal(await taken.hold(), true)
  assert.equal(taken.audio?.direction, 'sendonly')
  assert.equal(await taken.resume(), true)
  assert.equal(taken.audio?.direction, 'sendrecv')
  taken.hangup()
  await over
})

test('answerCalls() refuses as it is told to', async () => {
  const headers = [['Reason', 'Q.850;cause=17']] as const
  await using callee = await phone({ decide: () => ({ kind: 'reject', status: 486, headers }) })
  const { end } = await call(callee)
  assert.deepEqual(end, { why: 'rejected', status: 486, reason: 'Busy Here' })
})

test('answerCalls() rings until the caller gives up', async () => {
  await using callee = await phone({ decide: () => ({ kind: 'ring' }) })
  const enough = new AbortController()
  const onEvent = ({ kind }: CallEvent) => kind === 'ringing' && enough.abort()
  assert.deepEqual((await call(callee, { signal: enough.signal, onEvent })).end, { why: 'cancelled' })
  assert.deepEqual(await (await callee.nextCall()).whenEnded, { why: 'remote-hung-up' })
})

test('answerCalls() speaks before it answers', async () => {
  await using callee = await phone({ decide: () => ({ kind: 'answer', early: true }), speech: tone(1) })
  const events: CallEvent[] = []
  const over = call(callee, { onEvent: (event) => events.push(event) })
  const taken = await callee.nextCall()
  await taken.whenUp
  taken.hangup()
  await over
  assert.ok(events.some((event) => event.kind === 'ringing' && event.status === 183))
})

test('answerCalls() ends its calls when it is disposed of', async () => {
  const callee = await phone()
  const over = call(callee)
  await (
    await callee.nextCall()
  ).whenUp
  await callee[Symbol.asyncDispose]()
  assert.deepEqual((await over).end, { why: 'connection-lost' })
})
