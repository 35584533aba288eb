import { fakeLeg, type FakeWorld } from './fake-world.ts'
import { settle } from './fake-run.ts'

/** Presses keys of the caller while they are secret. For tests. */
export async function pressSecretly(world: FakeWorld, keys: string): Promise<void> {
  for (const digit of keys) {
    world.media({ kind: 'secure.digit', leg: fakeLeg, digit, durationMs: 100, by: 'event' })
    await settle()
  }
}

/** Data of the events of a type that the app was told, in order. */
export function toldOf(world: FakeWorld, type: string): readonly Readonly<Record<string, unknown>>[] {
  return world.told.filter((event) => event.type === type).map(({ data }) => data as Record<string, unknown>)
}

/** Data of the last decision of a type that the app was asked for. */
export function askedOf(world: FakeWorld, type: string): Readonly<Record<string, unknown>> | undefined {
  return world.asked.findLast((event) => event.type === type)?.data as Record<string, unknown> | undefined
}

export const testCard = { number: '4242424242424242', expiry: '1230', code: '737' } as const
