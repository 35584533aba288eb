import type { Handle } from 'pkcs11js'
import { KeyError } from '#keys'
import type { Clock } from '#kernel'
import { parseKeyLabel, serializeKeyLabel, type KeyLabel } from './pkcs11-label.ts'
import { attempt, type SessionDeps, type TokenSession } from './pkcs11-session.ts'

interface FoundKey extends KeyLabel {
  readonly handle: Handle
}

/** Finds keys by their labels, and remembers their handles while they are good. Everything throws what the module throws, or `KeyError`. */
export interface KeyFinder {
  /** All versions of a key, oldest first, looked up anew. What is due for destruction is destroyed before. */
  named(session: Handle, name: string): readonly FoundKey[]
  newest(session: Handle, name: string): number
  /** A key that may be used. Its label is read each time: another node may have closed it. */
  usable(session: Handle, name: string, version: number): Handle
  forget(): void
}

const maxObjects = 10_000 // on one token; more would make every look a long one
const batch = 100

export function keyFinder(
  deps: SessionDeps & { readonly clock: Pick<Clock, 'now'> },
  mustBeThere: TokenSession['mustBeThere'],
): KeyFinder {
  const { module, c, clock } = deps
  const known = new Map<string, FoundKey>()
  /** Labels of known keys that cannot leave the token. */
  const inside = new Set<string>()
  const forget = () => {
    known.clear()
    inside.clear()
  }
  const labelOf = (session: Handle, handle: Handle): string => {
    const [label] = module.C_GetAttributeValue(session, handle, [{ type: c.CKA_LABEL }])
    return Buffer.isBuffer(label?.value) ? label.value.toString('utf8') : ''
  }
  const scan = (session: Handle): readonly FoundKey[] => {
    forget()
    for (const handle of findSecretKeys(deps, session)) {
      const label = parseKeyLabel(labelOf(session, handle))
      if (label === undefined) continue
      if (label.destroyAtMs !== undefined && label.destroyAtMs <= clock.now())
        module.C_DestroyObject(session, handle)
      else known.set(serializeKeyLabel(label), { ...label, handle })
    }
    return [...known.values()]
  }
  const named = (session: Handle, name: string) => {
    const all = scan(session).filter((key) => key.name === name)
    // Some modules show a token that was pulled as one without keys: "unknown" must not be said of a key that is only away.
    if (all.length === 0) mustBeThere()
    return all.toSorted((one, other) => one.version - other.version)
  }
  return {
    forget,
    named,
    newest(session, name) {
      const all = named(session, name) // looked up anew: another node may have rotated it
      if (all.length === 0) throw new KeyError('KEY_UNKNOWN', 'the token has no such key')
      return Math.max(...all.map((key) => key.version))
    },
    usable(session, name, version) {
      const label = serializeKeyLabel({ name, version })
      const cached = known.get(label)
      const isSame = cached !== undefined && attempt(() => labelOf(session, cached.handle)) === label
      const key = isSame ? cached : named(session, name).find((one) => one.version === version)
      if (key === undefined) throw new KeyError('KEY_UNKNOWN', 'the token has no such key')
      if (key.destroyAtMs !== undefined) throw new KeyError('KEY_REFUSED', 'the key is being destroyed')
      if (!inside.has(label)) mustStayInside(deps, session, key.handle)
      inside.add(label)
      return key.handle
    },
  }
}

function findSecretKeys({ module, c }: SessionDeps, session: Handle): Handle[] {
  const template = [
    { type: c.CKA_CLASS, value: c.CKO_SECRET_KEY },
    { type: c.CKA_KEY_TYPE, value: c.CKK_AES },
    { type: c.CKA_TOKEN, value: true },
  ]
  module.C_FindObjectsInit(session, template)
  try {
    const all: Handle[] = []
    for (let some = module.C_FindObjects(session, batch); some.length > 0;) {
      all.push(...some)
      if (all.length > maxObjects)
        throw new KeyError('KEY_REFUSED', `the token holds more than ${maxObjects} keys`)
      some = module.C_FindObjects(session, batch)
    }
    return all
  } finally {
    module.C_FindObjectsFinal(session)
  }
}

/** A key that could leave the token is worth no more than a file. */
function mustStayInside({ module, c }: SessionDeps, session: Handle, key: Handle): void {
  const [sensitive, extractable] = module.C_GetAttributeValue(session, key, [
    { type: c.CKA_SENSITIVE },
    { type: c.CKA_EXTRACTABLE },
  ])
  const isOn = (value: unknown) => Buffer.isBuffer(value) && value[0] === 1
  if (!isOn(sensitive?.value) || isOn(extractable?.value))
    throw new KeyError('KEY_REFUSED', 'the key may be taken out of the token')
}
