import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { isUnclear, providerCode, sendUntilAnswered, type PaymentHttp } from './send.ts'

type Answer = Awaited<ReturnType<PaymentHttp['exchange']>>

const request = { method: 'POST', url: 'https://pay.test/', headers: {}, tls: {}, timeoutMs: 1 } as const
const never = new AbortController().signal
const lost: Answer = { ok: false, why: 'timeout' }
const away: Answer = { ok: false, why: 'connect' }
const said = (status: number): Answer => ({ ok: true, status, headers: {}, body: Buffer.from('{"a":1}') })

/** Sends through a server that answers so, one after the other. */
async function sending(...answers: Answer[]) {
  const clock = fakeClock()
  let requests = 0
  const http: PaymentHttp = {
    async exchange({ newConnection }) {
      assert.equal(newConnection, true)
      requests++
      return answers.shift() ?? lost
    },
  }
  const sent = sendUntilAnswered({ http, clock }, request, isUnclear, never)
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(10_000)
  }
  return { answer: await sent, requests }
}

test('sendUntilAnswered() asks again until there is an answer that says something', async () => {
  const { answer, requests } = await sending(lost, said(500), said(200))
  assert.deepEqual(answer, { kind: 'answer', status: 200, json: { a: 1 }, isAfterUnclear: true })
  assert.equal(requests, 3)
})

test('sendUntilAnswered() gives up after three', async () => {
  const { answer, requests } = await sending(lost, lost, lost, said(200))
  assert.deepEqual([answer.kind, requests], ['lost', 3])
})

test('sendUntilAnswered() does not call unsent what an earlier request may have brought there', async () => {
  assert.equal((await sending(lost, away, away)).answer.kind, 'lost')
  assert.equal((await sending(said(502), away, away)).answer.kind, 'answer')
  assert.equal((await sending(away, away, away)).answer.kind, 'not-sent')
})

test('sendUntilAnswered() says of an answer that an earlier request may have been read, and only then', async () => {
  const refused = async (...answers: Answer[]) => {
    const { answer } = await sending(...answers, said(429))
    return answer.kind === 'answer' && answer.status === 429 && answer.isAfterUnclear === true
  }
  assert.deepEqual(
    [await refused(lost), await refused(said(500), away), await refused(away), await refused()],
    [true, true, false, false],
  )
})

test('providerCode() keeps short words, and nothing that could be a number of a card', () => {
  assert.equal(providerCode('insufficient_funds'), 'insufficient_funds')
  assert.equal(providerCode('2001'), '2001')
  assert.equal(providerCode(undefined), null)
  for (const text of ['4242424242424242', 'card 42', 'x'.repeat(65), 'a\nb'])
    assert.equal(providerCode(text), 'unreadable')
})
