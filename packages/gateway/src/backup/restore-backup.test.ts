import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysOfDestroyed } from './restore-backup.ts'

const key = (tenant: string, state: string) => JSON.stringify({ id: `tky_${tenant}`, tenant, state })

test('keysOfDestroyed() gives the keys of destroyed tenants, and none that a rotation did away with', () => {
  const gone = [key('gone', 'destroyed'), key('gone', 'destroyed')]
  const rotated = [key('acme', 'destroyed'), key('acme', 'retired'), key('acme', 'active')]
  assert.deepEqual(keysOfDestroyed([...rotated, ...gone]), gone)
  assert.deepEqual(keysOfDestroyed([]), [])
})
