import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataClassesOf } from './data-classes.ts'
import { fakeWorld } from './fake-world.ts'

test('dataClassesOf() is what the app’s privacy policy says, and personal without one', () => {
  const of = (privacy: Parameters<typeof fakeWorld>[0]) => {
    const { deps } = fakeWorld(privacy)
    const [app] = deps.apps.values()
    assert.ok(app)
    return dataClassesOf({ deps, app })
  }
  assert.deepEqual(of({ privacy: { rules: { dataClasses: ['personal', 'health'] } } }), [
    'personal',
    'health',
  ])
  assert.deepEqual(of({}), ['personal'])
})
