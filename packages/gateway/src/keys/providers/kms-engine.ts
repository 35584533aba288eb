import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ListKeyRotationsCommand,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  type KeyMetadata,
} from '@aws-sdk/client-kms'
import { KeyError, type KeyContext, type WrappedKey } from '#keys'
import type { Clock } from '#kernel'
import { awsError } from './aws-error.ts'
import { parseKeyRef, serializeKeyRef } from './key-ref.ts'

/** The operations of KMS, in our words. `key` is an alias, an id or an ARN. Everything rejects with `KeyError`. */
export type KmsEngine = ReturnType<typeof kmsEngine>

const keyBytes = 32
const maxRotations = 1_000

export function kmsEngine(
  { id, timeoutMs }: { readonly id: string; readonly timeoutMs: number },
  client: KMSClient,
  clock: Clock,
) {
  const ask = asking(timeoutMs, clock)
  const read = async (key: string): Promise<KeyMetadata> => {
    const command = new DescribeKeyCommand({ KeyId: keyIdOf(key) })
    return must((await ask((abortSignal) => client.send(command, { abortSignal }))).KeyMetadata)
  }
  /** KMS names the material that is current; where what speaks like KMS does not, versions are counted. */
  const newestVersion = async (arn: string): Promise<string> => {
    const { CurrentKeyMaterialId: material } = await read(arn)
    if (material !== undefined) return material
    const command = new ListKeyRotationsCommand({ KeyId: arn, Limit: maxRotations })
    const { Rotations: rotations = [] } = await ask((abortSignal) => client.send(command, { abortSignal }))
    return String(rotations.length + 1)
  }
  const keyRef = async (arn: string | undefined, material?: string) => {
    const name = must(arn)
    return serializeKeyRef({ provider: id, name, version: material ?? (await newestVersion(name)) })
  }
  return {
    read,
    keyRef,
    async dataKey(key: string, context: KeyContext) {
      const EncryptionContext = encryptionContext(context)
      const command = new GenerateDataKeyCommand({
        KeyId: keyIdOf(key),
        NumberOfBytes: keyBytes,
        EncryptionContext,
      })
      const { Plaintext, CiphertextBlob, KeyId, KeyMaterialId } = await ask((abortSignal) =>
        client.send(command, { abortSignal }),
      )
      const ref = await keyRef(KeyId, KeyMaterialId)
      return { plain: keyIn(Plaintext), wrapped: must(CiphertextBlob), keyRef: ref }
    },
    async encrypt(key: string, plain: Uint8Array, context: KeyContext): Promise<WrappedKey> {
      const EncryptionContext = encryptionContext(context)
      const command = new EncryptCommand({ KeyId: keyIdOf(key), Plaintext: plain, EncryptionContext })
      const answer = await ask((abortSignal) => client.send(command, { abortSignal }))
      return { wrapped: must(answer.CiphertextBlob), keyRef: await keyRef(answer.KeyId) }
    },
    async decrypt(sealed: WrappedKey, context: KeyContext): Promise<Uint8Array> {
      // Naming the key keeps a ciphertext under somebody else's key from being opened as ours.
      const command = new DecryptCommand({
        KeyId: parseKeyRef(sealed.keyRef, id).name,
        CiphertextBlob: sealed.wrapped,
        EncryptionContext: encryptionContext(context),
      })
      return keyIn((await ask((abortSignal) => client.send(command, { abortSignal }))).Plaintext)
    },
    async reEncrypt(sealed: WrappedKey, context: KeyContext): Promise<WrappedKey> {
      const { name } = parseKeyRef(sealed.keyRef, id)
      const EncryptionContext = encryptionContext(context)
      const command = new ReEncryptCommand({
        CiphertextBlob: sealed.wrapped,
        SourceKeyId: name,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: name,
        DestinationEncryptionContext: EncryptionContext,
      })
      const answer = await ask((abortSignal) => client.send(command, { abortSignal }))
      const ref = await keyRef(answer.KeyId, answer.DestinationKeyMaterialId)
      return { wrapped: must(answer.CiphertextBlob), keyRef: ref }
    },
    async rotate(keyId: string | undefined): Promise<void> {
      const command = new RotateKeyOnDemandCommand({ KeyId: keyId })
      await ask((abortSignal) => client.send(command, { abortSignal }))
    },
    /** The id of a new key without a name. */
    async create(description: string): Promise<string> {
      const command = new CreateKeyCommand({ KeySpec: 'SYMMETRIC_DEFAULT', Description: description })
      return must(must((await ask((abortSignal) => client.send(command, { abortSignal }))).KeyMetadata).KeyId)
    },
    async name(keyId: string, alias: string): Promise<void> {
      const command = new CreateAliasCommand({ AliasName: alias, TargetKeyId: keyId })
      await ask((abortSignal) => client.send(command, { abortSignal }))
    },
    async destroyIn(keyId: string | undefined, days: number): Promise<Date> {
      const command = new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: days })
      return must((await ask((abortSignal) => client.send(command, { abortSignal }))).DeletionDate)
    },
  }
}

/** Sends with one time limit over all attempts of the SDK. */
function asking(timeoutMs: number, clock: Clock) {
  return async <T>(send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
    const over = new AbortController()
    const cancel = clock.set(timeoutMs, () => over.abort())
    try {
      return await send(over.signal)
    } catch (error) {
      throw awsError(error)
    } finally {
      cancel()
    }
  }
}

/** An ARN, an id or an alias as it is; any other name is an alias. */
export function keyIdOf(key: string): string {
  return /^(?:arn:|alias\/|mrk-|[0-9a-f]{8}-[0-9a-f]{4}-)/.test(key) ? key : `alias/${key}`
}

/** CloudTrail logs it in clear: it has names of ours, and nothing personal. */
function encryptionContext({ tenant, purpose, object }: KeyContext): Record<string, string> {
  return { 'voxkeep:tenant': tenant, 'voxkeep:purpose': purpose, 'voxkeep:object': object }
}

function keyIn(plain: Uint8Array | undefined): Uint8Array {
  const key = must(plain)
  if (key.length === keyBytes) return key
  key.fill(0)
  throw new KeyError('KEY_TAMPERED', 'a wrapped key was changed or belongs elsewhere')
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new KeyError('KEY_UNAVAILABLE', 'KMS answered something that is no answer')
  return value
}
