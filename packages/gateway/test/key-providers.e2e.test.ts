import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { createKeyring, type KeyProvider } from '#keys'
import { openKeyProviders, type KeyProvidersDeps } from '#keys/providers'
import { readSecret, silentLog, systemClock, type Config } from '#kernel'
import { startMoto, withoutMoto } from './support/moto.ts'
import { testProvider, type ProviderCase } from './support/provider-contract.ts'
import { startSoftHsm, withoutSoftHsm } from './support/softhsm.ts'
import { startVaultServer, type VaultPolicy } from './support/vault-server.ts'

const random = { bytes: nodeRandomBytes }
const names = () => `key-${Buffer.from(nodeRandomBytes(6)).toString('hex')}`

/** Least privilege, as docs/key-providers.md has it. */
const policy: VaultPolicy = {
  'transit/keys/*': ['create', 'read', 'update', 'delete'],
  'transit/datakey/plaintext/*': ['update'],
  'transit/encrypt/*': ['update'],
  'transit/decrypt/*': ['update'],
  'transit/rewrap/*': ['update'],
}

type Address = Config['keys']['providers'][number]

/** Opens one provider for the tests of a file, with what it needs. */
async function opened(stack: AsyncDisposableStack, address: Address, dir: string): Promise<KeyProvider> {
  const deps: KeyProvidersDeps = {
    clock: systemClock,
    random,
    log: silentLog,
    readSecret,
    keyringFile: join(dir, 'keyring.json'),
  }
  const providers = stack.use(await openKeyProviders([address], deps))
  const provider = providers.get(address.id)
  if (provider === undefined) throw new TypeError('the provider was not opened')
  return provider
}

/** A folder and a stack for the tests of one provider, and the case that `make` makes of them. */
function provide(
  make: (dir: string, stack: AsyncDisposableStack) => Promise<ProviderCase>,
): () => ProviderCase {
  const stack = new AsyncDisposableStack()
  let made: ProviderCase | undefined
  before(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'voxkeep-keys-'))
    stack.defer(() => rm(dir, { recursive: true, force: true }))
    made = await make(dir, stack)
  })
  after(() => stack.disposeAsync())
  return () => {
    if (made === undefined) throw new TypeError('the provider is not open')
    return made
  }
}

describe('the local keyring', () => {
  testProvider(
    'the local provider',
    provide(async (dir, stack) => {
      process.env['KEYRING_PASSPHRASE'] = 'correct horse battery staple'
      const passphrase = readSecret('env:KEYRING_PASSPHRASE')
      await createKeyring(join(dir, 'keyring.json'), { random, passphrase })
      const address = { id: 'local', kind: 'local', passphrase: 'env:KEYRING_PASSPHRASE' } as const
      return {
        provider: await opened(stack, address, dir),
        freshName: names,
        secrets: [passphrase.reveal()],
        async whileAway(during) {
          await rename(join(dir, 'keyring.json'), join(dir, 'away'))
          await during()
          await rename(join(dir, 'away'), join(dir, 'keyring.json'))
        },
      }
    }),
  )
})

for (const derived of [true, false])
  describe(`Vault Transit, ${derived ? 'keys of ours' : 'keys that are there already, without derivation'}`, () => {
    testProvider(
      `the Transit provider, ${derived ? 'derived' : 'with associated data'},`,
      provide(async (dir, stack) => {
        const vault = stack.use(await startVaultServer())
        const { roleId, secretId } = vault.addAppRole(policy)
        await writeFile(join(dir, 'ca.pem'), vault.caPem)
        await writeFile(join(dir, 'secret-id'), secretId, { mode: 0o600 })
        const provider = await opened(
          stack,
          {
            id: 'bao',
            kind: 'vault-transit',
            url: vault.url,
            mount: 'transit',
            caFile: join(dir, 'ca.pem'),
            auth: { method: 'approle', mount: 'approle', roleId, secretId: `file:${join(dir, 'secret-id')}` },
            timeoutMs: 2_000,
          },
          dir,
        )
        const ensureKey = async (key: string) =>
          void vault.transit.handle('POST', `keys/${key}`, { type: 'aes256-gcm96' })
        return {
          provider: derived ? provider : { ...provider, ensureKey },
          freshName: names,
          secrets: [secretId, roleId],
          async whileAway(during) {
            vault.setReachable(false)
            await during()
            vault.setReachable(true)
            vault.setSealed(true)
            await during()
            vault.setSealed(false)
          },
        }
      }),
    )
  })

describe('AWS KMS, as moto plays it', { skip: withoutMoto() }, () => {
  testProvider(
    'the KMS provider',
    provide(async (dir, stack) => {
      const moto = stack.use(await startMoto())
      const { accessKeyId, secretAccessKey } = moto.credentials
      await writeFile(join(dir, 'ca.pem'), moto.caPem)
      await writeFile(join(dir, 'aws-key'), secretAccessKey, { mode: 0o600 })
      const address = {
        id: 'kms',
        kind: 'aws-kms',
        region: moto.region,
        endpoint: moto.url,
        caFile: join(dir, 'ca.pem'),
        credentials: { accessKeyId, secretAccessKey: `file:${join(dir, 'aws-key')}` },
        timeoutMs: 3_000,
      } as const
      return {
        provider: await opened(stack, address, dir),
        freshName: names,
        secrets: [secretAccessKey],
        // A ciphertext that names a key which moto does not have is refused by it; KMS would call it invalid.
        tamperCodes: ['KEY_TAMPERED', 'KEY_REFUSED', 'KEY_UNKNOWN'],
        // moto goes on with a key that waits for its end, which KMS refuses: so it is made to forget it.
        destroy: async () => void (await fetch(`${moto.httpUrl}/moto-api/reset`, { method: 'POST' })),
        async whileAway(during) {
          moto.setReachable(false)
          await during()
          moto.setReachable(true)
        },
      }
    }),
  )
})

describe('PKCS#11, with SoftHSM2', { skip: withoutSoftHsm() }, () => {
  testProvider(
    'the PKCS#11 provider',
    provide(async (dir, stack) => {
      const { moduleFile, tokenLabel, pin, setThere } = stack.use(await startSoftHsm())
      const address = {
        id: 'hsm',
        kind: 'pkcs11',
        moduleFile,
        tokenLabel,
        pin,
        iv: 'gateway',
        timeoutMs: 5_000,
      } as const
      return {
        provider: await opened(stack, address, dir),
        freshName: names,
        secrets: [readSecret(pin).reveal()],
        async whileAway(during) {
          await setThere(false)
          await during()
          await setThere(true)
        },
      }
    }),
  )
})
