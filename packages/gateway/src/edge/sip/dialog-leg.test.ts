import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipMessage } from '@voxkeep/wire/sip'
import { answer, answeredCall, callUp, offer, startTestEdge, type TestEdge } from './test-edge.ts'
import { requestText, responseText, type TestPeer } from './test-peer.ts'

const header = (message: SipMessage, name: string) => message.headers.get(name) ?? ''

test('interop 25: a BYE of ours says why, unless it is the usual end of a call', async () => {
  for (const [reason, shown] of [
    [undefined, ''],
    [{ cause: 16, text: 'Normal call clearing' }, ''],
    [{ cause: 31, text: 'Normal, unspecified' }, 'Q.850;cause=31;text="Normal, unspecified"'],
  ] as const) {
    const { edge, peer, call } = await callUp()
    await using _ = edge
    const hungUp = call.incoming.signalling.hangup(reason)
    const bye = await peer.request('BYE')
    assert.equal(header(bye, 'Reason'), shown)
    peer.write(responseText(bye, 200))
    await hungUp
  }
})

test('interop 25: a BYE of the peer tells why, on the ladder', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  peer.write(requestText('BYE', { ...inDialog, cseq: 2, headers: ['Reason: Q.850;cause=16;text="bye"'] }))
  await peer.response(200)
  const entries = edge.ladders.get(call.incoming.leg) ?? []
  assert.equal(entries.find(({ what }) => what === 'BYE')?.reason, 'Q.850 16')
})

test('a CANCEL tells why, on the ladder: completed elsewhere (RFC 3326)', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer, branch: 'z9hG4bKx' }))
  await peer.response(100)
  const call = await edge.nextCall()
  const headers = ['Reason: SIP;cause=200;text="Call completed elsewhere"']
  peer.write(requestText('CANCEL', { branch: 'z9hG4bKx', headers }))
  await peer.response(200)
  await peer.response(487)
  const entries = edge.ladders.get(call.incoming.leg) ?? []
  assert.equal(entries.find(({ what }) => what === 'CANCEL')?.reason, 'SIP 200')
})

test('interop 23: requests go by a strict router’s rules where the route begins with one', async () => {
  const route = '<sip:strict.example;transport=tls>, <sip:p1.example;lr>'
  const { edge, peer, call } = await callUp({ headers: [`Record-Route: ${route}`] })
  await using _ = edge
  const hungUp = call.incoming.signalling.hangup()
  const bye = await peer.request('BYE')
  assert.equal(bye.uri, 'sip:strict.example;transport=tls')
  assert.deepEqual(bye.headers.getAll('Route'), [
    '<sip:p1.example;lr>',
    '<sip:caller@127.0.0.1:5999;transport=tls>',
  ])
  peer.write(responseText(bye, 200))
  await hungUp
})

test('interop 23: a double Record-Route is echoed and followed as it is', async () => {
  const route = ['<sip:p.example:5061;transport=tls;r2=on;lr>', '<sip:10.0.0.1;r2=on;lr>']
  const { edge, peer, call, ok } = await callUp({ headers: route.map((hop) => `Record-Route: ${hop}`) })
  await using _ = edge
  assert.deepEqual(ok.headers.getAll('Record-Route'), route)
  const hungUp = call.incoming.signalling.hangup()
  const bye = await peer.request('BYE')
  assert.deepEqual(bye.headers.getAll('Route'), route)
  peer.write(responseText(bye, 200))
  await hungUp
})

test('interop 36: a response goes back where its request came from, whatever its Via names', async () => {
  const { edge, peer, inDialog } = await callUp()
  await using _ = edge
  const second = await edge.connect()
  second.write(requestText('OPTIONS', { ...inDialog, cseq: 2 }))
  const via = header(await second.response(200), 'Via')
  assert.match(via, /caller\.example:5061/)
  assert.match(via, new RegExp(`rport=${second.socket.localPort}`))
  assert.match(via, /received=127\.0\.0\.1/)
  peer.write(requestText('OPTIONS', { ...inDialog, cseq: 3 }))
  assert.match(header(await peer.response(200), 'Via'), new RegExp(`rport=${peer.socket.localPort}`))
})

test('what a trunk claims beside the call itself goes no further', async () => {
  const claims = [
    'P-Asserted-Identity: <sip:+1900555@evil.example>',
    'Diversion: <sip:+1900555@evil.example>',
    'X-Forwarded-For: 203.0.113.7',
    'Remote-Party-ID: <sip:+1900555@evil.example>',
  ]
  const { edge, peer, call, ok } = await callUp({ headers: claims })
  await using _ = edge
  const { signalling: __, ...told } = call.incoming
  assert.doesNotMatch(JSON.stringify(told), /1900555|203\.0\.113\.7/)
  assert.equal(told.security.sourceAddress, '127.0.0.1')
  const offered = assert.rejects(call.incoming.signalling.reoffer(answer))
  const invite = await peer.request('INVITE')
  for (const message of [ok, invite]) {
    const names = [...message.headers].map(([name]) => name)
    for (const claim of claims) assert.ok(!names.includes(claim.split(':')[0] ?? ''))
  }
  peer.write(responseText(invite, 488))
  await offered
})

test('what proves a caller is handed over as it came, within bounds', async () => {
  const values = Array.from({ length: 10 }, (_, index) => `token${index};info=<https://x.example>`)
  const headers = values.map((value) => `Identity: ${value}`)
  const { edge, call } = await callUp({ headers: [...headers, 'Date: Sat, 21 Nov 2026 15:00:00 GMT'] })
  await using _ = edge
  assert.deepEqual(call.incoming.identity, values.slice(0, 8))
  assert.equal(call.incoming.date, 'Sat, 21 Nov 2026 15:00:00 GMT')
})

/** Calls that end in every way there is; each leaves nothing behind. */
const endings: readonly ((edge: TestEdge, peer: TestPeer, callId: string) => Promise<void>)[] = [
  async function hungUpByPeer(edge, peer, callId) {
    const { inDialog } = await answeredCall(edge, peer, { callId })
    peer.write(requestText('BYE', { ...inDialog, cseq: 2 }))
    await peer.response(200)
  },
  async function hungUpByUs(edge, peer, callId) {
    const { call } = await answeredCall(edge, peer, { callId })
    const hungUp = call.incoming.signalling.hangup()
    peer.write(responseText(await peer.request('BYE'), 200))
    await hungUp
  },
  async function byeUnknown(edge, peer, callId) {
    const { call } = await answeredCall(edge, peer, { callId })
    const hungUp = call.incoming.signalling.hangup()
    peer.write(responseText(await peer.request('BYE'), 481))
    await hungUp
  },
  async function cancelled(edge, peer, callId) {
    peer.write(requestText('INVITE', { callId, body: offer, branch: `z9hG4bK${callId}` }))
    await peer.response(100)
    await edge.nextCall()
    peer.write(requestText('CANCEL', { callId, branch: `z9hG4bK${callId}` }))
    await peer.response(200)
    await peer.response(487)
  },
  async function rejected(edge, peer, callId) {
    peer.write(requestText('INVITE', { callId, body: offer }))
    await peer.response(100)
    const call = await edge.nextCall()
    call.incoming.signalling.reject(486)
    await peer.response(486)
  },
  async function refusedAtOnce(_edge, peer, callId) {
    peer.write(requestText('INVITE', { callId, body: offer, headers: ['Require: gruu'] }))
    await peer.response(420)
  },
  async function refreshedAndOver(edge, peer, callId) {
    const { inDialog } = await answeredCall(edge, peer, { callId, headers: ['Supported: timer'] })
    peer.write(requestText('INVITE', { ...inDialog, cseq: 2, body: offer }))
    await peer.response(200)
    peer.write(requestText('BYE', { ...inDialog, cseq: 3 })) // and never an ACK
    await peer.response(200)
  },
]

test('interop 29: dialogs leave nothing behind, however their calls end', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('OPTIONS', { callId: 'first' }))
  await peer.response(200)
  const timersBefore = edge.clock.timers
  for (let round = 0; round < 5; round += 1)
    for (const end of endings) await end(edge, peer, `${end.name}-${round}`)
  const opened = edge.counts.get('legs_opened') ?? 0
  assert.equal(opened, 5 * (endings.length - 1))
  await edge.counted('legs_retired', opened)
  edge.clock.advance(64_000) // every transaction's last timer
  assert.ok(edge.clock.timers <= timersBefore, `${edge.clock.timers} timers, ${timersBefore} before`)
})

test('interop 29: a BYE that nobody answers ends by itself', async () => {
  const { edge, peer, call } = await callUp()
  await using _ = edge
  const hungUp = call.incoming.signalling.hangup()
  await peer.request('BYE')
  edge.clock.advance(32_000)
  await hungUp
  await edge.counted('legs_retired')
  assert.deepEqual(call.ended, ['gateway-hung-up'])
})
