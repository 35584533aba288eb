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

test('parseConfig() wants trunks that place calls, and a price where spend is limited, for an app that dials', () => {
  const app = '      secrets: ["env:WEBHOOK_SECRET"]\n'
  const dialing = '    dialing: { trunks: [carrier], limits: { spendPerDay: 10 } }\n'
  const outbound = '    outbound: { host: sip.carrier.example }\n'
  assert.deepEqual(
    faults(valid.replace(app, app + dialing)).map((fault) => fault.replace(/^.*: apps/, 'apps')),
    [
      'apps.0.dialing.trunks.0: there is no trunk "carrier" with "outbound"',
      'apps.0.dialing.rates: spendPerDay needs rates: what a call costs must be known',
    ],
  )
  const priced = dialing.replace('limits', 'rates: [{ prefix: "+1", perMinute: 0.01 }], limits')
  assert.deepEqual(faults(valid.replace(app, app + priced) + outbound), [])
})

test('parseConfig() leaves to the app’s limits what those of its tokens do not say', () => {
  const app = '      secrets: ["env:WEBHOOK_SECRET"]\n'
  const dialing = '    dialing: { trunks: [carrier], perToken: { minutesPerDay: 5 } }\n'
  const text = `${valid.replace(app, app + dialing)}    outbound: { host: sip.carrier.example }\n`
  assert.deepEqual(parseConfig(text, 'voxkeep.yaml').apps[0]?.dialing?.perToken, { minutesPerDay: 5 })
})

test('parseConfig() refuses what is named twice, and a trunk whose calls another tenant’s app would be told of', () => {
  const twin = `${valid}  - id: carrier\n    app: agent\n    allowedAddresses: [198.51.100.0/24]\n`
  assert.match(faults(twin)[0] ?? '', /trunks\.1\.id: there is another "carrier"/)
  const stray = valid.replace('    app: agent', '    app: agent\n    tenant: acme')
  assert.match(faults(stray)[0] ?? '', /trunks\.0\.tenant: its app is of tenant "default"/)
  assert.deepEqual(faults(stray.replace('  - id: agent', '  - id: agent\n    tenant: acme')), [])
})

test('parseConfig() wants authorities beside revocation lists', () => {
  const outbound = 'outbound: { host: sip.carrier.example, crlFile: crl.pem }'
  const trunk = valid.replace('allowedAddresses: [192.0.2.0/24]', outbound)
  assert.match(faults(trunk).join(), /trunks\.0\.outbound\.crlFile: needs caFile/)
  assert.deepEqual(faults(trunk.replace('crl.pem', 'crl.pem, caFile: ca.pem')), [])
  const listener = valid.replace('port: 5061', 'clientCrlFile: crl.pem')
  assert.match(faults(listener).join(), /sip\.listen\.0\.clientCrlFile: needs clientCaFile/)
  assert.deepEqual(faults(listener.replace('crl.pem', 'crl.pem\n      clientCaFile: ca.pem')), [])
})

test('readSecret() reads systemd’s credentials by name', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-secret-'))
  t.after(() => rmSync(dir, { recursive: true }))
  writeFileSync(join(dir, 'pin'), '4321\n', { mode: 0o400 })
  const env = { CREDENTIALS_DIRECTORY: dir }
  assert.equal(readSecret('credential:pin', env).reveal(), '4321')
  assert.throws(() => readSecret('credential:other', env), /credential:other: cannot be read/)
  assert.throws(() => readSecret('credential:pin', {}), /LoadCredential/)
})

test('readSecret() refuses what is empty, and what a service would have to be asked for', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-secret-'))
  t.after(() => rmSync(dir, { recursive: true }))
  writeFileSync(join(dir, 'empty'), '\n', { mode: 0o600 })
  assert.throws(() => readSecret(`file:${join(dir, 'empty')}`), /is empty/)
  assert.throws(() => readSecret('vault:kv/voice#pin'), /secret of this machine/)
})

test('parseConfig() takes secrets from Vault and AWS only where it says which', () => {
  const vault = '"vault:kv/voice#webhook"'
  const text = valid.replace('"env:WEBHOOK_SECRET"', vault)
  assert.match(faults(text)[0] ?? '', /:11: apps\.0\.webhook\.secrets\.0: needs secrets\.vault/)
  const aws = valid.replace('"env:WEBHOOK_SECRET"', '"aws-sm:voice#webhook"')
  assert.match(faults(aws)[0] ?? '', /secrets\.0: needs secrets\.aws/)
  const keys = `keys:
  providers:
    - { id: bao, kind: vault-transit, url: "https://bao.example", auth: { method: token, token: "file:token" } }
`
  assert.deepEqual(faults(`${text}${keys}secrets: { vault: bao }\n`), [])
  assert.match(faults(`${text}${keys}secrets: { vault: local }\n`)[0] ?? '', /no provider "local" of kind/)
  assert.match(
    faults(`${text}${keys.replace('file:token', 'vault:kv/a#b')}secrets: { vault: bao }\n`)[0] ?? '',
    /one of this machine/,
  )
})

test('parseConfig() takes no secret itself for a reference', () => {
  for (const wrong of ['hunter2', 'vault:kv/voice', 'credential:../x', 'aws-sm:', 'http://x', 'file:'])
    assert.match(faults(valid.replace('env:WEBHOOK_SECRET', wrong))[0] ?? '', /given by reference/, wrong)
})
