import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { KeyProvider } from '#keys'
import { openKeyProviders } from '#keys/providers'
import {
  ConfigError,
  fakeClock,
  openLog,
  parseConfig,
  readSecret,
  silentLog,
  systemClock,
  type Config,
} from '#kernel'
import { openSecrets, referencesIn, secretSources } from '#secrets'
import { startMoto, withoutMoto, type Moto } from './support/moto.ts'
import { context } from './support/provider-contract.ts'

const dayMs = 86_400_000

describe('AWS, as moto plays it', { skip: withoutMoto() }, () => {
  const stack = new AsyncDisposableStack()
  let moto: Moto
  let dir = ''
  before(async () => {
    moto = stack.use(await startMoto())
    dir = await mkdtemp(join(tmpdir(), 'voxkeep-aws-'))
    stack.defer(() => rm(dir, { recursive: true, force: true }))
    await writeFile(join(dir, 'ca.pem'), moto.caPem)
    await writeFile(join(dir, 'key'), moto.credentials.secretAccessKey, { mode: 0o600 })
  })
  after(() => stack.disposeAsync())

  /** A configuration whose app signs with this secret. */
  function configure(secret: string): Config {
    return parseConfig(
      JSON.stringify({
        dataDir: '/nowhere',
        sip: { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] },
        apps: [{ id: 'app', webhook: { url: 'https://app.example', secrets: [secret] } }],
        keys: {
          providers: [
            {
              id: 'kms',
              kind: 'aws-kms',
              region: moto.region,
              endpoint: moto.url,
              caFile: join(dir, 'ca.pem'),
              credentials: {
                accessKeyId: moto.credentials.accessKeyId,
                secretAccessKey: `file:${join(dir, 'key')}`,
              },
            },
          ],
        },
        secrets: { aws: 'kms', awsEndpoint: moto.url },
      }),
      'test',
    )
  }

  async function withKms(act: (provider: KeyProvider) => Promise<void>): Promise<void> {
    const random = { bytes: nodeRandomBytes }
    const deps = { clock: systemClock, random, log: silentLog, readSecret, keyringFile: '/nowhere' }
    await using providers = await openKeyProviders(configure('env:NONE').keys.providers, deps)
    const provider = providers.get('kms')
    assert.ok(provider)
    await act(provider)
  }

  test('the KMS provider destroys a key within the times that KMS offers, and says when', async () => {
    await withKms(async (provider) => {
      for (const [key, afterMs, days] of [
        ['soon', 0, 7],
        ['later', 12 * dayMs, 12],
        ['latest', 300 * dayMs, 30],
      ] as const) {
        await provider.ensureKey(key)
        const due = await provider.scheduleDestroy(key, afterMs)
        assert.ok(Math.abs(due.getTime() - Date.now() - days * dayMs) < 60_000)
        const info = await provider.describe(key)
        assert.equal(info.state, 'destroying')
        assert.equal(info.destroyAt?.getTime(), due.getTime())
        assert.equal((await provider.scheduleDestroy(key, 20 * dayMs)).getTime(), due.getTime())
      }
    })
  })

  test('the KMS provider uses a key by its ARN, and makes none for an ARN that is nobody’s', async () => {
    await withKms(async (provider) => {
      await provider.ensureKey('by-alias')
      const { keyRef } = await provider.describe('by-alias')
      const arn = keyRef.slice('kms:'.length, keyRef.lastIndexOf(':'))
      assert.match(arn, /^arn:aws:kms:/)
      const made = await provider.generateDataKey(arn, context())
      assert.deepEqual(await provider.unwrap(made, context()), made.plain)
      const stray = arn.replace(/[0-9a-f-]{36}$/, '00000000-0000-0000-0000-000000000000')
      await assert.rejects(provider.ensureKey(stray), { code: 'KEY_UNKNOWN' })
    })
  })

  test('secrets come from Secrets Manager, change there, and outlive it', async () => {
    const manager = new SecretsManagerClient({
      region: moto.region,
      endpoint: moto.httpUrl,
      credentials: moto.credentials,
    })
    await manager.send(new CreateSecretCommand({ Name: 'voice/whole', SecretString: 'planted whole' }))
    const fields = { one: 'planted one', two: 'planted two' }
    await manager.send(
      new CreateSecretCommand({ Name: 'voice/fields', SecretString: JSON.stringify(fields) }),
    )
    const config = configure('aws-sm:voice/fields#one')
    const logged: string[] = []
    const log = openLog('debug', (line) => void logged.push(line))
    const deps = { clock: systemClock, log, readSecret }
    await using sources = secretSources(config, deps)
    const times = { clock: fakeClock(), log, count: () => {}, refreshMs: 60_000, fileCheckMs: 60_000 }
    const references = [...referencesIn(config.apps), 'aws-sm:voice/fields#two', 'aws-sm:voice/whole']
    await using book = await openSecrets(references, { own: sources.own, remote: sources.remote, ...times })
    assert.deepEqual(
      references.map((reference) => book.read(reference).reveal()),
      ['planted one', 'planted two', 'planted whole'],
    )

    const changed = {
      SecretId: 'voice/fields',
      SecretString: JSON.stringify({ ...fields, one: 'planted anew' }),
    }
    await manager.send(new PutSecretValueCommand(changed))
    await book.refresh()
    assert.equal(book.read('aws-sm:voice/fields#one').reveal(), 'planted anew')

    await manager.send(new DeleteSecretCommand({ SecretId: 'voice/whole', ForceDeleteWithoutRecovery: true }))
    await book.refresh()
    assert.equal(book.read('aws-sm:voice/whole').reveal(), 'planted whole')
    moto.setReachable(false)
    await book.refresh()
    assert.equal(book.read('aws-sm:voice/fields#one').reveal(), 'planted anew')
    moto.setReachable(true)

    await assert.rejects(
      openSecrets(['aws-sm:voice/whole', 'aws-sm:voice/fields#three'], { ...sources, ...times }),
      {
        name: ConfigError.name,
      },
    )
    assert.match(logged.join(''), /last value stays/)
    assert.doesNotMatch(logged.join(''), /planted/)
    manager.destroy()
  })
})
