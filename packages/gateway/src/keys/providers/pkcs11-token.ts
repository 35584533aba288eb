import type { Handle, Mechanism } from 'pkcs11js'
import { KeyError } from '#keys'
import type { Clock } from '#kernel'
import { isNotOpened } from './pkcs11-errors.ts'
import { keyFinder } from './pkcs11-finder.ts'
import { serializeKeyLabel, type KeyLabel } from './pkcs11-label.ts'
import { tokenSession, type SessionDeps } from './pkcs11-session.ts'

export interface TokenKey extends KeyLabel {
  readonly state: 'enabled' | 'destroying'
}

/** Keys of one token, through one session. Every method is synchronous, may take as long as the token does, and throws `KeyError`. */
export interface Token {
  /** All versions of a key, oldest first; empty when there is none. What is due for destruction is destroyed before. */
  versions(name: string): readonly TokenKey[]
  generate(name: string, version: number): void
  /** Relabels every version, which closes the key at once. */
  closeKey(name: string, destroyAtMs: number): void
  destroy(name: string): void
  /** Seals into IV ‖ ciphertext ‖ tag. With an IV of zeros the token has to put its own in. */
  encrypt(
    name: string,
    plain: Uint8Array,
    aad: Uint8Array,
    iv: Uint8Array,
  ): { version: number; box: Uint8Array }
  decrypt(name: string, version: number, box: Uint8Array, aad: Uint8Array): Uint8Array
  close(): void
}

const ivBytes = 12
const tagBytes = 16

export function pkcs11Token(deps: SessionDeps & { readonly clock: Pick<Clock, 'now'> }): Token {
  const { module, c } = deps
  const { within, mustBeThere, close } = tokenSession(deps, () => finder.forget())
  const finder = keyFinder(deps, mustBeThere)
  return {
    versions: (name) =>
      within((own) =>
        finder.named(own, name).map(({ version, destroyAtMs }) => {
          const state = destroyAtMs === undefined ? 'enabled' : 'destroying'
          return { name, version, destroyAtMs, state }
        }),
      ),
    generate: (name, version) => within((own) => generate(deps, own, serializeKeyLabel({ name, version }))),
    closeKey: (name, destroyAtMs) =>
      within((own) => {
        for (const { handle, version } of finder.named(own, name)) {
          const value = serializeKeyLabel({ name, version, destroyAtMs })
          module.C_SetAttributeValue(own, handle, [{ type: c.CKA_LABEL, value }])
        }
        finder.forget()
      }),
    destroy: (name) =>
      within((own) => {
        for (const { handle } of finder.named(own, name)) module.C_DestroyObject(own, handle)
        finder.forget()
      }),
    encrypt: (name, plain, aad, iv) =>
      within((own) => {
        const version = finder.newest(own, name)
        return { version, box: seal(deps, own, finder.usable(own, name, version), plain, aad, iv) }
      }),
    decrypt: (name, version, box, aad) =>
      within((own) => unseal(deps, own, finder.usable(own, name, version), box, aad)),
    close,
  }
}

function generate({ module, c }: SessionDeps, session: Handle, label: string): void {
  const yes = [c.CKA_TOKEN, c.CKA_PRIVATE, c.CKA_SENSITIVE, c.CKA_ENCRYPT, c.CKA_DECRYPT]
  module.C_GenerateKey(session, { mechanism: c.CKM_AES_KEY_GEN }, [
    { type: c.CKA_CLASS, value: c.CKO_SECRET_KEY },
    { type: c.CKA_KEY_TYPE, value: c.CKK_AES },
    { type: c.CKA_LABEL, value: label },
    { type: c.CKA_VALUE_LEN, value: 32 },
    { type: c.CKA_EXTRACTABLE, value: false },
    ...yes.map((type) => ({ type, value: true })),
  ])
}

function seal(
  deps: SessionDeps,
  session: Handle,
  key: Handle,
  plain: Uint8Array,
  aad: Uint8Array,
  wantedIv: Uint8Array,
): Uint8Array {
  const { module } = deps
  const iv = Buffer.from(wantedIv) // the binding hands this very memory to the module, which may write into it
  module.C_EncryptInit(session, gcm(deps, iv, aad), key)
  const input = Buffer.from(plain)
  const room = Buffer.alloc(plain.length + ivBytes + tagBytes)
  const sealed = module.C_Encrypt(session, input, room)
  input.fill(0)
  if (iv.every((byte) => byte === 0))
    throw new KeyError('KEY_REFUSED', 'the token makes no IV of its own; set "iv: gateway"')
  return new Uint8Array(Buffer.concat([iv, sealed]))
}

function unseal(
  deps: SessionDeps,
  session: Handle,
  key: Handle,
  box: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  const { module } = deps
  const tampered = () => new KeyError('KEY_TAMPERED', 'a wrapped key was changed or belongs elsewhere')
  if (box.length < ivBytes + tagBytes) throw tampered()
  module.C_DecryptInit(session, gcm(deps, Buffer.from(box.subarray(0, ivBytes)), aad), key)
  const room = Buffer.alloc(box.length)
  try {
    return new Uint8Array(module.C_Decrypt(session, Buffer.from(box.subarray(ivBytes)), room))
  } catch (error) {
    if (!isNotOpened(error)) throw error
    module.C_GetSessionInfo(session) // throws when it is the session that is at fault
    throw tampered()
  } finally {
    room.fill(0)
  }
}

function gcm({ c }: SessionDeps, iv: Buffer, aad: Uint8Array): Mechanism {
  const parameter = {
    type: c.CK_PARAMS_AES_GCM_v240,
    iv,
    ivBits: ivBytes * 8,
    aad: Buffer.from(aad),
    tagBits: tagBytes * 8,
  }
  return { mechanism: c.CKM_AES_GCM, parameter }
}
