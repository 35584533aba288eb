import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { callCommands } from './commands.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeWorld } from './fake-world.ts'

const pause = (behavior?: string) => ({ type: 'record', action: 'pause', ...(behavior && { behavior }) })
const resume = { type: 'record', action: 'resume' }

async function recorded(...commands: readonly object[]) {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'record' }, { type: 'wait' }))
  const call = await begin(world)
  await call.command(callCommands.parse(commands))
  await settle()
  return { world, call }
}

describe('record with pause', () => {
  test('is silence by itself, and marked as one to be skipped where that was asked for', async () => {
    for (const [commands, expected] of [
      [[pause()], ['pauseRecording']],
      [[pause('silence')], ['pauseRecording']],
      [[pause('skip')], ['pauseRecording skipped']],
      [
        [pause('skip'), resume, pause()],
        ['pauseRecording skipped', 'resumeRecording', 'pauseRecording'],
      ],
    ] as const) {
      const { world } = await recorded(...commands)
      assert.deepEqual(traced(world, /^(pause|resume)Recording/), expected)
    }
  })

  test('does not change what a pause is that goes on', async () => {
    const { world } = await recorded(pause('silence'), pause('skip'))
    assert.deepEqual(traced(world, /^pauseRecording/), ['pauseRecording'])
  })

  test('is told at the end by how much is skipped, on top of the length of it all', async () => {
    const { world, call } = await recorded(pause('skip'), resume)
    const skipped = { fromMs: 100, toMs: 400, kind: 'paused', why: 'skipped' } as const
    world.sealedMarks.push({ ...skipped, channel: 0 }, { ...skipped, channel: 1 })
    await call.command(callCommands.parse([{ type: 'hangup' }]))
    await call.settled
    const told = world.told.find(({ type }) => type === 'recording.completed')
    assert.partialDeepStrictEqual(told?.data, { skipped_ms: 300 })
  })
})
