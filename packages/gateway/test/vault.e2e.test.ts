import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { KeyError, type KeyErrorCode, type KeyProvider } from '#keys'
import { openKeyProviders } from '#keys/providers'
import { fakeClock, openLog, readSecret, systemClock, type Clock, type Config } from '#kernel'
import { context } from './support/provider-contract.ts'
import {
  startVaultServer,
  type VaultPolicy,
  type VaultServer,
  type VaultServerOptions,
} from './support/vault-server.ts'

const policy: VaultPolicy = {
  'transit/keys/acme': ['create', 'read', 'update', 'delete'],
  'transit/keys/acme/*': ['update'],
  'transit/datakey/plaintext/acme': ['update'],
  'transit/encrypt/acme': ['update'],
  'transit/decrypt/acme': ['update'],
  'transit/rewrap/acme': ['update'],
}

type Address = Extract<Config['keys']['providers'][number], { kind: 'vault-transit' }>

interface Bench extends AsyncDisposable {
  readonly vault: VaultServer
  readonly dir: string
  /** Everything that the provider logged. */
  readonly logged: string[]
  open(change: Partial<Address>, clock?: Clock): Promise<KeyProvider>
  /** Writes a file that only we may read; answers the reference to it. */
  secret(name: string, text: string): Promise<string>
}

async function bench(options: VaultServerOptions = {}): Promise<Bench> {
  await using stack = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-vault-'))
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  const vault = stack.use(await startVaultServer(options))
  await writeFile(join(dir, 'ca.pem'), vault.caPem)
  const secret = async (name: string, text: string) => {
    await writeFile(join(dir, name), text, { mode: 0o600 })
    return `file:${join(dir, name)}`
  }
  const logged: string[] = []
  const address = {
    id: 'bao',
    kind: 'vault-transit',
    url: vault.url,
    mount: 'transit',
    caFile: join(dir, 'ca.pem'),
    timeoutMs: 3_000,
    auth: { method: 'token', token: await secret('token', vault.addToken(policy)) },
  } satisfies Address
  const owned = stack.move()
  return {
    vault,
    dir,
    logged,
    secret,
    async open(change, clock = systemClock) {
      const deps = {
        clock,
        random: { bytes: nodeRandomBytes },
        log: openLog('debug', (line) => void logged.push(line)),
        readSecret,
        keyringFile: join(dir, 'keyring.json'),
      }
      const providers = owned.use(await openKeyProviders([{ ...address, ...change }], deps))
      const provider = providers.get('bao')
      assert.ok(provider)
      return provider
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const fails = (act: Promise<unknown>, code: KeyErrorCode) =>
  assert.rejects(act, (error: unknown) => error instanceof KeyError && error.code === code)

async function roundTrip(provider: KeyProvider): Promise<void> {
  const made = await provider.generateDataKey('acme', context())
  assert.deepEqual(await provider.unwrap(made, context()), made.plain)
}

describe('the Transit provider proves itself', () => {
  test('with a token, read again when the old one is refused', async () => {
    await using b = await bench()
    const provider = await b.open({})
    await provider.ensureKey('acme')
    await roundTrip(provider)
    b.vault.revokeTokens()
    await fails(provider.describe('acme'), 'KEY_REFUSED')
    await b.secret('token', b.vault.addToken(policy))
    await roundTrip(provider)
  })

  test('with AppRole, logging in anew when its token has expired, and giving it back at the end', async () => {
    await using b = await bench()
    const { roleId, secretId } = b.vault.addAppRole(policy)
    const auth = {
      method: 'approle',
      mount: 'approle',
      roleId,
      secretId: await b.secret('secret-id', secretId),
    } as const
    const provider = await b.open({ auth })
    await provider.ensureKey('acme')
    const logins = () => b.vault.requests.filter(({ path }) => path.endsWith('/login')).length
    assert.equal(logins(), 1)
    b.vault.revokeTokens()
    await roundTrip(provider)
    assert.equal(logins(), 2)
    await provider[Symbol.asyncDispose]()
    assert.equal(b.vault.liveTokens, 0)
  })

  test('with Kubernetes, reading the service account’s token for each login', async () => {
    await using b = await bench()
    const jwtFile = join(b.dir, 'jwt')
    const auth = { method: 'kubernetes', mount: 'kubernetes', role: 'voxkeep', jwtFile } as const
    b.vault.addKubernetesRole('voxkeep', 'second.jwt', policy)
    await writeFile(jwtFile, 'first.jwt\n')
    const provider = await b.open({ auth })
    await fails(provider.describe('acme'), 'KEY_REFUSED')
    await writeFile(jwtFile, 'second.jwt\n')
    await provider.ensureKey('acme')
    await roundTrip(provider)
  })

  test('with a certificate, where the server asks for one', async () => {
    await using b = await bench({ mutualTls: true })
    const { certPem, keyPem } = await b.vault.pki.issue(['voxkeep.example'], { client: true })
    const [certFile, keyFile] = [join(b.dir, 'own.pem'), join(b.dir, 'own.key')]
    await writeFile(certFile, certPem)
    await writeFile(keyFile, keyPem, { mode: 0o600 })
    await fails((await b.open({})).describe('acme'), 'KEY_UNAVAILABLE')
    const provider = await b.open({ clientCertificate: { certFile, keyFile } })
    await provider.ensureKey('acme')
    await roundTrip(provider)
  })

  test('in its namespace, and nowhere else', async () => {
    await using b = await bench({ namespace: 'team/voice' })
    await fails((await b.open({})).ensureKey('acme'), 'KEY_REFUSED')
    const provider = await b.open({ namespace: 'team/voice' })
    await provider.ensureKey('acme')
    await roundTrip(provider)
  })

  test('to nobody whose certificate another authority signed', async () => {
    await using b = await bench()
    await using other = await startVaultServer()
    const provider = await b.open({ url: other.url })
    await fails(provider.describe('acme'), 'KEY_UNAVAILABLE')
    assert.deepEqual(other.requests, [])
  })
})

describe('the Transit provider keeps on', () => {
  test('renewing its token before the lease ends', async () => {
    await using b = await bench({ leaseS: 60 })
    const { roleId, secretId } = b.vault.addAppRole(policy)
    const auth = {
      method: 'approle',
      mount: 'approle',
      roleId,
      secretId: await b.secret('secret-id', secretId),
    } as const
    const clock = fakeClock()
    const provider = await b.open({ auth }, clock)
    await provider.ensureKey('acme')
    const renewals = () => b.vault.requests.filter(({ path }) => path.endsWith('/renew-self')).length
    assert.equal(renewals(), 0)
    clock.advance(40_000)
    while (renewals() === 0) await new Promise(setImmediate)
    assert.equal(b.vault.requests.filter(({ path }) => path.endsWith('/login')).length, 1)
  })

  test('when the server fails once, and asking for nothing twice that may not be done twice', async () => {
    await using b = await bench()
    const provider = await b.open({})
    await provider.ensureKey('acme')
    for (const status of [500, 503, 429, 412]) {
      b.vault.failNext(status)
      await roundTrip(provider)
    }
    const rotations = () => b.vault.requests.filter(({ path }) => path.endsWith('/rotate'))
    b.vault.failNext(500, /rotate$/)
    await fails(provider.rotate('acme'), 'KEY_UNAVAILABLE')
    assert.equal(rotations().length, 1)
  })

  test('refusing while Vault is sealed, and working again once it is not', async () => {
    await using b = await bench()
    const provider = await b.open({})
    await provider.ensureKey('acme')
    const made = await provider.generateDataKey('acme', context())
    b.vault.setSealed(true)
    await fails(provider.unwrap(made, context()), 'KEY_UNAVAILABLE')
    b.vault.setSealed(false)
    assert.deepEqual(await provider.unwrap(made, context()), made.plain)
  })
})

describe('the Transit provider and keys', () => {
  test('keeps to what its policy allows', async () => {
    await using b = await bench()
    const provider = await b.open({})
    await fails(provider.ensureKey('somebody-else'), 'KEY_REFUSED')
    await fails(provider.describe('somebody-else'), 'KEY_REFUSED')
    for (const name of ['../auth/token', 'a/b', '', 'a?b', '.'])
      await fails(provider.describe(name), 'KEY_UNKNOWN')
  })

  test('closes a key at once that is to be destroyed later, and an administrator can undo it', async () => {
    await using b = await bench()
    const provider = await b.open({})
    await provider.ensureKey('acme')
    const made = await provider.generateDataKey('acme', context())
    const due = await provider.scheduleDestroy('acme', 86_400_000)
    assert.ok(due.getTime() > Date.now() + 86_000_000)
    assert.equal((await provider.describe('acme')).state, 'destroying')
    await fails(provider.unwrap(made, context()), 'KEY_REFUSED')
    await fails(provider.generateDataKey('acme', context()), 'KEY_REFUSED')
    await provider.scheduleDestroy('acme', 86_400_000)
    const restored = { min_decryption_version: 1, min_encryption_version: 0, deletion_allowed: false }
    b.vault.transit.handle('POST', 'keys/acme/config', restored)
    assert.deepEqual(await provider.unwrap(made, context()), made.plain)
    await provider.scheduleDestroy('acme', 0)
    await fails(provider.describe('acme'), 'KEY_UNKNOWN')
  })

  test('takes a key that OpenBao soft-deleted for disabled', async () => {
    await using b = await bench()
    const provider = await b.open({})
    await provider.ensureKey('acme')
    b.vault.transit.handle('DELETE', 'keys/acme/soft-delete', {})
    assert.equal((await provider.describe('acme')).state, 'disabled')
    await fails(provider.generateDataKey('acme', context()), 'KEY_REFUSED')
  })

  test('logs and tells no token, no secret and no key', async () => {
    await using b = await bench()
    const { roleId } = b.vault.addAppRole(policy)
    const auth = {
      method: 'approle',
      mount: 'approle',
      roleId,
      secretId: await b.secret('wrong', 'planted-secret-id'),
    } as const
    const provider = await b.open({ auth })
    await assert.rejects(provider.describe('acme'), (error: unknown) => {
      assert.ok(error instanceof KeyError && error.code === 'KEY_REFUSED')
      assert.ok(!`${error.stack} ${b.logged.join('')}`.includes('planted-secret-id'))
      return true
    })
    assert.match(b.logged.join(''), /refuses our login/)
  })

  test('reads no file that others may read', async () => {
    await using b = await bench()
    const reference = await b.secret('open', 'x')
    await chmod(join(b.dir, 'open'), 0o644)
    const provider = await b.open({ auth: { method: 'token', token: reference } })
    await fails(provider.describe('acme'), 'KEY_REFUSED')
  })
})
