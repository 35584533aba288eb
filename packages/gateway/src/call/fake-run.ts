import assert from 'node:assert/strict'
import { startCall, type Call } from './call.ts'
import { fakeAnswer, fakeSecurity, type FakeWorld } from './fake-world.ts'

/** Lets every promise that can settle do so; nothing here waits for real time. For tests. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 80; round++) await Promise.resolve()
}

/** Takes the world's incoming call. */
export async function begin(world: FakeWorld): Promise<Call> {
  const app = [...world.deps.apps.values()][0]
  assert.ok(app)
  const call = startCall(world.deps, app, world.incoming)
  await settle()
  return call
}

/** The `index`th call that was placed, from 1, is answered. */
export async function pickUp(world: FakeWorld, index = 1): Promise<void> {
  const placed = world.outgoing[index - 1]
  assert.ok(placed, `B${index} was placed`)
  assert.equal(placed.events.answered(fakeAnswer(placed), fakeSecurity), true)
  await settle()
}

/** What the trace says of these, in order. */
export function traced(world: FakeWorld, pattern: RegExp): string[] {
  return world.trace.filter((line) => pattern.test(line))
}
