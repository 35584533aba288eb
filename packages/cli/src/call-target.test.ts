import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { callTarget } from './call-target.ts'

const ca = '-----BEGIN CERTIFICATE-----\n'

function deployment(t: TestContext, listen: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-target-'))
  t.after(() => rmSync(dir, { recursive: true }))
  mkdirSync(join(dir, 'tls'))
  writeFileSync(join(dir, 'tls/ca.pem'), ca)
  writeFileSync(join(dir, 'voxkeep.yaml'), `sip: { listen: ${listen} }\n`)
  return join(dir, 'voxkeep.yaml')
}

test('callTarget() takes the listener and the authority of the deployment', (t) => {
  const config = deployment(t, '[{ host: 192.0.2.1, port: 5071 }]')
  assert.deepEqual(callTarget({ config }), { host: '192.0.2.1', port: 5_071, ca })
})

test('callTarget() calls this machine when the gateway listens on every address', (t) => {
  assert.deepEqual(callTarget({ config: deployment(t, '[{ host: 0.0.0.0 }]') }), {
    host: '127.0.0.1',
    port: 5_061,
    ca,
  })
})

test('callTarget() prefers what is given by name', (t) => {
  const config = deployment(t, '[{ port: 5071 }]')
  assert.deepEqual(callTarget({ config, host: 'gateway.example', port: '5999' }), {
    host: 'gateway.example',
    port: 5_999,
    ca,
  })
  assert.deepEqual(callTarget({ host: 'gateway.example', port: '5061' }), {
    host: 'gateway.example',
    port: 5_061,
  })
})

test('callTarget() says what is missing or wrong', (t) => {
  assert.throws(() => callTarget({ host: 'gateway.example' }), /Give --config .* or --host and --port/)
  assert.throws(() => callTarget({ host: 'a', port: 'x' }), /--port is a number/)
  assert.throws(() => callTarget({ config: '/nowhere/voxkeep.yaml' }), /cannot be read/)
  assert.throws(() => callTarget({ config: deployment(t, '[]') }), /has no SIP listener/)
  const config = deployment(t, '[{}]')
  assert.throws(() => callTarget({ config, ca: config }), /holds no PEM certificate/)
})
