import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError, loadConfig, parseConfig, readSecret } from './config.ts'

const valid = `
dataDir: data
sip:
  listen:
    - port: 5061
      tls: { certFile: sip.crt, keyFile: sip.key }
apps:
  - id: agent
    webhook:
      url: https://app.example/voice
      secrets: ["env:WEBHOOK_SECRET"]
trunks:
  - id: carrier
    app: agent
    allowedAddresses: [192.0.2.0/24]
`

function faults(text: string): readonly string[] {
  try {
    parseConfig(text, 'voxkeep.yaml')
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.faults
  }
  return []
}

test('parseConfig() fills in secure defaults', () => {
  const config = parseConfig(valid, 'voxkeep.yaml')
  assert.equal(config.sip.listen[0]?.minVersion, 'TLSv1.2')
  assert.equal(config.trunks[0]?.srtp.allowAvpWithCrypto, false)
  assert.equal(config.trunks[0]?.srtp.suites[0], 'AEAD_AES_256_GCM')
  assert.deepEqual(config.egress.allowPrivate, [])
})

test('parseConfig() takes JSON as well', () => {
  const config = parseConfig(valid, 'voxkeep.yaml')
  assert.deepEqual(parseConfig(JSON.stringify(config), 'voxkeep.json'), config)
})

test('parseConfig() names the line, the setting and the fix', () => {
  assert.match(
    faults(valid.replace('port: 5061', 'port: 99999'))[0] ?? '',
    /^voxkeep\.yaml:5: sip\.listen\.0\.port: /,
  )
  assert.match(
    faults(valid.replace('    app: agent', '    app: nobody'))[0] ?? '',
    /:14: trunks\.0\.app: there is no app "nobody"/,
  )
  assert.match(
    faults(valid.replace('port: 5061', 'prot: 5061'))[0] ?? '',
    /:5: .*prot: there is no such setting/,
  )
  assert.match(faults(valid.replace('https://', 'http://'))[0] ?? '', /:10: apps\.0\.webhook\.url/)
  assert.match(
    faults(valid.replace('env:WEBHOOK_SECRET', 'whsec_abc'))[0] ?? '',
    /secret is given by reference/,
  )
  assert.match(
    faults(valid.replace('    allowedAddresses: [192.0.2.0/24]\n', ''))[0] ?? '',
    /nothing says who may use this trunk/,
  )
  assert.match(faults('dataDir: [')[0] ?? '', /^voxkeep\.yaml:\d+: /)
})

test('loadConfig() takes relative paths from the file’s own folder', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-config-'))
  t.after(() => rmSync(dir, { recursive: true }))
  writeFileSync(join(dir, 'voxkeep.yaml'), valid)
  const config = loadConfig(join(dir, 'voxkeep.yaml'))
  assert.equal(config.dataDir, join(dir, 'data'))
  assert.equal(config.sip.listen[0]?.tls.certFile, join(dir, 'sip.crt'))
})

test('loadConfig() says what to do when there is no file', () => {
  assert.throws(() => loadConfig('/nowhere/voxkeep.yaml'), /voxkeep init/)
})

test('readSecret() refuses a file that others may read, and quotes no value', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-secret-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'secret')
  writeFileSync(file, 'hunter2\n', { mode: 0o600 })
  assert.equal(readSecret(`file:${file}`).reveal(), 'hunter2')
  chmodSync(file, 0o644)
  assert.throws(
    () => readSecret(`file:${file}`),
    (error: Error) => /chmod 600/.test(error.message) && !error.message.includes('hunter2'),
  )
  assert.throws(() => readSecret('env:VOXKEEP_NOT_SET', {}), /not set/)
})
