import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callCommands } from './commands.ts'
import { begin, pickUp, settle, traced } from './fake-run.ts'
import { answers, fakeAnswer, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'
import type { PlaceFailure } from './contract.ts'
import type { SecurityReceipt } from './receipt.ts'

const commands = (...list: object[]) => callCommands.parse(list)
const dial = { type: 'dial', to: '+12125550100' }
const dialed = (world: FakeWorld) =>
  world.asked.filter(({ type }) => type === 'call.dialed').map(({ data }) => data)
const failure = (why: PlaceFailure['why'], elsewhere = false, status?: number): PlaceFailure => ({
  why,
  elsewhere,
  ...(status !== undefined && { status }),
})

async function dialling(options: Parameters<typeof fakeWorld>[0] = {}, command: object = dial) {
  const world = fakeWorld(options)
  world.decisions.push(answers(command, { type: 'hangup' }), answers())
  const call = await begin(world)
  return { world, call }
}

test('dial answers the caller, places a leg near theirs, bridges, and asks the app when the callee hangs up', async () => {
  const { world, call } = await dialling()
  await pickUp(world)
  world.clock.advance(5_000)
  world.outgoing[0]?.events.ended('caller-hung-up')
  await call.settled
  assert.deepEqual(traced(world, /^(answer|place|bridge|unbridge|connect B|close B|lease)/), [
    'answer 200',
    'place B1 carrier +12125550100',
    'connect B1 sendrecv',
    'lease answered',
    'bridge A B1',
    'unbridge A',
    'lease ended',
    'close B1',
  ])
  assert.partialDeepStrictEqual(dialed(world), [
    { outcome: 'answered', ended_by: 'callee-hung-up', duration_ms: 5_000 },
  ])
  assert.ok(world.trace.includes('ended app-hung-up'), 'the next command had its turn')
})

test('interop 5: dial offers keys of its own to each leg: what one peer is told the other never is', async () => {
  const { world, call } = await dialling()
  const sdp: string[] = []
  const { answer } = world.incoming.signalling
  Object.assign(world.incoming.signalling, { answer: (own: string) => (sdp.push(own), answer(own)) })
  await call.command(commands(dial))
  await settle()
  const keys = (text: string) => [...text.matchAll(/inline:(\S+)/g)].map(([, key]) => key)
  const offered = world.outgoing.flatMap(({ offer }) => keys(offer))
  assert.equal(new Set(offered).size, 2)
})

test('a caller who hangs up ends the leg that they were connected with', async () => {
  const { world, call } = await dialling()
  await pickUp(world)
  world.signalling().ended('caller-hung-up')
  await call.settled
  assert.deepEqual(traced(world, /^(hangup|lease|ended|close)/), [
    'lease answered',
    'hangup B1',
    'lease ended',
    'hangup',
    'close B1',
    'close',
    'ended caller-hung-up',
  ])
  assert.equal(world.clock.timers, 0)
})

test('interop 25: a caller who hangs up while it rings has the leg cancelled, and an answer that crosses is refused', async () => {
  const { world, call } = await dialling()
  const [placed] = world.outgoing
  assert.ok(placed)
  world.signalling().ended('caller-hung-up')
  assert.equal(placed.events.answered(new Uint8Array(), world.incoming.security), false)
  await call.settled
  assert.ok(world.trace.includes('hangup B1'))
  assert.deepEqual(traced(world, /^lease/), ['lease ended'])
  assert.deepEqual(dialed(world), [])
})

for (const [why, status] of [
  ['busy', 486],
  ['no-answer', 408],
  ['not-found', 404],
  ['rejected', 603],
] as const) {
  test(`dial tells the app of a leg that is ${why}, and goes on with the next command`, async () => {
    const { world, call } = await dialling()
    world.outgoing[0]?.events.failed(failure(why, false, status))
    await call.settled
    assert.partialDeepStrictEqual(dialed(world), [{ outcome: why, sip_status: status, duration_ms: 0 }])
    assert.deepEqual(traced(world, /^(lease|hangup B)/), ['lease ended'])
    assert.ok(world.trace.includes('ended app-hung-up'))
  })
}

test('dial tries the next trunk when the fault lies with the trunk, and no other when it lies with the number', async () => {
  const { world } = await dialling()
  world.guard.trunks = ['carrier', 'nowhere', 'spare']
  const again = await dialling()
  again.world.outgoing[0]?.events.failed(failure('busy'))
  await settle()
  assert.deepEqual(traced(again.world, /^place/), ['place B1 carrier +12125550100'])
  world.outgoing[0]?.events.failed(failure('unreachable', true))
  await settle()
  assert.deepEqual(dialed(world).length, 1, 'the first dial knew one trunk')

  const both = fakeWorld()
  both.guard.trunks = ['carrier', 'nowhere', 'spare']
  both.decisions.push(answers(dial, { type: 'hangup' }), answers())
  await begin(both)
  both.outgoing[0]?.events.failed(failure('unreachable', true))
  await settle()
  await pickUp(both, 2)
  assert.deepEqual(traced(both, /^(place|bridge|lease)/), [
    'place B1 carrier +12125550100',
    'place B2 spare +12125550100',
    'lease answered',
    'bridge A B2',
  ])
})

test('a dial that the guard refuses places nothing, and tells the app why', async () => {
  const world = fakeWorld()
  world.guard.refuse = 'country'
  world.decisions.push(answers(dial, { type: 'hangup' }), answers())
  await (
    await begin(world)
  ).settled
  assert.deepEqual(traced(world, /^place/), [])
  assert.partialDeepStrictEqual(dialed(world), [{ outcome: 'refused', why: 'country' }])
  assert.partialDeepStrictEqual(world.dials, [{ via: 'command', to: '+12125550100' }])
})

test('dial lets the caller hear a ringback tone, or the other side’s own', async () => {
  const { world } = await dialling()
  const [placed] = world.outgoing
  assert.ok(placed)
  placed.events.ringing(180)
  assert.deepEqual(traced(world, /^play/), ['play 48000'])
  placed.events.early(fakeAnswer(placed))
  placed.events.ringing(180)
  assert.deepEqual(traced(world, /^(stopPlay|bridge|play)/), ['play 48000', 'stopPlay', 'bridge A B1'])
  await pickUp(world)
  assert.deepEqual(traced(world, /^bridge/), ['bridge A B1'])
})

test('dial calls one after the other, until somebody answers', async () => {
  const { world } = await dialling({}, { ...dial, to: ['+12125550101', '+12125550102'] })
  world.outgoing[0]?.events.failed(failure('busy'))
  await settle()
  await pickUp(world, 2)
  assert.deepEqual(traced(world, /^(place|bridge)/), [
    'place B1 carrier +12125550101',
    'place B2 carrier +12125550102',
    'bridge A B2',
  ])
})

test('dial calls several at once: the first to answer has the call, the others are cancelled', async () => {
  const to = ['+12125550101', '+12125550102', '+12125550103']
  const { world, call } = await dialling({}, { ...dial, to, strategy: 'simultaneous' })
  for (const { events } of world.outgoing) events.ringing(180)
  await pickUp(world, 2)
  assert.deepEqual(traced(world, /^(hangup|bridge)/), ['hangup B1', 'hangup B3', 'bridge A B2'])
  world.outgoing[1]?.events.ended('caller-hung-up')
  await call.settled
  assert.equal(traced(world, /^lease ended/).length, 3)
})

test('dial ends the callee’s leg when what is left of the day is used up, at its time limit, and on the star', async () => {
  for (const [more, end, endedBy] of [
    [{}, (world: FakeWorld) => world.clock.advance(600_000), 'limit-reached'],
    [{ time_limit_ms: 60_000 }, (world: FakeWorld) => world.clock.advance(60_000), 'time-limit'],
    [
      { hangup_on_star: true },
      (world: FakeWorld) => world.media({ kind: 'dtmf', leg: fakeLeg, digit: '*', durationMs: 100 }),
      'star',
    ],
  ] as const) {
    const { world, call } = await dialling({}, { ...dial, ...more })
    await pickUp(world)
    end(world)
    await call.settled
    assert.partialDeepStrictEqual(dialed(world), [{ ended_by: endedBy }])
    assert.ok(world.trace.includes('hangup B1'), endedBy)
    assert.equal(world.clock.timers, 0)
  }
})

test('newer commands end a dial: its leg is hung up and the app is not asked about it', async () => {
  const { world, call } = await dialling()
  await pickUp(world)
  await call.command(commands({ type: 'wait' }))
  await settle()
  assert.deepEqual(traced(world, /^(unbridge|hangup|lease ended)/), [
    'unbridge A',
    'hangup B1',
    'lease ended',
  ])
  assert.equal(call.state, 'active')
  assert.deepEqual(dialed(world), [])
})

test('hold gives the caller music and suspends the bridge, unhold brings it back', async () => {
  const { world, call } = await dialling({ music: true })
  await pickUp(world)
  await call.command(commands({ type: 'hold' }))
  await call.command(commands({ type: 'hold' }))
  await call.command(commands({ type: 'unhold' }))
  await settle()
  assert.deepEqual(traced(world, /^(bridge|unbridge|play|stopPlay)/), [
    'bridge A B1',
    'unbridge A',
    'play 800',
    'stopPlay',
    'bridge A B1',
  ])
})

test('interop 21: a callee who holds gives the caller music; resuming connects them again', async () => {
  const { world } = await dialling({ music: true })
  await pickUp(world)
  const [placed] = world.outgoing
  assert.ok(placed)
  const offer = (direction: string) => {
    const sdp = new TextDecoder().decode(fakeAnswer(placed, direction))
    return placed.events.reoffer(new TextEncoder().encode(sdp))
  }
  const held = offer('sendonly')
  assert.ok('sdp' in held && held.sdp.includes('a=recvonly'))
  offer('sendrecv')
  await settle()
  assert.deepEqual(traced(world, /^(bridge|unbridge|play|stopPlay)/), [
    'bridge A B1',
    'unbridge A',
    'play 800',
    'stopPlay',
    'bridge A B1',
  ])
})

test('interop 21: an offerless re-INVITE is offered what we have, and its answer is taken', async () => {
  const { world } = await dialling()
  await pickUp(world)
  const [placed] = world.outgoing
  assert.ok(placed)
  const offered = placed.events.reoffer(undefined)
  assert.ok('sdp' in offered)
  const key = (sdp: string) => /inline:(\S+)/.exec(sdp)?.[1]
  assert.equal(key(offered.sdp), key(placed.offer), 'our key stays')
  assert.equal(placed.events.reanswered(fakeAnswer({ ...placed, offer: offered.sdp })), true)
  assert.equal(placed.events.reanswered(new Uint8Array()), false)
  assert.equal(traced(world, /^connect B1/).length, 2)
})

test('consult lets the callee talk with a third while the caller waits, and transfer complete hands the caller over', async () => {
  const { world, call } = await dialling({ music: true })
  await pickUp(world)
  await call.command(commands({ type: 'consult', to: '+12125550177' }))
  await settle()
  assert.equal(world.dials.at(-1)?.via, 'transfer')
  await pickUp(world, 2)
  await call.command(commands({ type: 'transfer', action: 'complete' }))
  await settle()
  assert.deepEqual(traced(world, /^(bridge|unbridge|play|stopPlay|hangup B)/), [
    'bridge A B1',
    'unbridge A',
    'play 800',
    'bridge B1 B2',
    'unbridge B1',
    'stopPlay',
    'bridge A B2',
    'hangup B1',
  ])
  world.outgoing[1]?.events.ended('caller-hung-up')
  await call.settled
  assert.partialDeepStrictEqual(dialed(world), [{ outcome: 'answered', ended_by: 'callee-hung-up' }])
  assert.equal(traced(world, /^lease ended/).length, 2)
})

test('consult goes back on cancel, on failure, and when the third one leaves; a callee who leaves hands over', async () => {
  for (const [what, expected] of [
    ['cancel', 'bridge A B1'],
    ['failed', 'bridge A B1'],
    ['third leaves', 'bridge A B1'],
    ['callee leaves', 'bridge A B2'],
  ] as const) {
    const { world, call } = await dialling()
    await pickUp(world)
    await call.command(commands({ type: 'consult', to: '+12125550177' }))
    await settle()
    if (what === 'failed') world.outgoing[1]?.events.failed(failure('busy'))
    else await pickUp(world, 2)
    if (what === 'cancel') await call.command(commands({ type: 'consult', action: 'cancel' }))
    if (what === 'third leaves') world.outgoing[1]?.events.ended('caller-hung-up')
    if (what === 'callee leaves') world.outgoing[0]?.events.ended('caller-hung-up')
    await settle()
    assert.equal(traced(world, /^bridge/).at(-1), expected, what)
    assert.ok(world.trace.includes('tell call.consulted'))
    assert.equal(call.state, 'active')
  }
})

test('a blind transfer dials the target in place of what the call did, and its end is the call’s', async () => {
  const { world, call } = await dialling()
  await pickUp(world)
  await call.command(commands({ type: 'transfer', to: '+12125550188' }))
  await settle()
  assert.ok(world.trace.includes('hangup B1'))
  assert.equal(world.dials.at(-1)?.via, 'transfer')
  await pickUp(world, 2)
  world.outgoing[1]?.events.ended('caller-hung-up')
  await call.settled
  assert.deepEqual(dialed(world), [])
  assert.ok(world.trace.includes('ended callee-hung-up'))
})

test('a transfer by REFER ends the call as transferred, and asks the app when the caller’s side refuses', async () => {
  const went = fakeWorld()
  went.decisions.push(answers({ type: 'transfer', to: '+12125550188', mode: 'refer' }))
  await (
    await begin(went)
  ).settled
  assert.deepEqual(traced(went, /^(refer|ended|lease)/), [
    'lease ended',
    'refer +12125550188',
    'ended transferred',
  ])
  const refused = fakeWorld({ referred: { ok: false, why: 'refused', status: 603 } })
  refused.decisions.push(
    answers({ type: 'transfer', to: '+12125550188', mode: 'refer' }),
    answers({ type: 'hangup' }),
  )
  await (
    await begin(refused)
  ).settled
  assert.partialDeepStrictEqual(dialed(refused), [{ outcome: 'rejected', sip_status: 603 }])
  const guarded = fakeWorld()
  guarded.guard.refuse = 'transfer-target'
  guarded.decisions.push(
    answers({ type: 'transfer', to: '+12125550188', mode: 'refer' }),
    answers({ type: 'hangup' }),
  )
  await (
    await begin(guarded)
  ).settled
  assert.deepEqual(traced(guarded, /^refer/), [])
  assert.partialDeepStrictEqual(dialed(guarded), [{ outcome: 'refused', why: 'transfer-target' }])
})

test('the receipt lists each dialled leg with what protected it, and no number', async () => {
  const world = fakeWorld({ signs: true })
  world.guard.trunks = ['carrier', 'spare']
  world.decisions.push(answers(dial, { type: 'hangup' }), answers())
  const call = await begin(world)
  world.outgoing[0]?.events.failed(failure('overloaded', true))
  await settle()
  await pickUp(world, 2)
  assert.deepEqual(world.outgoing[1]?.call.headers, [['Identity', 'a.b.c;info=<https://x.test/c>']])
  world.clock.advance(3_000)
  world.outgoing[1]?.events.ended('caller-hung-up')
  await call.settled
  const [{ legs } = { legs: [] }] = world.receipts as SecurityReceipt[]
  assert.partialDeepStrictEqual(legs, [
    { trunk: 'carrier', via: 'command', outcome: 'overloaded', sip: null, srtp: null, durationMs: null },
    {
      trunk: 'spare',
      outcome: 'answered',
      identitySigned: true,
      durationMs: 3_000,
      sip: { tlsVersion: 'TLSv1.3' },
      srtp: { suite: 'AES_CM_128_HMAC_SHA1_80' },
    },
  ])
  assert.doesNotMatch(JSON.stringify(legs), /1212555/)
})

test('interop 26: early media of one fork gives way to another’s, and both to the answer', async () => {
  const { world } = await dialling()
  const [placed] = world.outgoing
  assert.ok(placed)
  placed.events.early(fakeAnswer(placed))
  placed.events.early(fakeAnswer(placed, 'sendonly'))
  await pickUp(world)
  assert.deepEqual(traced(world, /^(connect B|bridge)/), [
    'connect B1 sendrecv',
    'bridge A B1',
    'connect B1 recvonly',
    'connect B1 sendrecv',
  ])
})

test('an answer that cannot be used is refused, and the app told of it', async () => {
  const { world, call } = await dialling()
  const [placed] = world.outgoing
  assert.ok(placed)
  const plain = new TextDecoder()
    .decode(fakeAnswer(placed))
    .replace('RTP/SAVP', 'RTP/AVP')
    .replace(/a=crypto.*\r\n/, '')
  assert.equal(placed.events.answered(new TextEncoder().encode(plain), world.incoming.security), false)
  await call.settled
  assert.partialDeepStrictEqual(dialed(world), [{ outcome: 'rejected', sip_status: 488 }])
  assert.ok(!world.trace.some((line) => line.startsWith('bridge')))
})

test('a callee whose BYE comes with its answer was there, and is gone', async () => {
  const { world, call } = await dialling()
  const [placed] = world.outgoing
  assert.ok(placed)
  placed.events.answered(fakeAnswer(placed), world.incoming.security)
  placed.events.ended('caller-hung-up')
  await call.settled
  assert.partialDeepStrictEqual(dialed(world), [{ outcome: 'answered', ended_by: 'callee-hung-up' }])
  assert.deepEqual(traced(world, /^lease/), ['lease answered', 'lease ended'])
})

test('a callee whose audio falls silent, or whose connection is lost, is let go; the call goes on', async () => {
  for (const [lose, endedBy] of [
    [
      (world: FakeWorld) => {
        const leg = world.outgoing[0]?.call.leg
        if (leg !== undefined) world.media({ kind: 'media.silent', leg, silentMs: 30_000 })
      },
      'media-silent',
    ],
    [(world: FakeWorld) => world.outgoing[0]?.events.ended('connection-lost'), 'connection-lost'],
  ] as const) {
    const { world, call } = await dialling()
    await pickUp(world)
    lose(world)
    await call.settled
    assert.partialDeepStrictEqual(dialed(world), [{ ended_by: endedBy }])
    assert.ok(world.trace.includes('ended app-hung-up'))
  }
})

test('no audit, no dial: a call ends before it places anything when the audit log takes no entry', async () => {
  const world = fakeWorld()
  const { audit } = world.deps.keep
  Object.assign(world.deps.keep, {
    audit: (event: Parameters<typeof audit>[0]) =>
      event.type === 'dial.placing' ? Promise.reject(new Error('disk full')) : audit(event),
  })
  world.decisions.push(answers(dial, { type: 'hangup' }))
  await (
    await begin(world)
  ).settled
  assert.deepEqual(traced(world, /^(place|lease|ended)/), ['lease ended', 'ended audit-failed'])
})
