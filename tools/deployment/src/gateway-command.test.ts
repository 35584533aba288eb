import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { gatewayMain, runNode } from './gateway-command.ts'

test('gatewayMain is in the gateway package', () => {
  assert.ok(existsSync(dirname(gatewayMain)))
})

test('runNode() returns what the program wrote', async () => {
  assert.equal(await runNode(['-e', 'console.log("made")']), 'made')
})

test('runNode() fails with what the program complained of', async () => {
  const failing = runNode(['-e', 'console.error("no such file"); process.exitCode = 3'])
  await assert.rejects(failing, { code: 'DEPLOYMENT_COMMAND_FAILED', detail: 'no such file' })
})
