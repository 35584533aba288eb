import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallId, LegId, TenantId } from '#kernel'
import { startCalls } from './calls.ts'
import { callCommands } from './commands.ts'
import type { IncomingCall, SignallingEvents } from './contract.ts'
import { pickUp, settle, traced } from './fake-run.ts'
import { answers, fakeAnswer, fakeWorld, type FakeWorld } from './fake-world.ts'
import type { SecurityReceipt } from './receipt.ts'

const dial = { type: 'dial', to: '+12125550100' }
const second = 'leg_00000000000000000000000000000002' as LegId

/** A caller talks with an agent (B1), who has called us too and talks with somebody else (B2). */
async function twoCalls(more: Partial<IncomingCall> = {}) {
  const world = fakeWorld({ refer: true })
  const connects = answers(dial, { type: 'hangup' })
  world.decisions.push(connects, connects, answers())
  const calls = startCalls(world.deps)
  calls.handle(world.incoming)
  await settle()
  await pickUp(world)
  let events: SignallingEvents | undefined
  const signalling = {
    ...world.incoming.signalling,
    listen: (listener: SignallingEvents) => void (events = listener),
    hangup: async () => void world.trace.push('hangup agent'),
  }
  calls.handle({ ...world.incoming, leg: second, signalling, ...more })
  await settle()
  await pickUp(world, 2)
  return { world, calls, agent: () => events }
}

function attends(world: FakeWorld, notified: number[], replaces = second) {
  const events = world.outgoing[0]?.events
  assert.ok(events)
  return events.refer({ to: 'sip:x@y', replaces, notify: (status) => void notified.push(status) })
}

test('interop 28: a REFER that names the agent’s other call joins its two peers, and lets the agent go in both', async () => {
  const { world, calls } = await twoCalls()
  const notified: number[] = []
  world.trace.length = 0
  assert.deepEqual(attends(world, notified), { accept: true })
  await settle()
  assert.deepEqual(notified, [200])
  assert.deepEqual(traced(world, /^(reoffer|connect|bridge|hangup|close B|lease|ended)/), [
    'reoffer B2',
    'close B2',
    'connect new sendrecv',
    'hangup agent',
    'bridge A new',
    'hangup B1',
    'lease ended',
    'close B1',
    'ended transferred',
  ])
  assert.equal(calls.active, 1)
  assert.equal(world.dials.length, 2, 'nobody was dialled for it')
  world.outgoing[1]?.events.ended('caller-hung-up')
  await settle()
  assert.equal(calls.active, 0)
  assert.equal(traced(world, /^lease ended/).length, 2)
  assert.equal(world.clock.timers, 0)
  const receipts = world.receipts as SecurityReceipt[]
  assert.deepEqual(
    receipts.map(({ endReason }) => endReason),
    ['transferred', 'app-hung-up'],
  )
})

test('interop 28: whoever was taken over keeps the time that their lease leaves them', async () => {
  const { world, calls } = await twoCalls()
  world.clock.advance(400_000)
  attends(world, [])
  await settle()
  world.clock.advance(200_000)
  await settle()
  assert.equal(calls.active, 0)
  assert.equal(traced(world, /^lease ended/).length, 2)
})

test('interop 28: an attended transfer whose target cannot be moved leaves both calls as they were', async () => {
  const { world, calls } = await twoCalls()
  const { open } = world.deps.media
  Object.assign(world.deps.media, {
    open: (leg: LegId, near?: LegId) => (near === undefined ? open(leg) : Promise.reject(new Error('full'))),
  })
  const notified: number[] = []
  attends(world, notified)
  await settle()
  assert.deepEqual(notified, [503])
  assert.equal(traced(world, /^bridge/).at(-1), 'bridge A B1')
  assert.equal(calls.active, 2)
})

test('interop 28: an attended transfer to a call of another tenant, or to none, is refused', async () => {
  const { world } = await twoCalls({ tenant: 'other' as TenantId })
  assert.deepEqual(attends(world, []), { status: 488 })
  assert.deepEqual(attends(world, [], 'leg_00000000000000000000000000000077' as LegId), { status: 488 })
})

test('interop 28: a target who hangs up while it is moved is gone, and the agent’s call goes on', async () => {
  const { world, calls } = await twoCalls()
  const moved = Promise.withResolvers<{ rtpPort: number }>()
  Object.assign(world.deps.media, { open: () => moved.promise })
  const notified: number[] = []
  attends(world, notified)
  world.outgoing[1]?.events.ended('caller-hung-up')
  await settle()
  moved.resolve({ rtpPort: 20_002 })
  await settle()
  assert.deepEqual(notified, [503])
  assert.equal(traced(world, /^bridge/).at(-1), 'bridge A B1')
  assert.equal(calls.active, 1)
})

test('an attended transfer that cannot be taken on record moves nobody', async () => {
  const { world, calls } = await twoCalls()
  const { keep } = world.deps
  const { audit } = keep
  Object.assign(keep, {
    audit: (event: Parameters<typeof audit>[0]) =>
      event.type === 'transfer.joining' ? Promise.reject(new Error('the disk is full')) : audit(event),
  })
  world.trace.length = 0
  const notified: number[] = []
  attends(world, notified)
  await settle()
  assert.deepEqual(notified, [500])
  assert.deepEqual(traced(world, /^(reoffer|ended)/), ['ended audit-failed'])
  assert.equal(calls.active, 1, 'the other call goes on')
})

test('interop 28: an agent who is the first leg of both calls joins those whom it talks with', async () => {
  const { world, calls } = await twoCalls()
  world.trace.length = 0
  const notified: number[] = []
  const refer = { to: 'sip:x@y', replaces: second, notify: (status: number) => void notified.push(status) }
  assert.deepEqual(world.signalling().refer(refer), { accept: true })
  await settle()
  assert.deepEqual(notified, [200])
  assert.deepEqual(traced(world, /^(bridge|hangup|ended)/), [
    'hangup agent',
    'hangup',
    'bridge B1 new',
    'ended transferred',
  ])
  assert.equal(calls.active, 1)
  world.outgoing[0]?.events.ended('caller-hung-up')
  await settle()
  assert.deepEqual([calls.active, traced(world, /^lease ended/).length], [0, 2])
})

/** Both calls dialled the agent, who is B1 in the first one and B2 in the second, of which `named` is the leg. */
async function secondCaller(more: Partial<IncomingCall['signalling']> = {}) {
  const world = fakeWorld({ refer: true })
  const connects = answers({ type: 'record' }, dial, { type: 'hangup' })
  world.decisions.push(answers(dial, { type: 'hangup' }), connects, answers())
  const calls = startCalls(world.deps)
  calls.handle(world.incoming)
  await settle()
  await pickUp(world)
  let events: SignallingEvents | undefined
  const signalling = {
    ...world.incoming.signalling,
    listen: (listener: SignallingEvents) => void (events = listener),
    hangup: async () => void world.trace.push('hangup C'),
    reoffer: async (sdp: string) => (world.trace.push('reoffer C'), fakeAnswer({ offer: sdp } as never)),
    ...more,
  }
  calls.handle({ ...world.incoming, leg: second, signalling })
  await settle()
  await pickUp(world, 2)
  const named = world.outgoing[1]?.call.leg
  assert.ok(named)
  world.trace.length = 0
  return { world, calls, named, caller: () => events }
}

test('interop 28: a REFER that names another leg we dialled joins the callers of both, and lets the agent go in both', async () => {
  const { world, calls, named, caller } = await secondCaller()
  const notified: number[] = []
  assert.deepEqual(attends(world, notified, named), { accept: true })
  await settle()
  assert.deepEqual(notified, [200])
  assert.deepEqual(traced(world, /^(stopRecording|listed|reoffer|bridge|hangup|ended)/), [
    'stopRecording',
    'listed sealed',
    'reoffer C',
    'hangup B2',
    'bridge A new',
    'hangup B1',
    'ended transferred',
  ])
  assert.equal(calls.active, 1)
  caller()?.ended('caller-hung-up')
  await settle()
  assert.equal(calls.active, 0)
  assert.equal(traced(world, /^lease ended/).length, 2)
  assert.equal(world.clock.timers, 0)
  const receipts = world.receipts as SecurityReceipt[]
  assert.deepEqual(
    receipts.map(({ legs }) => legs.map(({ via }) => via)),
    [['command'], ['command', 'refer']],
  )
})

test('interop 28: a caller who is moved in the middle of a collect is heard again a second after their last key', async () => {
  const { world, calls, named, caller } = await secondCaller()
  const { data } = world.asked.findLast(({ type }) => type === 'call.incoming') ?? {}
  const call = calls.get((data as { readonly call_id?: CallId }).call_id as CallId)
  assert.ok(call)
  const card = { type: 'collect', mode: 'agent', fields: [{ field: 'ssn' }], purposes: ['a'] }
  await call.command(callCommands.parse([card]))
  await settle()
  attends(world, [], named)
  await settle()
  assert.deepEqual(traced(world, /^secure/), ['secure new on', 'secure new on'], 'and so is its new media')
  world.clock.advance(1_000)
  assert.deepEqual(traced(world, /^secure/).slice(2), ['secure new off'])
  caller()?.ended('caller-hung-up')
  await settle()
  assert.deepEqual([calls.active, world.clock.timers], [0, 0])
})

test('interop 28: a caller who will not be moved stays where they are, and a new recording goes on', async () => {
  const { world, calls, named } = await secondCaller({ reoffer: () => Promise.reject(new Error('488')) })
  const notified: number[] = []
  attends(world, notified, named)
  await settle()
  assert.deepEqual(notified, [503])
  assert.deepEqual(traced(world, /^(stopRecording|startRecording|ended)/), [
    'stopRecording',
    'startRecording',
  ])
  assert.equal(calls.active, 2)
})

test('interop 28: a call of ours whose first leg is taken over keeps its lease with it', async () => {
  const world = fakeWorld({ refer: true })
  const connects = answers(dial, { type: 'hangup' })
  world.decisions.push(connects, connects, answers())
  const calls = startCalls(world.deps)
  calls.handle(world.incoming)
  await settle()
  await pickUp(world)
  const app = world.incoming.app
  const rest = { variables: {}, parameters: {}, actions: undefined, record: false, ringTimeoutMs: 30_000 }
  await calls.create({
    tenant: world.incoming.tenant,
    app,
    token: undefined,
    to: '+12125550109',
    from: undefined,
    ...rest,
  })
  await settle()
  await pickUp(world, 2)
  await pickUp(world, 3)
  world.trace.length = 0
  attends(world, [], world.outgoing[2]?.call.leg)
  await settle()
  assert.deepEqual(traced(world, /^(reoffer|lease)/), ['reoffer B2', 'lease ended', 'lease ended'])
  world.outgoing[1]?.events.ended('caller-hung-up')
  await settle()
  assert.deepEqual([calls.active, traced(world, /^lease ended/).length], [0, 3])
})
