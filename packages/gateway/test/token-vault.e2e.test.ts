import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { VoxkeepApiError, type VaultToken } from '@voxkeep/sdk'
import { databaseRows } from './support/database-rows.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { filesBelow, findMarkers, textMarkers, textSource } from './support/markers.ts'

const card = '4000056655665556'
const ssn = '078051120'
const main = join(import.meta.dirname, '../../cli/src/main.ts')

describe('values under tokens, in a gateway', { timeout: 150_000 }, () => {
  let gateway: GatewayProcess
  let token: VaultToken
  const said: string[] = []

  before(async () => {
    gateway = await startGateway({
      logLevel: 'debug',
      scopes: [
        'vault:read',
        'vault:write',
        'vault:reveal',
        'audit:read',
        'metrics:read',
        'keys:destroy',
        'jobs:write',
      ],
      configure: (settings) => {
        settings['tokenVault'] = { perToken: 3 }
      },
    })
  })
  after(() => gateway[Symbol.asyncDispose]())

  /** The command line, with a value on its standard input. */
  async function cli(input: string, ...args: readonly string[]) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'vault', ...args], {
      env: {
        ...process.env,
        VOXKEEP_URL: `https://127.0.0.1:${gateway.apiPort}`,
        VOXKEEP_TOKEN: gateway.token,
        VOXKEEP_CA: gateway.deployment.caFile,
      },
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    child.stdin.end(input)
    const [code] = (await once(child, 'close')) as [number]
    said.push(err)
    return { code, out, err }
  }
  const isStatus = (status: number) => (error: unknown) =>
    error instanceof VoxkeepApiError && error.status === status

  test('voxkeep vault keeps a value that comes by standard input, and shows its last four', async () => {
    const kept = await cli(`${card}\n`, 'keep', 'card', '--shaped', '--purpose', 'refund', '--json')
    assert.equal(kept.code, 0, kept.err)
    token = JSON.parse(kept.out) as VaultToken
    assert.match(token.token, /^\d{12}5556$/)
    assert.deepEqual([token.masked, token.brand], ['**** 5556', 'visa'])
    assert.equal((await gateway.api.vault.find('card', card)).token, token.token)
    await gateway.api.vault.create({ kind: 'ssn', value: ssn, purposes: ['tax'] })
  })

  test('voxkeep vault reveals into no pipe unless it is told to, and for no purpose but the token’s', async () => {
    const reason = ['--purpose', 'refund', '--reason', 'case 7']
    const piped = await cli('', 'reveal', token.token, ...reason)
    assert.deepEqual([piped.code, piped.out], [1, ''])
    assert.match(piped.err, /--yes/)
    const told = await cli('', 'reveal', token.token, ...reason, '--yes')
    assert.deepEqual([told.code, told.out], [0, `${card}\n`])
    const wrong = await cli('', 'reveal', token.token, '--purpose', 'marketing', '--reason', 'r', '--yes')
    assert.deepEqual([wrong.code, wrong.out], [1, ''])
  })

  test('limits stand after a crash, and what is kept can be read again', async () => {
    const reveal = () => gateway.api.vault.reveal(token.token, { purpose: 'refund', reason: 'again' })
    assert.deepEqual(await reveal(), { value: card })
    await gateway.kill()
    await gateway.restart()
    assert.deepEqual(await reveal(), { value: card })
    await assert.rejects(reveal(), isStatus(429))
  })

  test('every reveal and every refusal is on the audit log, and the metrics count them', async () => {
    const entries: { readonly type: string; readonly fields: Readonly<Record<string, unknown>> }[] = []
    for await (const entry of gateway.api.audit.list())
      if (entry.type.startsWith('token.')) entries.unshift(entry)
    const of = (type: string) => entries.filter((entry) => entry.type === type)
    assert.equal(of('token.revealed').length, 3)
    const why = new Set(of('token.refused').map(({ fields }) => fields['why']))
    assert.deepEqual(why, new Set(['purpose', 'rate-token']))
    assert.partialDeepStrictEqual(of('token.revealed')[0]?.fields, {
      vaultToken: token.id,
      purpose: 'refund',
      because: 'case 7',
    })
    const metrics = await fetch(`https://127.0.0.1:${gateway.apiPort}/metrics`, {
      headers: { authorization: `Bearer ${gateway.token}` },
    })
    assert.match(await metrics.text(), /voxkeep_token_revealed_total\{kind="card"\} 1\b/)
    said.push(JSON.stringify(entries))
  })

  test('a tenant that is destroyed takes every value along', async () => {
    const { vault, keys } = gateway.api
    const { token: other } = await vault.create({ kind: 'ssn', value: ssn, purposes: ['tax'] })
    assert.deepEqual(await vault.reveal(other, { purpose: 'tax', reason: 'in time' }), { value: ssn })
    await keys.destroy('default')
    await assert.rejects(vault.reveal(other, { purpose: 'tax', reason: 'late' }), VoxkeepApiError)
    await assert.rejects(
      vault.create({ kind: 'phone', value: '+4930111222', purposes: ['tax'] }),
      isStatus(503),
    )
  })

  test('no value is on the disk, in a row, in a log line or in what the command line said', async () => {
    said.push(gateway.process.output())
    await gateway.stop()
    const rows = await databaseRows(gateway.deployment.dataDir)
    assert.ok(rows.some(({ name, bytes }) => name === 'table token_vault.tokens' && bytes.length > 100))
    const sources = [...filesBelow(gateway.deployment.dataDir), ...rows, textSource('said', said.join('\n'))]
    const markers = [...textMarkers('card', card), ...textMarkers('ssn', ssn)]
    assert.deepEqual(findMarkers(sources, markers), [])
  })
})
