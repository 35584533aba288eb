import { KeyError, type KeyContext, type ProviderKeyInfo, type WrappedKey } from '#keys'
import type { VaultCall, VaultClient } from '#secrets'
import { contextBytes } from './context-bytes.ts'
import { parseKeyRef, serializeKeyRef, versionOf } from './key-ref.ts'
import { transitError } from './transit-error.ts'

const keyBytes = 32
const maxWrappedBytes = 4_096

/** What Transit says of a key, as far as we need it. */
export interface TransitKey {
  /** Its wrapping key is derived from the context: then every operation binds it. Else it is given as associated data. */
  readonly isDerived: boolean
  readonly latest: number
  readonly createdAt: Date | undefined
  readonly state: ProviderKeyInfo['state']
}

/** The Transit engine of one mount, in our words. Everything rejects with `KeyError`. */
export type TransitEngine = ReturnType<typeof transitEngine>

type Data = Readonly<Record<string, unknown>>

export function transitEngine(config: { readonly id: string; readonly mount: string }, client: VaultClient) {
  const ask = async (
    what: string,
    method: VaultCall['method'],
    body?: unknown,
    once = false,
  ): Promise<Data> => {
    const path = `${config.mount}/${what}`
    const answer = await client.call({ method, path, once, ...(body !== undefined && { body }) })
    if (answer.ok) return answer.data
    throw transitError(answer)
  }
  const keyRef = (name: string, version: number | string) =>
    serializeKeyRef({ provider: config.id, name, version: String(version) })
  const nameOf = (wrapped: WrappedKey) => parseKeyRef(wrapped.keyRef, config.id).name
  const sealedIn = (wrapped: WrappedKey, info: TransitKey, context: KeyContext) => {
    const version = versionOf(parseKeyRef(wrapped.keyRef, config.id))
    return { ciphertext: ciphertextOf(wrapped.wrapped, version), ...binding(info, context) }
  }
  const wrappedIn = (name: string, data: Data): WrappedKey => {
    const { bytes, version } = boxIn(data)
    return { wrapped: bytes, keyRef: keyRef(name, version) }
  }
  return {
    keyRef,
    nameOf,
    read: async (name: string) => keyOf(await ask(`keys/${encode(name)}`, 'GET')),
    create: (name: string) => ask(`keys/${encode(name)}`, 'POST', { type: 'aes256-gcm96', derived: true }),
    rotate: (name: string) => ask(`keys/${encode(name)}/rotate`, 'POST', {}, true),
    configure: (name: string, settings: Data) => ask(`keys/${encode(name)}/config`, 'POST', settings),
    remove: (name: string) => ask(`keys/${encode(name)}`, 'DELETE'),
    async encrypt(name: string, info: TransitKey, plain: Uint8Array, context: KeyContext) {
      const plaintext = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('base64')
      const body = { plaintext, ...binding(info, context) }
      return wrappedIn(name, await ask(`encrypt/${encode(name)}`, 'POST', body))
    },
    async decrypt(wrapped: WrappedKey, info: TransitKey, context: KeyContext) {
      return plainIn(
        await ask(`decrypt/${encode(nameOf(wrapped))}`, 'POST', sealedIn(wrapped, info, context)),
      )
    },
    /** Only for derived keys: of others it drops the context without a word. */
    async dataKey(name: string, info: TransitKey, context: KeyContext) {
      const body = { bits: keyBytes * 8, ...binding(info, context) }
      const data = await ask(`datakey/plaintext/${encode(name)}`, 'POST', body)
      return { plain: plainIn(data), ...wrappedIn(name, data) }
    },
    /** Only for derived keys, like `dataKey`. */
    async rewrap(wrapped: WrappedKey, info: TransitKey, context: KeyContext) {
      const name = nameOf(wrapped)
      return wrappedIn(name, await ask(`rewrap/${encode(name)}`, 'POST', sealedIn(wrapped, info, context)))
    },
  }
}

/** A key's name as a part of a path. Transit takes few characters; what it does not take must not reach another path. */
function encode(name: string): string {
  if (!/^\w(?:[\w.-]{0,254}\w)?$/.test(name))
    throw new KeyError('KEY_UNKNOWN', 'a Transit key has letters, digits, "_", "-" and "." in its name')
  return name
}

function binding({ isDerived }: TransitKey, context: KeyContext): Record<string, string> {
  const bytes = Buffer.from(contextBytes(context)).toString('base64')
  return isDerived ? { context: bytes } : { associated_data: bytes }
}

function keyOf(data: Data): TransitKey {
  const { latest_version: latest, type, keys, derived, exportable } = data
  if (type !== 'aes256-gcm96' || typeof latest !== 'number')
    throw new KeyError('KEY_REFUSED', 'the Transit key is not of the type aes256-gcm96')
  if (exportable === true) throw new KeyError('KEY_REFUSED', 'the Transit key may be exported')
  const created = (keys as Readonly<Record<string, unknown>> | null)?.[String(latest)]
  const createdAt = typeof created === 'number' ? new Date(created * 1_000) : undefined
  return { isDerived: derived === true, latest, createdAt, state: stateOf(data, latest) }
}

function stateOf(data: Data, latest: number): ProviderKeyInfo['state'] {
  if (data['soft_deleted'] === true) return 'disabled' // OpenBao
  const { min_decryption_version: opens, min_encryption_version: seals } = data
  const isClosed = latest > 1 && opens === latest && seals === latest
  return isClosed && data['deletion_allowed'] === true ? 'destroying' : 'enabled'
}

const broken = () => new KeyError('KEY_UNAVAILABLE', 'the key service answered something that is no answer')

function boxIn({ ciphertext }: Data): { bytes: Uint8Array; version: string } {
  const text = typeof ciphertext === 'string' ? ciphertext : ''
  const [, version, base64] = /^vault:v([1-9]\d{0,8}):([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  if (version === undefined || base64 === undefined) throw broken()
  return { bytes: new Uint8Array(Buffer.from(base64, 'base64')), version }
}

function ciphertextOf(wrapped: Uint8Array, version: number): string {
  if (wrapped.length === 0 || wrapped.length > maxWrappedBytes)
    throw new KeyError('KEY_TAMPERED', 'a wrapped key was changed or belongs elsewhere')
  return `vault:v${version}:${Buffer.from(wrapped).toString('base64')}`
}

function plainIn({ plaintext }: Data): Uint8Array {
  if (typeof plaintext !== 'string') throw broken()
  const pooled = Buffer.from(plaintext, 'base64')
  const plain = new Uint8Array(pooled)
  pooled.fill(0)
  if (plain.length === keyBytes) return plain
  plain.fill(0)
  throw new KeyError('KEY_TAMPERED', 'a wrapped key was changed or belongs elsewhere')
}
