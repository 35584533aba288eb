import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigestHash } from '@voxkeep/wire/node'
import { SipHeaders, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'
import type { ClientHandlers } from '@voxkeep/wire/transaction'
import * as fc from 'fast-check'
import { fakeClock, parseConfig, Secret, type LegId } from '#kernel'
import { challengeAnswers } from './challenge-answers.ts'
import type { SipConnection } from './connection.ts'
import { legTable } from './leg-table.ts'
import { callAddresses } from './outgoing-address.ts'
import { OutgoingLeg } from './outgoing-leg.ts'
import type { Peers } from './peers.ts'
import { compileTrunk } from './trunk.ts'

const config = parseConfig(
  `{dataDir: /nowhere, sip: {listen: [{host: "127.0.0.1", tls: {certFile: a, keyFile: b}}]},
    trunks: [{id: carrier, app: app, allowedAddresses: ["192.0.2.1"], outbound:
      {host: carrier.example, redirects: same-host, digest: {username: us, password: "env:P"}}}],
    apps: [{id: app, webhook: {url: "https://app.example", secrets: ["env:S"]}}]}`,
  'test',
)
const trunk = compileTrunk(config.trunks[0]!, {
  readSecret: () => new Secret('p4ss'),
  digestHash: nodeDigestHash,
})

/** Values that mean something in the headers that are read, and some that do not. */
const values = [
  '<sip:+12025550100@carrier.example>;tag=a',
  '<sip:+12025550100@carrier.example>;tag=b',
  '<sip:+12025550100@carrier.example>',
  '<sip:+12025550100;rn=+1@carrier.example;user=phone>',
  '<sip:proxy.example;lr>, <sip:strict.example>',
  'sip:callee@192.0.2.7',
  '1 INVITE',
  '4294967295 INVITE',
  '100rel',
  '2147483647',
  '1800;refresher=uas',
  'Digest realm="r", nonce="n", qop="auth"',
  'Digest realm="s", nonce="m", stale=true',
  'nextnonce="x"',
  'Q.850;cause=17',
  '',
  '"',
  '<',
  '\u0000',
]
const names =
  'To Contact Record-Route CSeq Require RSeq Session-Expires Min-SE WWW-Authenticate Proxy-Authenticate Authentication-Info Reason Retry-After Allow Content-Type'.split(
    ' ',
  )
const line = fc.tuple(
  fc.constantFrom(...names),
  fc.oneof(fc.constantFrom(...values), fc.string({ maxLength: 40 })),
)
const response = fc.record({
  status: fc.oneof(
    fc.constantFrom(100, 180, 183, 200, 302, 401, 407, 422, 486, 503),
    fc.integer({ min: 100, max: 699 }),
  ),
  lines: fc.array(line, { maxLength: 8 }),
  body: fc.uint8Array({ maxLength: 20 }),
  hangsUp: fc.boolean(),
})

/** A leg whose INVITE is out; `hear` gives a response to its latest one. */
async function calling() {
  const seen = { answered: 0, failed: 0, ended: 0, done: false }
  let current: { request: SipRequest; handlers: ClientHandlers } | undefined
  const connection = {
    localAddress: '192.0.2.9',
    peer: { address: '192.0.2.1', certificateNames: [] },
    tls: { tlsVersion: 'TLSv1.3', cipher: '', group: '' },
  } as unknown as SipConnection
  const clock = fakeClock()
  const legs = legTable(() => {})
  const peers: Peers = {
    reach: () => Promise.resolve(connection),
    request: () => Promise.resolve({ kind: 'timeout' }),
    ack() {},
  }
  const addresses = callAddresses({ to: '+12025550100', from: '' }, trunk.outbound!)
  assert.ok(addresses)
  const leg = new OutgoingLeg(
    {
      call: {
        leg: 'leg_1' as LegId,
        trunk: trunk.id,
        to: '+12025550100',
        from: '',
        ringTimeoutMs: 60_000,
        headers: [],
        offer: () => 'v=0',
      },
      events: {
        ringing() {},
        early() {},
        answered: () => ((seen.answered += 1), true),
        failed: () => void (seen.failed += 1),
        ended: () => void (seen.ended += 1),
        reoffer: () => ({ status: 488 }),
        reanswered: () => false,
        refer: () => ({ status: 403 }),
        dtmf() {},
      },
      trunk,
      addresses,
      callId: 'c',
      localTag: 't',
      challenges: challengeAnswers({
        credentials: trunk.outbound?.digest,
        digestHash: nodeDigestHash,
        cnonce: () => 'x',
      }),
    },
    {
      clock,
      layer: {
        request(_flow, request, _host, handlers) {
          current = { request, handlers }
          return { request, state: '', cancel() {} }
        },
        sendAck() {},
      },
      connect: () => Promise.resolve(connection),
      localHostPort: () => '192.0.2.9:5061',
      legDeps: { clock, peers, chance: () => 0, legs, retire: (retired) => legs.remove(retired) },
      unavailable() {},
      done: () => void (seen.done = true),
    },
  )
  leg.start()
  await Promise.resolve()
  await Promise.resolve()
  assert.ok(current, 'the INVITE is out')
  return {
    leg,
    seen,
    legs,
    clock,
    hear(answer: SipResponse) {
      const { handlers } = current ?? assert.fail()
      if (answer.status < 200) handlers.onProvisional?.(answer)
      else handlers.onFinal(answer)
    },
    isOpen: () => current !== undefined,
  }
}

test('a call that is placed survives any responses, and hears of one outcome', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(response, { maxLength: 12 }), async (responses) => {
      const { leg, seen, hear, legs, clock } = await calling()
      for (const { status, lines, body, hangsUp } of responses) {
        const common: [string, string][] = [
          ['From', '<sip:anonymous@anonymous.invalid>;tag=t'],
          ['Call-ID', 'c'],
        ]
        const headers = new SipHeaders([...lines, ...common, ['To', values[0] ?? ''], ['CSeq', '1 INVITE']])
        hear({ kind: 'response', status, reason: '', headers, body })
        if (hangsUp) void leg.hangup()
        await Promise.resolve()
        assert.ok(seen.answered + seen.failed <= 1)
        assert.ok(legs.size <= 24, 'forks do not pile up')
      }
      void leg.hangup()
      clock.advance(60_000)
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(seen.answered + seen.failed, 1)
      assert.equal(seen.ended, seen.answered)
    }),
    { numRuns: 300 },
  )
})
