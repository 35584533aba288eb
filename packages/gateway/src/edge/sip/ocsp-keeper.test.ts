import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { createPki, type PemPair } from '@voxkeep/pki'
import { fakeClock } from '#kernel'
import { ocspKeeper, type RevocationStatus } from './ocsp-keeper.ts'
import type { OcspSubject } from './ocsp-request.ts'
import type { OcspStatus } from './ocsp-response.ts'
import { staple, subjectOf } from './test-ocsp.ts'

const hourMs = 3_600_000
let subject: OcspSubject
let signer: PemPair
before(async () => {
  const pki = await createPki()
  subject = subjectOf((await pki.issue(['gw.example'])).certPem, pki.caPem)
  signer = await pki.issue(['ocsp.example'], { ocspSigning: true })
})

/** A keeper on a clock that stands still, and a responder that says what the test wants it to. */
function kept() {
  const clock = fakeClock(Math.floor(Date.now() / 1_000) * 1_000)
  const told: RevocationStatus[] = []
  const counts = new Map<string, number>()
  const says: { now: OcspStatus | 'nothing' | 'nonsense' } = { now: 'good' }
  let asked = 0
  const keeper = ocspKeeper(
    {
      clock,
      count: (_, { result = '' } = {}) => void counts.set(result, (counts.get(result) ?? 0) + 1),
      onStatus: (status) => void told.push(status),
      fetch: () => {
        asked += 1
        if (says.now === 'nothing') return Promise.reject(new TypeError('nobody there'))
        if (says.now === 'nonsense') return Promise.resolve(Uint8Array.of(1, 2, 3))
        const o = { status: says.now, nowMs: clock.now(), lifeMs: 4 * hourMs }
        return Promise.resolve(staple(subject, signer, o))
      },
    },
    { subject, url: 'http://ocsp.example' },
  )
  const pass = async (ms: number) => {
    clock.advance(ms)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, told, counts, says, keeper, asked: () => asked, pass }
}

test('ocspKeeper() asks at once, and again at half of each response’s life', async () => {
  const { keeper, asked, pass, told } = kept()
  assert.deepEqual([keeper.status, keeper.staple()], ['pending', undefined])
  await pass(0)
  assert.deepEqual([keeper.status, asked()], ['good', 1])
  const first = keeper.staple()
  await pass(2 * hourMs - 1)
  assert.equal(asked(), 1)
  await pass(1)
  assert.equal(asked(), 2)
  assert.notDeepEqual(keeper.staple(), first)
  assert.deepEqual(told, ['good'])
})

test('ocspKeeper() keeps the last good response until it runs out, and shows it no longer', async () => {
  const { keeper, says, pass, told, counts } = kept()
  await pass(0)
  says.now = 'nothing'
  for (let minute = 0; minute < 4 * 60 - 1; minute++) await pass(60_000)
  assert.ok(keeper.staple())
  await pass(60_000)
  assert.equal(keeper.staple(), undefined)
  assert.deepEqual(told, ['good', 'unreachable'])
  assert.ok((counts.get('unreachable') ?? 0) >= 5, 'it goes on asking')
  says.now = 'good'
  await pass(hourMs)
  assert.ok(keeper.staple())
  assert.equal(told.at(-1), 'good')
})

test('ocspKeeper() tells of a revocation once, shows nothing from then on, and stays with it when nobody answers', async () => {
  const { keeper, says, pass, told } = kept()
  await pass(0)
  says.now = 'revoked'
  await pass(2 * hourMs)
  assert.deepEqual([keeper.status, keeper.staple()], ['revoked', undefined])
  says.now = 'nothing'
  for (let hour = 0; hour < 24; hour++) await pass(hourMs)
  assert.deepEqual(told, ['good', 'revoked'])
})

test('ocspKeeper() tells of a responder that knows nothing of the certificate', async () => {
  const { keeper, says, pass, told } = kept()
  says.now = 'unknown'
  await pass(0)
  assert.deepEqual([told, keeper.staple()], [['unknown'], undefined])
})

test('ocspKeeper() calls a responder unreachable after an hour without a word that can be believed', async () => {
  const { says, pass, told, counts } = kept()
  says.now = 'nonsense'
  for (let minute = 0; minute < 60; minute++) await pass(60_000)
  assert.deepEqual(told, [])
  for (let minute = 0; minute < 60; minute++) await pass(60_000)
  assert.deepEqual(told, ['unreachable'])
  assert.deepEqual([...counts.keys()], ['malformed'])
})

test('ocspKeeper() leaves no timer behind, and takes no answer any more', async () => {
  const { clock, keeper, pass, told } = kept()
  clock.advance(0)
  keeper[Symbol.dispose]()
  await pass(0)
  assert.deepEqual([clock.timers, told], [0, []])
})
