import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallCommand } from './index.ts'
import type { BodyOf } from './requests.ts'

/** A command as the API's description has it. */
type Described = BodyOf<'POST /v1/calls/{id}/commands'>['commands'][number]
type Named<Command, Type> = Command extends { readonly type: Type } ? Command : never
type FieldsOf<Command> = Command extends unknown ? keyof Command : never

/** Fields that the API describes and our types lack, by command. */
type Lacking = {
  [T in Described['type']]: Exclude<FieldsOf<Named<Described, T>>, FieldsOf<Named<CallCommand, T>>>
}[Described['type']]

test('CallCommand has every command and every field that the API describes', async () => {
  // These two lines are the test: they do not compile when a command or a field is missing.
  const types: Record<CallCommand['type'], true> = {} as Record<Described['type'], true>
  const lacking: [Lacking] extends [never] ? 'none' : Lacking = 'none'
  assert.deepEqual([types, lacking], [{}, 'none'])
})
