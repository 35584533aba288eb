import type { Clock, Config, Log, Secret } from '#kernel'
import type { AwsSecrets } from './aws-secrets.ts'
import { SecretError } from './error.ts'
import type { SecretSources } from './open-secrets.ts'
import { placeOf } from './reference.ts'
import { vaultClient } from './vault-client.ts'
import { readVaultEntry, type SecretFields } from './vault-kv.ts'

export interface SourcesDeps {
  readonly clock: Clock
  readonly log: Log
  /** `file:`, `env:`, `credential:`. */
  readonly readSecret: (reference: string) => Secret<string>
}

/**
 * The sources that a configuration names, ready to be asked; a service is asked, and its SDK loaded, only for a reference that leads
 * there. Whoever opens them disposes them.
 */
export function secretSources(config: Config, deps: SourcesDeps): SecretSources & AsyncDisposable {
  const stack = new AsyncDisposableStack()
  const vault = once(() => openVault(config, deps, stack))
  const aws = once(() => openAws(config, deps, stack))
  const remote = () => {
    const entries = askOnce<SecretFields>()
    const texts = askOnce<Secret<string>>()
    return async (reference: string): Promise<Secret<string>> => {
      const place = placeOf(reference)
      if (place.kind === 'own') throw new SecretError('SECRET_INVALID', 'this is a secret of the machine')
      if (place.kind === 'vault') {
        const fields = await entries(place.path, async () => (await vault())(place.path))
        return must(fields.get(place.field))
      }
      const whole = await texts(place.name, async () => (await aws()).read(place.name))
      if (place.field === undefined) return whole
      const { fieldOf } = await import('./aws-secrets.ts')
      return fieldOf(whole, place.field)
    }
  }
  return { own: deps.readSecret, remote, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

function must(field: Secret<string> | undefined): Secret<string> {
  if (field) return field
  throw new SecretError('SECRET_UNKNOWN', 'the entry in Vault has no such field')
}

async function openVault(config: Config, deps: SourcesDeps, stack: AsyncDisposableStack) {
  const address = config.keys.providers.find(({ id }) => id === config.secrets.vault)
  if (address?.kind !== 'vault-transit')
    throw new SecretError('SECRET_INVALID', 'secrets.vault does not say which Vault is meant')
  const client = stack.use(vaultClient(address, deps))
  return (path: string) => readVaultEntry(client, path)
}

async function openAws(config: Config, deps: SourcesDeps, stack: AsyncDisposableStack): Promise<AwsSecrets> {
  const address = config.keys.providers.find(({ id }) => id === config.secrets.aws)
  if (address?.kind !== 'aws-kms')
    throw new SecretError('SECRET_INVALID', 'secrets.aws does not say which AWS is meant')
  const { openAwsSecrets } = await import('./aws-secrets.ts')
  // The endpoint of KMS is not that of Secrets Manager.
  return stack.use(openAwsSecrets({ ...address, endpoint: config.secrets.awsEndpoint }, deps))
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

function askOnce<T>(): (name: string, ask: () => Promise<T>) => Promise<T> {
  const asked = new Map<string, Promise<T>>()
  return (name, ask) => {
    const found = asked.get(name) ?? ask()
    asked.set(name, found)
    return found
  }
}
