import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import type { OutgoingCall } from '#call'
import { without } from './support/counterpart.ts'
import { offer } from './support/offers.ts'
import { startOutboundEdge, type OutboundEdge, type PlacedCall } from './support/outbound-edge.ts'
import {
  confirm,
  receive,
  receiveProven,
  respond,
  rest,
  startSippCallee,
  type CalleeStep,
} from './support/sipp-callee.ts'
import { startStunnelServer } from './support/stunnel-server.ts'

const credentials = { username: 'voxkeep', password: 'p4ss' }
const answer = offer()
const [invite, ack, bye, cancel] = [receive('INVITE'), receive('ACK'), receive('BYE'), receive('CANCEL')]

describe('SIPp 3.6.1 behind stunnel, called', { skip: without('sipp', 'stunnel4'), timeout: 45_000 }, () => {
  const stack = new AsyncDisposableStack()
  let edge: OutboundEdge
  let acceptPort = 0
  let plainPort = 0
  before(async () => {
    ;[acceptPort = 0, plainPort = 0] = await freePorts(2)
    edge = stack.use(
      await startOutboundEdge(({ caFile }) => {
        const outbound = { host: '127.0.0.1', port: acceptPort, caFile, health: { intervalMs: 0 } }
        const digest = { username: credentials.username, password: 'env:P' }
        return [
          { id: 'carrier', outbound },
          { id: 'asked', outbound: { ...outbound, digest } },
        ]
      }),
    )
    const certificate = await edge.pki.issue(['127.0.0.1'])
    stack.use(await startStunnelServer({ folder: edge.folder, acceptPort, plainPort, certificate }))
  })
  after(() => stack.disposeAsync())

  /** Calls SIPp, which does as `steps` say; fails when SIPp met anything else. */
  async function against(
    steps: readonly CalleeStep[],
    act: (call: PlacedCall) => Promise<void>,
    options: Partial<Omit<OutgoingCall, 'trunk'>> & { readonly trunk?: string } = {},
  ): Promise<PlacedCall> {
    const { trunk = 'carrier', ...outgoing } = options
    const folder = await mkdtemp(join(edge.folder, 'sipp-'))
    await using sipp = await startSippCallee({ folder, port: plainPort, steps })
    const call = edge.place(trunk, outgoing)
    const verdict = sipp.verdict.then((complaint) => assert.equal(complaint, ''))
    await Promise.race([act(call), verdict.then(() => new Promise(() => {}))])
    await verdict
    return call
  }

  test('place() calls, is answered and hangs up', async () => {
    const steps = [invite, respond(100), respond(180), respond(200, { sdp: answer }), ack, bye, confirm()]
    const call = await against(steps, async (placed) => {
      const security = await placed.answered
      assert.match(security.tlsVersion, /^TLSv1\.[23]$/)
      assert.notEqual(security.group, '')
      await placed.hangup()
    })
    assert.deepEqual(call.ringing, [180])
    assert.deepEqual(call.ended, ['gateway-hung-up'])
    assert.deepEqual(
      call.ladder.map(({ what }) => what),
      ['INVITE', '100', '180', '200', 'ACK', 'BYE', '200'],
    )
  })

  test('place() learns that the callee is busy, and why', async () => {
    const headers = ['Reason: Q.850;cause=17;text="User busy"']
    await against([invite, respond(486, { headers }), ack], async (call) => {
      const expected = { why: 'busy', status: 486, cause: 'Q.850 17', elsewhere: false }
      assert.deepEqual(await call.failed, expected)
    })
  })

  test('place() cancels a call that rings too long', async () => {
    const giveUp = receive('CANCEL', { Reason: 'Q.850;cause=19' })
    const steps = [invite, respond(180), giveUp, confirm(), respond(487), ack]
    await against(
      steps,
      async (call) => assert.deepEqual(await call.failed, { why: 'no-answer', elsewhere: false }),
      { ringTimeoutMs: 300 },
    )
  })

  test('interop 25: place() acknowledges an answer that crossed its CANCEL, and hangs up', async () => {
    const crossing = [cancel, confirm(), respond(200, { sdp: answer }), ack, bye, confirm()]
    const call = await against(
      [invite, respond(180), ...crossing],
      async (placed) => assert.equal((await placed.failed).why, 'no-answer'),
      { ringTimeoutMs: 300 },
    )
    assert.deepEqual(call.ended, [])
  })

  test('interop 30: place() gives MD5 credentials, which SIPp finds right', async () => {
    const challenge = 'WWW-Authenticate: Digest realm="sipp", nonce="4711", algorithm=MD5, qop="auth"'
    const proven = receiveProven('INVITE', credentials, { CSeq: '2 INVITE' })
    const refused = [invite, respond(401, { headers: [challenge] }), ack]
    const answered = [respond(200, { sdp: answer }), ack, bye, confirm()]
    await against(
      [...refused, proven, ...answered],
      async (call) => {
        await call.answered
        await call.hangup()
      },
      { trunk: 'asked' },
    )
  })

  test('interop 26: place() takes early media and acknowledges it by PRACK', async () => {
    const early = respond(183, { sdp: answer, headers: ['Require: 100rel', 'RSeq: 4711'] })
    const prack = receive('PRACK', { RAck: '4711 1 INVITE' })
    const steps = [invite, early, prack, confirm(), respond(200), ack, bye, confirm()]
    const call = await against(steps, async (placed) => {
      await placed.answered
      await placed.hangup()
    })
    assert.equal(call.early(), 1)
  })

  test('place() does not go where a 302 sends it', async () => {
    const headers = ['Contact: <sip:+9001234567@127.0.0.1:5999>']
    await against([invite, respond(302, { headers }), ack], async (call) => {
      assert.deepEqual(await call.failed, { why: 'redirected', status: 302, elsewhere: false })
    })
  })

  test('interop 26: place() keeps one of two forks that answer, and hangs up on the other', async () => {
    const [first, second] = [{ tag: 'first' }, { tag: 'second' }]
    const ringing = [
      invite,
      respond(180, first),
      respond(180, second),
      respond(200, { ...first, sdp: answer }),
    ]
    const other = [
      ack,
      respond(200, { ...second, sdp: answer }),
      ack,
      receive('BYE', { To: 'tag=second' }),
      confirm(),
    ]
    const rest = [receive('BYE', { To: 'tag=first' }), confirm()]
    const call = await against([...ringing, ...other, ...rest], async (placed) => {
      await placed.answered
      await placed.until('received', '200', 3) // to the other's BYE too, for SIPp does one thing at a time
      await placed.hangup()
    })
    assert.deepEqual(call.ended, ['gateway-hung-up'])
  })

  test('interop 23: place() sends ACK and BYE along a double Record-Route', async () => {
    const headers = [
      'Record-Route: <sip:outer.example;transport=tls;lr;r2=on>',
      'Record-Route: <sip:inner.example;lr;r2=on>',
    ]
    const route = 'inner.example;lr;r2=on'
    const steps = [invite, respond(200, { sdp: answer, headers }), receive('ACK', { Route: route })]
    await against([...steps, receive('BYE', { Route: route }), confirm()], async (call) => {
      await call.answered
      await call.hangup()
    })
  })

  test('interop 25: place() acknowledges again what is repeated', async () => {
    const ok = respond(200, { sdp: answer })
    await against([invite, ok, ack, rest(50), ok, ack, bye, confirm()], async (call) => {
      await call.answered
      await call.until('sent', 'ACK', 2)
      await call.hangup()
    })
  })
})
