import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { Secret, type Clock } from '#kernel'
import { awsClientSettings, type AwsAddress } from './aws-client.ts'
import { SecretError, type SecretErrorCode } from './error.ts'

/** AWS Secrets Manager. */
export interface AwsSecrets extends Disposable {
  /** The current version of a secret. Rejects with `SecretError`. */
  read(name: string): Promise<Secret<string>>
}

const unknown = new Set(['ResourceNotFoundException', 'InvalidRequestException']) // the latter: marked for deletion
const refused = new Set([
  'AccessDeniedException',
  'DecryptionFailure',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'ExpiredTokenException',
])

export function openAwsSecrets(
  address: AwsAddress,
  deps: { readonly clock: Clock; readonly readSecret: (reference: string) => Secret<string> },
): AwsSecrets {
  const client = new SecretsManagerClient(awsClientSettings(address, deps.readSecret))
  return {
    async read(name) {
      const over = new AbortController()
      const cancel = deps.clock.set(address.timeoutMs, () => over.abort())
      try {
        const command = new GetSecretValueCommand({ SecretId: name })
        const { SecretString: text } = await client.send(command, { abortSignal: over.signal })
        if (text === undefined) throw new SecretError('SECRET_INVALID', 'the secret is not a text')
        return new Secret(text)
      } catch (error) {
        throw error instanceof SecretError
          ? error
          : new SecretError(codeOf(error), 'AWS gives no such secret')
      } finally {
        cancel()
      }
    },
    [Symbol.dispose]: () => client.destroy(),
  }
}

function codeOf(error: unknown): SecretErrorCode {
  const name = error instanceof Error ? error.name : ''
  if (unknown.has(name)) return 'SECRET_UNKNOWN'
  return refused.has(name) ? 'SECRET_REFUSED' : 'SECRET_UNAVAILABLE'
}

/** One field of a secret that is a JSON object. Throws `SecretError` (`SECRET_INVALID`, `SECRET_UNKNOWN`). */
export function fieldOf(secret: Secret<string>, field: string): Secret<string> {
  let fields: unknown
  try {
    fields = JSON.parse(secret.reveal())
  } catch {
    throw new SecretError('SECRET_INVALID', 'the secret is no JSON object, so it has no fields')
  }
  const has = typeof fields === 'object' && fields !== null && Object.hasOwn(fields, field)
  const value: unknown = has ? (fields as Record<string, unknown>)[field] : undefined
  if (typeof value !== 'string') throw new SecretError('SECRET_UNKNOWN', 'the secret has no such field')
  return new Secret(value)
}
