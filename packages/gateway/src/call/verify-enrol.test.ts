import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SpeechError } from '#speech'
import { callCommands } from './commands.ts'
import { settle } from './fake-run.ts'
import { enrolling, hear, saidOf, silence, speakThrough, verifying } from './fake-verify.ts'
import { fakeWorld } from './fake-world.ts'
import type { Call } from './running-call.ts'

describe('verify to enrol', () => {
  test('enrols, tells that it did, and needs more speech for it', async () => {
    const { world, call, verifiers } = await verifying(
      { action: 'enrol' },
      { with: (all) => all.says.splice(0, 1, { result: 'enrolled', reasons: [] }) },
    )
    await speakThrough(world)
    assert.equal(verifiers.asked.length, 0)
    await hear(world, 7_000)
    await hear(world, 700, silence)
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), { action: 'enrol', result: 'enrolled' })
    assert.equal(verifiers.asked[0]?.action, 'enrol')
  })

  for (const [what, leave] of [
    ['a caller who hung up', (call) => void call.end('caller-hung-up')],
    ['newer commands', (call) => void call.command(callCommands.parse([{ type: 'wait' }]))],
    ['a cancel', (call) => void call.command(callCommands.parse([{ type: 'verify', action: 'cancel' }]))],
  ] as readonly [string, (call: Call) => void][])
    test(`tells what became of an enrolment that the engine had before ${what}`, async () => {
      const { world, call, audited, learned } = await enrolling()
      leave(call)
      await settle()
      assert.ok(!audited.some(({ type }) => type === 'verification.ended'))
      learned.resolve({ result: 'enrolled', reasons: [] })
      await settle()
      await call.end('api-hung-up')
      assert.partialDeepStrictEqual(audited.find(({ type }) => type === 'verification.ended')?.fields, {
        action: 'enrol',
        result: 'enrolled',
      })
      assert.partialDeepStrictEqual(world.receipts[0], { verifications: [{ result: 'enrolled' }] })
      const heard = [...world.told, ...world.asked].filter(({ type }) => type === 'call.verified')
      assert.partialDeepStrictEqual(heard, [{ data: { result: 'enrolled' } }])
    })

  test('says that an engine may know a voice that it never said it learned', async () => {
    const { world, call, learned } = await enrolling()
    learned.reject(new SpeechError('VERIFIER_STALLED', 'no'))
    await call.settled
    assert.partialDeepStrictEqual(saidOf(world), {
      result: 'unavailable',
      reasons: ['stalled', 'may-be-known'],
    })
    const away = new SpeechError('VERIFIER_UNTRUSTED', 'no')
    const other = await enrolling({ with: (all) => all.says.splice(0, 1, away) })
    await other.call.settled
    assert.deepEqual(saidOf(other.world)?.['reasons'], ['untrusted'])
  })

  test('has an engine forget a voice whose owner took consent back while it was learned', async () => {
    for (const forgets of [true, false]) {
      const world = fakeWorld({ consent: { streamsWithout: 'refuse' } })
      const { call, verifiers, learned } = await enrolling({ world })
      if (!forgets) verifiers.forgets = new SpeechError('VERIFIER_UNREACHABLE', 'no')
      await call.command(callCommands.parse([{ type: 'consent', action: 'revoke' }]))
      learned.resolve({ result: 'enrolled', reasons: [] })
      await call.settled
      assert.deepEqual(verifiers.forgotten, ['cust-Anna7'])
      assert.ok(world.trace.includes('audit verifier.forget'))
      assert.partialDeepStrictEqual(
        saidOf(world),
        forgets
          ? { result: 'refused', reasons: ['recording-consent'] }
          : { result: 'unavailable', reasons: ['may-be-known', 'recording-consent'] },
      )
    }
  })
})
