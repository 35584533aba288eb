import type { KeyProvider } from './contract.ts'
import { asKeyError } from './error.ts'

/** Counts every use of a provider, by what was asked and how it ended. */
export function countedProvider(
  provider: KeyProvider,
  count: (name: string, labels: Readonly<Record<string, string>>) => void,
): KeyProvider {
  const counted = <Args extends unknown[], Result>(
    operation: string,
    act: (...args: Args) => Promise<Result>,
  ) => {
    const told = (outcome: string) =>
      count('key_provider_uses', { provider: provider.id, operation, outcome })
    return async (...args: Args): Promise<Result> => {
      try {
        const result = await act(...args)
        told('ok')
        return result
      } catch (error) {
        told(asKeyError(error).code)
        throw error
      }
    }
  }
  return {
    id: provider.id,
    kind: provider.kind,
    ensureKey: counted('ensure', (key) => provider.ensureKey(key)),
    generateDataKey: counted('generate', (key, context) => provider.generateDataKey(key, context)),
    wrap: counted('wrap', (key, plain, context) => provider.wrap(key, plain, context)),
    unwrap: counted('unwrap', (wrapped, context) => provider.unwrap(wrapped, context)),
    rewrap: counted('rewrap', (wrapped, context) => provider.rewrap(wrapped, context)),
    rotate: counted('rotate', (key) => provider.rotate(key)),
    describe: counted('describe', (key) => provider.describe(key)),
    scheduleDestroy: counted('destroy', (key, afterMs) => provider.scheduleDestroy(key, afterMs)),
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  }
}
