import { createRequire } from 'node:module'
import { openKeyring, type KeyProvider } from '#keys'
import { ConfigError, type Clock, type Config, type Log, type Random, type Secret } from '#kernel'
import { vaultClient } from '#secrets'
import type { Pkcs11Thread } from './pkcs11-thread.ts'

export interface KeyProvidersDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Follows references to this machine's own secrets. */
  readonly readSecret: (reference: string) => Secret<string>
  /** For a local provider that names no keyring. */
  readonly keyringFile: string
}

type Address = Config['keys']['providers'][number]

/** By their ids. Whoever opens them disposes them. */
export type KeyProviders = ReadonlyMap<string, KeyProvider> & AsyncDisposable

/**
 * Opens every provider of the configuration; what the code of one needs (an SDK, a native binding) is loaded only here. A service is
 * asked nothing yet, so one that is down keeps nothing from starting; a local keyring is read at once. Rejects with `KeyError` or `ConfigError`.
 */
export async function openKeyProviders(
  addresses: readonly Address[],
  deps: KeyProvidersDeps,
): Promise<KeyProviders> {
  await using stack = new AsyncDisposableStack()
  const providers = new Map<string, KeyProvider>()
  const startThread = pkcs11Threads(addresses, deps, stack)
  for (const address of addresses)
    providers.set(address.id, stack.use(await open(address, deps, startThread)))
  const owned = stack.move()
  return Object.assign(providers, { [Symbol.asyncDispose]: () => owned.disposeAsync() })
}

async function open(
  address: Address,
  deps: KeyProvidersDeps,
  startThread: ReturnType<typeof pkcs11Threads>,
): Promise<KeyProvider> {
  switch (address.kind) {
    case 'local': {
      const { id, keyringFile = deps.keyringFile, passphrase } = address
      const { clock, random } = deps
      const secret = passphrase === undefined ? undefined : deps.readSecret(passphrase)
      return openKeyring(keyringFile, { id, clock, random, passphrase: secret })
    }
    case 'vault-transit': {
      const { transitProvider } = await import('./vault-transit.ts')
      return transitProvider(address, { ...deps, client: vaultClient(address, deps) })
    }
    case 'aws-kms': {
      const { kmsProvider } = await import('./aws-kms.ts')
      return kmsProvider(address, deps)
    }
    case 'pkcs11': {
      const { pkcs11Provider } = await import('./pkcs11.ts')
      return pkcs11Provider(address, { ...deps, thread: await startThread(address) })
    }
  }
}

type TokenAddress = Extract<Address, { kind: 'pkcs11' }>

/** One thread a module, whichever of its tokens asks first: a process initialises a module once. */
function pkcs11Threads(
  addresses: readonly Address[],
  deps: KeyProvidersDeps,
  stack: AsyncDisposableStack,
): (address: TokenAddress) => Promise<Pkcs11Thread> {
  const threads = new Map<string, Pkcs11Thread>()
  return async ({ moduleFile }) => {
    mustBeCompiled()
    const { pkcs11Thread } = await import('./pkcs11-thread.ts')
    const known = threads.get(moduleFile)
    if (known) return known
    const own = addresses
      .filter((one) => one.kind === 'pkcs11')
      .filter((one) => one.moduleFile === moduleFile)
    const pins = () => own.map(({ tokenLabel, pin }) => [tokenLabel, deps.readSecret(pin).reveal()])
    const made = stack.use(
      pkcs11Thread({
        data: () => ({ moduleFile, pins: Object.fromEntries(pins()) as Record<string, string> }),
        timeoutMs: Math.max(...own.map(({ timeoutMs }) => timeoutMs)),
        clock: deps.clock,
      }),
    )
    threads.set(moduleFile, made)
    return made
  }
}

function mustBeCompiled(): void {
  try {
    createRequire(import.meta.url).resolve('pkcs11js/build/Release/pkcs11.node')
  } catch (cause) {
    const how =
      'install a C++ compiler, make and python3 (Debian: apt-get install g++ make python3) and run ./voxkeep again'
    throw new ConfigError(
      [`a key provider of kind "pkcs11" needs the PKCS#11 binding, which was not compiled here: ${how}`],
      { cause },
    )
  }
}
