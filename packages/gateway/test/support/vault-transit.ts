import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** What a request came to: a status with a body, as the API documentation of Transit says it. */
export interface Reply {
  readonly status: number
  readonly data?: Readonly<Record<string, unknown>>
  readonly errors?: readonly string[]
}

type Body = Readonly<Record<string, unknown>>

interface TransitKey {
  readonly derived: boolean
  readonly versions: { readonly key: Buffer; readonly createdS: number }[]
  minDecryption: number
  minEncryption: number
  deletionAllowed: boolean
  softDeleted: boolean
}

const nonceBytes = 12
const tagBytes = 16

const invalid = (error: string): Reply => ({ status: 400, errors: [error] })
const notFound: Reply = { status: 404, errors: [] }
const text = (body: Body, name: string) => (typeof body[name] === 'string' ? body[name] : '')

/**
 * The Transit secrets engine, written from its public API documentation: AES-256-GCM with associated data, derivation by context,
 * versions, and the words of its errors. `datakey` and `rewrap` ignore associated data, as the real one does.
 */
export class Transit {
  readonly #keys = new Map<string, TransitKey>()

  has(name: string): boolean {
    return this.#keys.has(name)
  }

  handle(method: string, path: string, body: Body): Reply {
    const [verb = '', ...rest] = path.split('/')
    const name = rest.at(verb === 'datakey' ? 1 : 0) ?? ''
    if (!/^\w(?:[\w.-]*\w)?$/.test(name)) return { status: 404, errors: ['unsupported path'] }
    if (verb === 'keys') return this.#manage(method, name, rest[1], body)
    const key = this.#keys.get(name)
    if (method !== 'POST') return { status: 405, errors: ['unsupported operation'] }
    if (key === undefined) return invalid('encryption key not found')
    if (key.softDeleted) return invalid('key is soft deleted')
    if (key.derived && text(body, 'context') === '')
      return invalid("missing 'context' for key derivation; the key was created using a derived key")
    if (verb === 'encrypt') return this.#encrypt(key, text(body, 'plaintext'), body)
    if (verb === 'decrypt') return this.#decrypt(key, body)
    if (verb === 'rewrap') return this.#rewrap(key, body)
    if (verb === 'datakey') return this.#dataKey(key, body)
    return { status: 404, errors: ['unsupported path'] }
  }

  #manage(method: string, name: string, what: string | undefined, body: Body): Reply {
    const key = this.#keys.get(name)
    if (what === undefined && method === 'POST') {
      if (key === undefined) this.#keys.set(name, newKey(body['derived'] === true))
      return { status: 200, data: describe(name, this.#keys.get(name) as TransitKey) }
    }
    if (key === undefined)
      return method === 'GET' ? notFound : invalid('no existing key named ' + name + ' could be found')
    if (what === undefined && method === 'GET') return { status: 200, data: describe(name, key) }
    if (what === undefined && method === 'DELETE') return this.#remove(name, key)
    if (what === 'rotate' && method === 'POST') {
      key.versions.push(newVersion())
      return { status: 200, data: describe(name, key) }
    }
    if (what === 'config' && method === 'POST') return configure(name, key, body)
    if (what === 'soft-delete' && method === 'DELETE') key.softDeleted = true
    else if (what === 'soft-delete-restore' && method === 'POST') key.softDeleted = false
    else return { status: 404, errors: ['unsupported path'] }
    return { status: 204 }
  }

  #remove(name: string, key: TransitKey): Reply {
    if (!key.deletionAllowed)
      return invalid(`error deleting policy ${name}: deletion is not allowed for this key`)
    this.#keys.delete(name)
    return { status: 204 }
  }

  #encrypt(key: TransitKey, plaintext: string, body: Body, aad = text(body, 'associated_data')): Reply {
    const version = key.versions.length
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', keyOf(key, version, body), nonce)
    if (aad !== '') cipher.setAAD(Buffer.from(aad, 'base64'))
    const box = [nonce, cipher.update(Buffer.from(plaintext, 'base64')), cipher.final(), cipher.getAuthTag()]
    const ciphertext = `vault:v${version}:${Buffer.concat(box).toString('base64')}`
    return { status: 200, data: { ciphertext, key_version: version } }
  }

  #decrypt(key: TransitKey, body: Body, aad = text(body, 'associated_data')): Reply {
    const match = /^vault:v(\d+):(.*)$/.exec(text(body, 'ciphertext'))
    if (!match) return invalid('invalid ciphertext: no prefix')
    const version = Number(match[1])
    if (version > key.versions.length) return invalid('invalid ciphertext: version is too new')
    if (version < Math.max(1, key.minDecryption))
      return invalid('ciphertext or signature version is disallowed by policy (too old)')
    const box = Buffer.from(match[2] ?? '', 'base64')
    if (box.length < nonceBytes + tagBytes) return invalid('invalid ciphertext length')
    const decipher = createDecipheriv('aes-256-gcm', keyOf(key, version, body), box.subarray(0, nonceBytes))
    if (aad !== '') decipher.setAAD(Buffer.from(aad, 'base64'))
    decipher.setAuthTag(box.subarray(-tagBytes))
    try {
      const plain = Buffer.concat([decipher.update(box.subarray(nonceBytes, -tagBytes)), decipher.final()])
      return { status: 200, data: { plaintext: plain.toString('base64') } }
    } catch {
      return invalid('cipher: message authentication failed')
    }
  }

  #rewrap(key: TransitKey, body: Body): Reply {
    const opened = this.#decrypt(key, body, '')
    return opened.status === 200 ? this.#encrypt(key, text(opened.data ?? {}, 'plaintext'), body, '') : opened
  }

  #dataKey(key: TransitKey, body: Body): Reply {
    const plaintext = randomBytes(32).toString('base64')
    const sealed = this.#encrypt(key, plaintext, body, '')
    return { status: 200, data: { ...sealed.data, plaintext } }
  }
}

function newVersion() {
  return { key: randomBytes(32), createdS: Math.floor(Date.now() / 1_000) }
}

function newKey(derived: boolean): TransitKey {
  return {
    derived,
    versions: [newVersion()],
    minDecryption: 1,
    minEncryption: 0,
    deletionAllowed: false,
    softDeleted: false,
  }
}

function keyOf(key: TransitKey, version: number, body: Body): Buffer {
  const root = key.versions[version - 1]?.key ?? Buffer.alloc(0)
  if (!key.derived) return root
  return Buffer.from(hkdfSync('sha256', root, '', Buffer.from(text(body, 'context'), 'base64'), 32))
}

function describe(name: string, key: TransitKey): Record<string, unknown> {
  const open = key.versions.map(({ createdS }, at) => [String(at + 1), createdS] as const)
  return {
    name,
    type: 'aes256-gcm96',
    derived: key.derived,
    exportable: false,
    allow_plaintext_backup: false,
    deletion_allowed: key.deletionAllowed,
    latest_version: key.versions.length,
    min_decryption_version: key.minDecryption,
    min_encryption_version: key.minEncryption,
    keys: Object.fromEntries(open.filter(([version]) => Number(version) >= key.minDecryption)),
    soft_deleted: key.softDeleted,
    supports_encryption: true,
    supports_derivation: true,
  }
}

function configure(name: string, key: TransitKey, body: Body): Reply {
  const { min_decryption_version: least, min_encryption_version: newest, deletion_allowed: deletion } = body
  if (typeof least === 'number') {
    if (least > key.versions.length)
      return invalid('cannot set min decryption version of key beyond its latest')
    key.minDecryption = Math.max(1, least)
  }
  if (typeof newest === 'number') key.minEncryption = newest
  if (typeof deletion === 'boolean') key.deletionAllowed = deletion
  return { status: 200, data: describe(name, key) }
}
