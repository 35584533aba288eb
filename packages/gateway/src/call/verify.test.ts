import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SpeechError } from '#speech'
import { callCommands } from './commands.ts'
import { settle } from './fake-run.ts'
import { given, hear, saidOf, silence, speakThrough, verifying, voice } from './fake-verify.ts'
import { fakeLeg, fakeWorld } from './fake-world.ts'

describe('verify', () => {
  test('gives an engine the caller’s own speech, and asks the app with what came of it', async () => {
    const { world, call, verifiers } = await verifying({ action_url: '/known', phrase: 'my voice' })
    await hear(world, 2_000, voice, 1) // what is said to them
    assert.equal(verifiers.asked.length, 0)
    await speakThrough(world)
    await call.settled
    assert.partialDeepStrictEqual(verifiers.asked, [
      { action: 'verify', subject: 'cust-Anna7', phrase: 'my voice', minScore: undefined, bytes: 3_000 * 8 },
    ])
    assert.partialDeepStrictEqual(world.asked[1], {
      type: 'call.verified',
      data: { action: 'verify', result: 'match', score: 0.9, engine: 'print', attempt: 1, speech_ms: 3_000 },
      to: { url: 'https://app.test/known' },
    })
    assert.equal(world.clock.timers, 0)
    assert.ok(world.trace.includes('listen A off'))
  })

  test('zeroes what it heard, and tells nobody whose voice that was', async () => {
    const { world, call, verifiers, audited } = await verifying()
    await speakThrough(world)
    await call.settled
    assert.ok(verifiers.asked[0]?.ulaw.every((byte) => byte === 0))
    assert.doesNotMatch(JSON.stringify([audited, world.receipts, world.stories, world.asked[1]]), /Anna7/)
    const starting = audited.find(({ type }) => type === 'verification.starting')
    assert.partialDeepStrictEqual(starting?.fields, {
      subject: 'person:default-10',
      consent: 'given',
      source: 'form 7',
      trainingOptOut: true,
    })
  })

  test('ends when consent is taken back that an engine needs to hear the call, and no engine is asked', async () => {
    const world = fakeWorld({ consent: { streamsWithout: 'refuse' } })
    const { call, verifiers } = await verifying({}, { world })
    await hear(world, 2_000)
    await call.command(callCommands.parse([{ type: 'consent', action: 'revoke' }]))
    await settle()
    assert.deepEqual(
      world.trace.filter((line) => line.startsWith('listen')),
      ['listen A on', 'listen A off'],
    )
    await call.settled
    assert.equal(verifiers.asked.length, 0)
    assert.partialDeepStrictEqual(saidOf(world), { result: 'refused', reasons: ['recording-consent'] })
  })

  test('is on the audit log before anything is heard, and on the receipt', async () => {
    const { world, call } = await verifying()
    assert.ok(world.trace.indexOf('audit verification.starting') < world.trace.indexOf('listen A on'))
    await speakThrough(world)
    await call.settled
    const [receipt] = world.receipts as { verifications: object[] }[]
    assert.partialDeepStrictEqual(receipt?.verifications, [
      {
        action: 'verify',
        engine: 'print',
        result: 'match',
        attempts: 1,
        consent: 'given',
        consentSource: 'form 7',
      },
    ])
    assert.ok(world.trace.includes('audit verification.ended'))
  })

  test('refuses without consent on record, where the configuration does not say that nobody need agree', async () => {
    const none = { consent: undefined, consent_source: undefined }
    const { world, call, verifiers } = await verifying(none)
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), { result: 'refused', reasons: ['consent'], attempt: 0 })
    assert.equal(verifiers.asked.length, 0)
    assert.ok(!world.trace.includes('listen A on'))
    const free = await verifying(none, { with: (all) => (all.withoutConsent = 'Recital 51') })
    await speakThrough(free.world)
    await free.call.settled
    assert.partialDeepStrictEqual(free.world.receipts[0], {
      verifications: [{ consent: 'not-required', consentSource: 'Recital 51', result: 'match' }],
    })
  })

  test('hears nobody whose audio may not leave for want of consent to a recording', async () => {
    const rules = [{ jurisdiction: 'US-DC', level: 'opt-in', source: 'test' }] as const
    const world = fakeWorld({ consent: { rules, streamsWithout: 'refuse' } })
    const { call, verifiers } = await verifying({}, { world })
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), { result: 'refused', reasons: ['recording-consent'] })
    assert.equal(verifiers.asked.length, 0)
  })

  test('refuses what the engine’s facts do not allow, and has none that there is not', async () => {
    const refused = new SpeechError('SPEECH_REFUSED', 'no', 'region')
    const { world, call } = await verifying({}, { with: (all) => (all.refuses = refused) })
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), { result: 'refused', reasons: ['region'] })
    const away = await verifying({ engine: 'nobody' })
    await away.call.settled
    assert.partialDeepStrictEqual(saidOf(away.world), {
      result: 'unavailable',
      reasons: ['no-engine'],
      engine: null,
    })
  })

  for (const [what, says, expected] of [
    [
      'away',
      new SpeechError('VERIFIER_UNREACHABLE', 'no'),
      { result: 'unavailable', reasons: ['unreachable'] },
    ],
    ['slow', new SpeechError('VERIFIER_STALLED', 'no'), { result: 'unavailable', reasons: ['stalled'] }],
    ['busy', new SpeechError('SPEECH_BUSY', 'no'), { result: 'unavailable', reasons: ['busy'] }],
    ['sure that it is another', { result: 'mismatch', score: 0.1, reasons: [] }, { result: 'mismatch' }],
    ['without that voice', { result: 'not-enrolled', reasons: [] }, { result: 'not-enrolled' }],
  ] as const)
    test(`finds no match with an engine that is ${what}, and tries only once`, async () => {
      const { world, call, verifiers } = await verifying({}, { with: (all) => all.says.splice(0, 1, says) })
      await speakThrough(world)
      await call.settled
      assert.partialDeepStrictEqual(saidOf(world), { ...expected, attempt: 1 })
      assert.equal(verifiers.asked.length, 1)
    })

  test('puts a voice that is taken for a recording or synthetic on the audit log', async () => {
    const spoofed = { result: 'mismatch', spoof: { score: 0.9 }, reasons: ['synthetic-suspected'] } as const
    const { world, call, audited } = await verifying({}, { with: (all) => all.says.splice(0, 1, spoofed) })
    await speakThrough(world)
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), { result: 'mismatch', spoof: { score: 0.9 } })
    assert.deepEqual(audited.find(({ type }) => type === 'verification.suspected')?.fields, {
      action: 'verify',
      engine: 'print',
    })
  })

  test('asks again while it is inconclusive, with the prompts again, and no more often than it may', async () => {
    const { world, call, verifiers } = await verifying(
      { prompts: [{ wait_ms: 500 }], attempts: 2, max_ms: 2_000, min_speech_ms: 1_000 },
      { with: (all) => all.says.splice(0, 1, { result: 'inconclusive', reasons: ['noise'] }) },
    )
    await hear(world, 500)
    assert.equal(verifiers.asked.length, 0)
    await hear(world, 2_000, silence)
    assert.equal(world.asked.length, 1)
    await hear(world, 500)
    await hear(world, 500)
    await hear(world, 1_500, silence)
    await call.settled
    assert.equal(verifiers.asked.length, 0)
    assert.partialDeepStrictEqual(saidOf(world), {
      result: 'inconclusive',
      reasons: ['not-enough-speech'],
      attempt: 2,
    })
  })

  test('takes no speech of a caller whose place another took', async () => {
    const other = 'leg_00000000000000000000000000000002' as typeof fakeLeg
    const { world, call, verifiers } = await verifying()
    await hear(world, 1_000)
    assert.equal(call.takeOver(fakeLeg, { ...world.incoming, leg: other }), true)
    await hear(world, 100)
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), {
      result: 'inconclusive',
      reasons: ['replaced'],
      attempt: 1,
    })
    assert.equal(verifiers.asked.length, 0)
  })

  test('finds no match for a caller whose place another took while the engine thought', async () => {
    const other = 'leg_00000000000000000000000000000002' as typeof fakeLeg
    const pending = Promise.withResolvers<{ result: 'match'; score: number; reasons: [] }>()
    const { world, call } = await verifying({}, { with: (all) => all.says.splice(0, 1, pending.promise) })
    await speakThrough(world)
    assert.equal(call.takeOver(fakeLeg, { ...world.incoming, leg: other }), true)
    pending.resolve({ result: 'match', score: 0.99, reasons: [] })
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), { result: 'inconclusive', reasons: ['replaced'] })
  })

  test('sends nothing of a caller who took their consent back while they spoke', async () => {
    const world = fakeWorld({ consent: { streamsWithout: 'refuse' } })
    const { call, verifiers } = await verifying({}, { world })
    await hear(world, 1_000)
    await call.command(callCommands.parse([{ type: 'consent', action: 'revoke' }]))
    await speakThrough(world)
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), { result: 'refused', reasons: ['recording-consent'] })
    assert.equal(verifiers.asked.length, 0)
  })

  test('takes no speech of a caller in a secure room', async () => {
    const { world, call, verifiers } = await verifying({}, { after: [{ type: 'wait' }] })
    await hear(world, 1_000)
    const collect = { type: 'collect', fields: [{ field: 'pin' }], limit_ms: 60_000 }
    await call.command(callCommands.parse([collect]))
    await hear(world, 1_000)
    assert.partialDeepStrictEqual(saidOf(world), {
      result: 'inconclusive',
      reasons: ['secure-room'],
      attempt: 1,
    })
    assert.equal(verifiers.asked.length, 0)
  })

  test('has not heard enough where pauses took the room', async () => {
    const { world, call, verifiers } = await verifying({
      min_speech_ms: 25_000,
      max_ms: 120_000,
      attempts: 1,
    })
    for (let word = 0; word < 190 && saidOf(world) === undefined; word++) {
      await hear(world, 100)
      for (let frame = 0; frame < 4; frame++) await hear(world, 100, silence.subarray(0, 160))
    }
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), { result: 'inconclusive', reasons: ['not-enough-speech'] })
    assert.equal(verifiers.asked.length, 0)
  })

  test('is cancelled by a command, after which the app is asked', async () => {
    const { world, call } = await verifying()
    await hear(world, 1_000)
    await call.command(callCommands.parse([{ type: 'verify', action: 'cancel' }]))
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), { result: 'inconclusive', reasons: ['cancelled'] })
  })

  test('ends with newer commands and asks nobody; an engine that is asked then is let go', async () => {
    const pending = Promise.withResolvers<never>()
    const { world, call } = await verifying({}, { with: (all) => all.says.splice(0, 1, pending.promise) })
    await speakThrough(world)
    await call.command(callCommands.parse([{ type: 'wait' }]))
    pending.reject(new SpeechError('VERIFIER_FAILED', 'let go'))
    await settle()
    assert.equal(world.asked.length, 1)
    assert.equal(call.state, 'active')
    await call.end('api-hung-up')
    assert.partialDeepStrictEqual(world.receipts[0], { verifications: [{ result: 'aborted' }] })
  })

  test('puts on the audit log how an attempt ended that the caller hung up on', async () => {
    const { world, call, audited } = await verifying()
    await hear(world, 1_000)
    await call.end('caller-hung-up')
    assert.deepEqual(audited.find(({ type }) => type === 'verification.ended')?.fields, {
      action: 'verify',
      engine: 'print',
      result: 'aborted',
      attempts: 1,
    })
    assert.ok(world.trace.indexOf('audit verification.ended') < world.trace.indexOf('ended caller-hung-up'))
  })

  test('with `on_mismatch` goes on or hangs up, and tells the app', async () => {
    const other = { result: 'mismatch', reasons: [] } as const
    for (const [on_mismatch, end] of [
      ['go-on', 'app-hung-up'],
      ['hangup', 'app-hung-up'],
    ]) {
      const { world, call } = await verifying(
        { on_mismatch, events: { url: '/told' } },
        { with: (all) => all.says.splice(0, 1, other) },
      )
      await speakThrough(world)
      await call.settled
      assert.equal(world.asked.length, 1)
      assert.partialDeepStrictEqual(
        world.told.filter(({ type }) => type === 'call.verified'),
        [{ data: { result: 'mismatch' }, to: { url: 'https://app.test/told' } }],
      )
      assert.ok(world.trace.includes(`ended ${end}`))
    }
  })
})

describe('the verify command', () => {
  const parse = (more: object) =>
    callCommands.safeParse([{ type: 'verify', subject: 'a-1', ...more }]).success

  test('needs a subject that is no number, and both words of consent or none', () => {
    assert.equal(parse(given), true)
    for (const subject of ['12025550100', '+12025550100', 'anna@bank.test', '../other', '', 'a'.repeat(65)])
      assert.equal(parse({ ...given, subject }), false, subject)
    assert.equal(parse({ subject: undefined }), false)
    assert.equal(parse({ subject: undefined, action: 'cancel' }), true)
    assert.equal(parse({ consent: 'given' }), false)
    assert.equal(parse({ consent_source: 'form 7' }), false)
  })

  test('listens no shorter than the speech that it needs', () => {
    assert.equal(parse({ ...given, max_ms: 2_999 }), false)
    assert.equal(parse({ ...given, max_ms: 3_000 }), true)
    assert.equal(parse({ ...given, action: 'enrol', max_ms: 9_999 }), false)
    assert.equal(parse({ ...given, min_speech_ms: 25_000 }), false)
    assert.equal(parse({ ...given, min_speech_ms: 25_000, max_ms: 60_000 }), true)
    assert.equal(parse({ action: 'cancel', max_ms: 1_000 }), true)
  })
})
