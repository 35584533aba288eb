import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPki, type PemPair } from '@voxkeep/pki'
import { fakeClock, Secret, silentLog } from '#kernel'
import type { CertifiedKey } from './credentials.ts'
import { ocspWatch, type OwnCertificate } from './ocsp-watch.ts'
import { staple, subjectOf } from './test-ocsp.ts'

const ocspUrl = 'http://ocsp.example/path'

function certified({ certPem, keyPem }: PemPair, ...chain: string[]): CertifiedKey {
  return { cert: [certPem, ...chain].join('\n'), key: new Secret(keyPem), notAfter: new Date() }
}

/** A watch over one certificate, or none, and a responder that says `good` of every one that it issued. */
async function watching(of: (pair: PemPair, caPem: string) => Partial<OwnCertificate>, named = true) {
  const pki = await createPki()
  const signer = await pki.issue(['ocsp.example'], { ocspSigning: true })
  const clock = fakeClock(Date.now())
  const issue = () => pki.issue(['gw.example'], named ? { ocspUrl } : {})
  const first = await issue()
  const state = { pair: first, current: { ...of(first, pki.caPem) } }
  const urls: string[] = []
  const watch = ocspWatch({
    clock,
    log: silentLog,
    count: () => {},
    onStatus: () => {},
    certificates: () => {
      const { own, ca, url } = state.current
      return own ? [{ certificate: 'listener 5061', own, ca, url }] : []
    },
    fetch: (url) => {
      urls.push(url)
      const subject = subjectOf(state.pair.certPem, pki.caPem)
      return Promise.resolve(staple(subject, signer, { nowMs: clock.now() }))
    },
  })
  const pass = async (ms: number) => {
    clock.advance(ms)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await pass(0)
  return { pki, clock, state, watch, urls, issue, pass }
}

test('ocspWatch() asks the responder that the certificate names, with the issuer from its chain or the listener’s authorities', async () => {
  const ways = [
    (pair: PemPair, caPem: string) => ({ own: certified(pair, caPem) }),
    (pair: PemPair, caPem: string) => ({ own: certified(pair), ca: caPem }),
  ]
  for (const way of ways) {
    const { urls, watch, state } = await watching(way)
    assert.deepEqual(urls, [ocspUrl])
    assert.ok(state.current.own && watch.staple(state.current.own))
    assert.deepEqual(watch.statuses(), [{ certificate: 'listener 5061', status: 'good' }])
  }
})

test('ocspWatch() asks whom the configuration names instead, and nobody where nobody is named or the issuer is unknown', async () => {
  const url = 'https://inside.example/'
  const over = (pair: PemPair, caPem: string) => ({ own: certified(pair, caPem), url })
  assert.deepEqual((await watching(over)).urls, [url])
  assert.deepEqual((await watching(over, false)).urls, [url])
  const unnamed = await watching((pair, caPem) => ({ own: certified(pair, caPem) }), false)
  const orphan = await watching((pair) => ({ own: certified(pair) }))
  for (const { urls, watch } of [unnamed, orphan]) assert.deepEqual([urls, watch.statuses()], [[], []])
})

test('ocspWatch() lets go of a certificate that is no longer in use, and of everything at its end', async () => {
  const { clock, state, watch, issue, pki, pass, urls } = await watching((pair, caPem) => {
    return { own: certified(pair, caPem) }
  })
  const before = state.current.own
  state.pair = await issue()
  state.current = { own: certified(state.pair, pki.caPem) }
  watch.refresh()
  await pass(0)
  assert.ok(before && state.current.own)
  assert.deepEqual([urls.length, watch.staple(before)], [2, undefined])
  assert.ok(watch.staple(state.current.own))
  watch.refresh()
  assert.deepEqual([clock.timers, urls.length], [1, 2])
  state.current = {}
  watch.refresh()
  assert.deepEqual([clock.timers, watch.statuses()], [0, []])
  state.current = { own: certified(state.pair, pki.caPem) }
  watch.refresh()
  watch[Symbol.dispose]()
  assert.equal(clock.timers, 0)
})
