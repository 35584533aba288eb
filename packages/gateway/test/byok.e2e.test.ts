import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { VoxkeepApiError } from '@voxkeep/sdk'
import { systemClock } from '#kernel'
import { recordedSides } from './support/recorded.ts'
import { twoTenants, type Tenant, type TwoTenants } from './support/two-tenants.ts'
import { startVaultServer, type VaultServer } from './support/vault-server.ts'

const patienceMs = 15_000

describe('a tenant that brings its own Vault', { timeout: 150_000 }, () => {
  const stack = new AsyncDisposableStack()
  let vault: VaultServer
  let at: TwoTenants
  let mine = ''
  let theirs = ''

  before(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'voxkeep-byok-'))
    stack.defer(() => rm(dir, { recursive: true, force: true }))
    vault = stack.use(await startVaultServer())
    // The tenant made its key itself, and lets the gateway use it: neither make, rotate nor destroy one.
    vault.transit.handle('POST', 'keys/for-voxkeep', { type: 'aes256-gcm96', derived: true })
    const { roleId, secretId } = vault.addAppRole({
      'transit/keys/for-voxkeep': ['read'],
      'transit/datakey/plaintext/for-voxkeep': ['update'],
      'transit/encrypt/for-voxkeep': ['update'],
      'transit/decrypt/for-voxkeep': ['update'],
      'transit/rewrap/for-voxkeep': ['update'],
    })
    await writeFile(join(dir, 'ca.pem'), vault.caPem)
    await writeFile(join(dir, 'secret-id'), secretId, { mode: 0o600 })
    at = stack.use(
      await twoTenants((settings) => {
        const keys = settings['keys'] as { providers: object[] }
        const auth = { method: 'approle', roleId, secretId: `file:${join(dir, 'secret-id')}` }
        const address = { url: vault.url, caFile: join(dir, 'ca.pem'), timeoutMs: 2_000 }
        keys.providers.push({ id: 'theirs', kind: 'vault-transit', auth, ...address })
        settings['tenants'] = [{ id: 'rival', keys: { provider: 'theirs', key: 'for-voxkeep' } }]
      }),
    )
    mine = await at.default.record('mine', 2)
    theirs = await at.rival.record('theirs', 2)
  })
  after(() => stack.disposeAsync())

  const isReadable = async ({ api }: Tenant, recording: string) => {
    const [caller] = await recordedSides(api, recording)
    return caller.some((sample) => Math.abs(sample) > 1_000)
  }
  const isClosed = ({ api }: Tenant, recording: string) =>
    api.recordings.audio(recording).then(
      async (audio) => (await audio.cancel(), false),
      (error: unknown) => error instanceof VoxkeepApiError && error.status === 503,
    )
  const until = async (what: string, probe: () => Promise<boolean>) => {
    const endMs = systemClock.monotonicMs() + patienceMs
    while (!(await probe())) {
      assert.ok(systemClock.monotonicMs() < endMs, `${what} did not happen`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  test('is read with a key that only its Vault holds, and needs no more of it than the use of that key', async () => {
    assert.ok((await isReadable(at.rival, theirs)) && (await isReadable(at.default, mine)))
    assert.ok(vault.requests.every(({ status }) => status < 400))
  })

  test('takes its key away and is closed in seconds, the other tenant not; gives it back and is open', async () => {
    vault.transit.handle('DELETE', 'keys/for-voxkeep/soft-delete', {})
    await until('the closing', () => isClosed(at.rival, theirs))
    assert.ok(await isReadable(at.default, mine))
    assert.ok(await at.default.record('others-go-on', 2))
    vault.transit.handle('POST', 'keys/for-voxkeep/soft-delete-restore', {})
    await until('the opening', async () => !(await isClosed(at.rival, theirs)))
    assert.ok(await isReadable(at.rival, theirs))
  })

  test('has calls and recordings while its Vault is sealed, for the time of grace', async () => {
    vault.setSealed(true)
    await at.gateway.process.until(/"tenant":"rival".*keys unavailable/, patienceMs)
    const during = await at.rival.record('while-sealed', 2)
    assert.ok(await isReadable(at.rival, during))
    vault.setSealed(false)
    await at.gateway.process.until(/"tenant":"rival".*keys recovered/, patienceMs)
    assert.ok(await isReadable(at.rival, during))
  })
})
