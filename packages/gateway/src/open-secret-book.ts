import type { Audit } from '#audit'
import { readSecret, systemTenant, type Clock, type Config, type Log } from '#kernel'
import { openSecrets, referencesIn, secretSources, type SecretBook } from '#secrets'

/**
 * Opens the secrets that a configuration refers to. Rejects with `ConfigError` when one cannot be read: a gateway that cannot sign,
 * or cannot prove itself, does not start.
 *
 * @param references - Default: all of the configuration, and the key that signs calls.
 */
export async function openSecretBook(
  config: Config,
  deps: { readonly clock: Clock; readonly log: Log; readonly count?: (name: string) => void },
  references: readonly string[] = referencesOf(config),
): Promise<SecretBook> {
  await using stack = new AsyncDisposableStack()
  const sources = stack.use(secretSources(config, { ...deps, readSecret }))
  const { refreshMs, fileCheckMs } = config.secrets
  const { own, remote } = sources
  const book = stack.use(await openSecrets(references, { ...deps, own, remote, refreshMs, fileCheckMs }))
  const owned = stack.move()
  return { ...book, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Writes into the audit log which secrets changed, by their references. The returned function ends it. */
export function auditSecrets(
  book: Pick<SecretBook, 'onChange'>,
  { audit, log }: { readonly audit: Pick<Audit, 'append'>; readonly log: Log },
): () => void {
  return book.onChange((references) => {
    for (const reference of references)
      audit
        .append({ type: 'secrets.changed', tenant: systemTenant, actor: 'system', fields: { reference } })
        .catch((error: unknown) => log.error('a change of a secret is not in the audit log', { error }))
  })
}

function referencesOf(config: Config): readonly string[] {
  const { sign } = config.stir
  return [...referencesIn(config), ...(sign ? [`file:${sign.keyFile}`] : [])]
}
