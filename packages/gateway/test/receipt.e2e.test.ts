import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { runCli } from './support/cli.ts'
import { startGateway } from './support/gateway-process.ts'
import { sayWhen } from './support/say-when.ts'
import { spoken } from './support/spoken.ts'

const schemaFile = join(import.meta.dirname, '../../../spec/receipt.schema.json')

test(
  'a call’s receipt is had, checked offline, and found out when it was changed',
  { timeout: 180_000 },
  async () => {
    await using gateway = await startGateway({
      decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
      scopes: ['calls:read', 'audit:read'],
    })
    const call = gateway.app.call('reception')
    const hangUp = new AbortController()
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550142',
      to: 'reception',
      speech: sayWhen(call.stream(), spoken(1)),
      signal: hangUp.signal,
    })
    await (await call.stream()).heard(1)
    hangUp.abort()
    await calling
    await call.told('call.ended')
    const id = await call.id()

    // It says how the call was protected, as its schema has it, and nobody's number.
    const file = join(await gateway.folder(), 'receipt.json')
    const got = await runCli(gateway, 'receipt', 'get', id, '--out', file)
    assert.equal(got.code, 0, `${got.output}\n${gateway.process.output()}`)
    const text = await readFile(file, 'utf8')
    assert.doesNotMatch(text, /2025550142|reception/)
    const receipt = JSON.parse(text) as { keys: string[]; recordings: { tenantKey: string }[] }
    const validate = new Ajv2020({ strict: true }).compile(
      JSON.parse(await readFile(schemaFile, 'utf8')) as object,
    )
    assert.equal(validate(receipt), true, JSON.stringify(validate.errors))
    assert.partialDeepStrictEqual(receipt, {
      call: { id, direction: 'inbound', endReason: 'caller-hung-up' },
      signalling: { tlsVersion: 'TLSv1.3', postQuantum: true },
      media: { suite: 'AEAD_AES_256_GCM' },
      recordings: [{ state: 'sealed' }],
      providerKeys: [{ provider: 'local' }],
      consent: { state: 'not-required' },
    })
    assert.match(receipt.recordings[0]?.tenantKey ?? '', /^tky_/)

    // The gateway is gone; its public keys, had from elsewhere, are enough.
    const keys = join(await gateway.folder(), 'keys')
    await writeFile(keys, await publishedKeys(gateway))
    await gateway.stop()
    const verified = await runCli(gateway, 'receipt', 'verify', file, '--key', keys)
    assert.equal(verified.code, 0, verified.output)
    assert.match(verified.output, /✔ key\s+signed by a key that was given/)
    assert.match(verified.output, /✔ log\s+entry \d+ of .*; checkpoint signed with ed25519 and ml-dsa-44/)

    await writeFile(file, text.replace('AEAD_AES_256_GCM', 'AES_CM_128_HMAC_SHA1_80'))
    const changed = await runCli(gateway, 'receipt', 'verify', file, '--key', keys)
    assert.equal(changed.code, 1)
    assert.match(changed.output, /NOT TO BE BELIEVED/)
  },
)

async function publishedKeys(gateway: { apiPort: number; token: string }): Promise<string> {
  const headers = { authorization: `Bearer ${gateway.token}` }
  const response = await fetch(`https://127.0.0.1:${gateway.apiPort}/v1/audit/keys`, { headers })
  assert.equal(response.status, 200)
  const { data } = (await response.json()) as { data: { key: string }[] }
  return data.map(({ key }) => key).join('\n')
}
