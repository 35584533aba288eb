import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, pickUp, settle, traced } from './fake-run.ts'
import { answers, fakeAnswer, fakeWorld } from './fake-world.ts'

const dial = { type: 'dial', to: '+12125550100', answer_on_bridge: true }
const seen = /^(ring|answer|reject|hangup|connect|bridge|unbridge|play|stopPlay|tell call.answered|ended)/

/** The caller's side of a `dial`, told apart from a plain ringing by its SDP. */
async function dialling(
  command: object = {},
  o: NonNullable<Parameters<typeof fakeWorld>[0]> = {},
  then: readonly object[] = [],
) {
  const world = fakeWorld(o)
  const sdp: string[] = []
  const { signalling } = world.incoming
  const { answer } = signalling
  Object.assign(signalling, {
    ring: (own?: string) => (
      world.trace.push(own === undefined ? 'ring 180' : 'ring 183'),
      own && sdp.push(own)
    ),
    answer: (own: string) => (sdp.push(own), answer(own)),
  })
  world.decisions.push(answers({ ...dial, ...command }, { type: 'hangup' }), answers(...then))
  const call = await begin(world)
  const [placed] = world.outgoing
  assert.ok(placed)
  return { world, call, placed, sdp }
}

test('dial with answer_on_bridge lets the caller ring until the callee answers, and answers then', async () => {
  const { world, call, placed } = await dialling()
  placed.events.ringing(180)
  assert.equal(call.state, 'ringing')
  await pickUp(world)
  assert.deepEqual(
    traced(world, seen),
    [
      'ring 180',
      'connect B1 sendrecv',
      'answer 200',
      'connect sendrecv AES_CM_128_HMAC_SHA1_80',
      'bridge A B1',
      'tell call.answered',
    ].toSorted((a, b) => traced(world, seen).indexOf(a) - traced(world, seen).indexOf(b)),
  )
  assert.deepEqual(traced(world, /^bridge/), ['bridge A B1'])
  assert.equal(call.state, 'active')
})

test('interop 26: early media of the callee reaches a caller nobody answered (183), and the 200 says the same', async () => {
  const { world, call, placed, sdp } = await dialling()
  placed.events.early(fakeAnswer(placed))
  assert.equal(call.state, 'ringing')
  assert.deepEqual(traced(world, seen), [
    'ring 180',
    'connect B1 sendrecv',
    'connect sendonly AES_CM_128_HMAC_SHA1_80',
    'ring 183',
    'bridge A B1',
  ])
  await pickUp(world)
  assert.equal(sdp.length, 2)
  assert.equal(sdp[0], sdp[1], 'the answer is the early one')
  assert.deepEqual(traced(world, /^(connect s|bridge|unbridge)/), [
    'connect sendonly AES_CM_128_HMAC_SHA1_80',
    'bridge A B1',
    'connect sendrecv AES_CM_128_HMAC_SHA1_80',
  ])
  assert.equal(call.state, 'active')
})

test('interop 26: what an UPDATE changed before the answer stays as it is', async () => {
  const { world, placed } = await dialling()
  placed.events.early(fakeAnswer(placed))
  const held = new TextDecoder().decode(world.incoming.offer).concat('a=sendonly\r\n')
  assert.ok('sdp' in world.signalling().reoffer(new TextEncoder().encode(held)))
  await pickUp(world)
  assert.match(traced(world, /^connect (send|recv)/).at(-1) ?? '', /^connect recvonly/)
})

test('dial with answer_on_bridge leaves it to the app to refuse a caller whom nobody answered', async () => {
  const { world, call, placed } = await dialling({}, {}, [{ type: 'reject', status: 486 }])
  placed.events.early(fakeAnswer(placed))
  placed.events.failed({ why: 'busy', status: 486, elsewhere: false })
  await call.settled
  assert.deepEqual(traced(world, /^(answer|reject|ended|tell call.answered)/), [
    'reject 486',
    'ended app-rejected',
  ])
  assert.deepEqual(
    world.asked.map(({ type }) => type),
    ['call.incoming', 'call.dialed'],
  )
})

test('interop 25: a caller who cancels while they hear early media has the callee cancelled', async () => {
  const { world, call, placed } = await dialling()
  placed.events.early(fakeAnswer(placed))
  world.signalling().ended('caller-cancelled')
  await call.settled
  assert.ok(world.trace.includes('hangup B1'))
  assert.equal(world.trace.includes('answer 200'), false)
  assert.ok(world.trace.includes('ended caller-cancelled'))
  assert.equal(world.clock.timers, 0)
})

test('interop 14: a caller who is silent before the answer is no dead caller', async () => {
  const { world, call, placed } = await dialling()
  placed.events.early(fakeAnswer(placed))
  world.media({ kind: 'media.silent', leg: world.incoming.leg, silentMs: 30_000 })
  await settle()
  assert.equal(call.state, 'ringing')
})

test('dial with answer_on_bridge gives music early, and no tone of ours where the caller’s phone rings itself', async () => {
  const music = await dialling({ ring: 'music' }, { music: true })
  assert.deepEqual(traced(music.world, /^(ring|play)/), ['ring 180', 'ring 183', 'play 800'])
  const ringback = await dialling({ ring: 'ringback' })
  ringback.placed.events.ringing(180)
  ringback.placed.events.early(fakeAnswer(ringback.placed))
  assert.deepEqual(traced(ringback.world, /^(ring|play|bridge)/), ['ring 180'])
})

test('dial with answer_on_bridge dials nobody for a caller who could not be answered', async () => {
  const offer = new TextEncoder().encode(
    'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n',
  )
  const world = fakeWorld({ offer })
  world.decisions.push(answers(dial))
  await (
    await begin(world)
  ).settled
  assert.deepEqual(traced(world, /^(place|reject|ended)/), ['reject 488', 'ended not-acceptable'])
})

test('dial with answer_on_bridge of a caller without an offer: ringing, then our offer in the 200', async () => {
  const { world, call, placed } = await dialling({}, { offer: undefined })
  placed.events.early(fakeAnswer(placed))
  assert.deepEqual(traced(world, /^(ring|bridge)/), ['ring 180'])
  await pickUp(world)
  assert.deepEqual(traced(world, /^(ring|bridge)/), ['ring 180', 'bridge A B1'])
  assert.equal(call.state, 'active')
})

test('a callee whose BYE comes with its answer leaves the caller unanswered', async () => {
  const { world, call, placed } = await dialling({}, {}, [{ type: 'reject', status: 480 }])
  placed.events.answered(fakeAnswer(placed), world.incoming.security)
  placed.events.ended('caller-hung-up')
  await call.settled
  assert.deepEqual(traced(world, /^(answer|reject)/), ['reject 480'])
})

test('play with early is heard without an answer, and skipped where there is no offer to answer', async () => {
  const announced = fakeWorld()
  announced.decisions.push(
    answers({ type: 'play', url: '/busy.wav', early: true }, { type: 'reject', status: 486 }),
  )
  const call = await begin(announced)
  announced.finishPlay()
  await call.settled
  assert.deepEqual(traced(announced, /^(connect|play|answer|reject|ended)/), [
    'connect sendonly AES_CM_128_HMAC_SHA1_80',
    'play 160',
    'reject 486',
    'ended app-rejected',
  ])
  const offerless = fakeWorld({ offer: undefined })
  offerless.decisions.push(
    answers({ type: 'play', url: '/busy.wav', early: true }, { type: 'reject', status: 486 }),
  )
  await (
    await begin(offerless)
  ).settled
  assert.deepEqual(traced(offerless, /^(play|answer|reject)/), ['reject 486'])
  assert.ok(offerless.stories.includes('play.unheard'))
})
