import {
  fromBase64,
  parseVerifierKey,
  seedBytes,
  signer,
  toBase64,
  type SignatureKind,
  type Signer,
  type VerifierKey,
} from '@voxkeep/tlog'
import type { Clock, Random } from '#kernel'
import { AuditError } from './error.ts'
import type { AuditStore, SignerRow } from './store.ts'

/** Seals the seeds under the node's own key; `open` throws for what was not sealed there. */
export interface SeedSeal {
  seal(text: string, context: string): string
  open(sealed: string, context: string): string
}

/** A public key and the time in which its private half signed. */
export interface PublishedKey {
  readonly key: VerifierKey
  readonly from: Date
  readonly until: Date | null
}

/** The keys that sign: an Ed25519 one and an ML-DSA-44 one at a time, the same pair for every name. */
export interface Signers {
  /** Those that sign now, under this name. */
  current(name: string): readonly Signer[]
  /** All that ever signed under this name, oldest first. */
  published(name: string): readonly PublishedKey[]
  /** Takes over what other nodes changed. Rejects with `AuditError`. */
  refresh(): Promise<void>
  /** A new pair signs from now on; the old one's public halves stay published. Rejects with `AuditError`. */
  rotate(): Promise<void>
}

interface Pair {
  readonly row: SignerRow
  readonly seeds: Readonly<Partial<Record<SignatureKind, Uint8Array>>>
  readonly byName: Map<string, readonly Signer[]>
}

export interface SignersDeps {
  readonly store: Pick<AuditStore, 'signers' | 'addSigner'>
  readonly purpose: SignerRow['purpose']
  readonly seal: SeedSeal
  readonly random: Random
  readonly clock: Clock
}

/** Opens the keys, making the first pair when there is none. Rejects with `AuditError` (`AUDIT_UNSIGNED`) when one was changed or cannot be opened. */
export async function openSigners(deps: SignersDeps): Promise<Signers> {
  let pairs: readonly Pair[] = []
  const refresh = async () => {
    const rows = await deps.store.signers(deps.purpose).catch(unsigned)
    const known = new Map(pairs.map((pair) => [pair.row.id, pair]))
    pairs = rows.map((row) => {
      const pair = known.get(row.id)
      return pair === undefined ? openPair(deps, row) : { ...pair, row }
    })
  }
  const rotate = async () => {
    await deps.store.addSigner(newPair(deps)).catch(unsigned)
    await refresh()
  }
  await refresh()
  if (pairs.length === 0) await rotate()
  const signersOf = (pair: Pair, name: string) => {
    const signers = pair.byName.get(name) ?? makeSigners(pair.seeds, name)
    pair.byName.set(name, signers)
    return signers
  }
  return {
    current: (name) => {
      const pair = pairs.findLast(({ row }) => row.until_at === null)
      if (pair === undefined) throw new AuditError('AUDIT_UNSIGNED', 'there is no key to sign with')
      return signersOf(pair, name)
    },
    published: (name) =>
      pairs.flatMap((pair) =>
        signersOf(pair, name).map(({ key }) => ({ key, from: pair.row.from_at, until: pair.row.until_at })),
      ),
    refresh,
    rotate,
  }
}

const kindsOf: Readonly<Record<SignerRow['purpose'], readonly SignatureKind[]>> = {
  log: ['ed25519', 'ml-dsa-44'],
  witness: ['ed25519-cosignature', 'ml-dsa-44'],
}

function makeSigners(seeds: Pair['seeds'], name: string): readonly Signer[] {
  return Object.entries(seeds).map(([kind, seed]) => signer(name, kind as SignatureKind, seed))
}

function newPair({ purpose, seal, random, clock }: SignersDeps): SignerRow {
  const seeds = random.bytes(2 * seedBytes)
  const id = `sgn_${Buffer.from(random.bytes(16)).toString('hex')}`
  const [ed25519, mlDsa44] = publicHalves(purpose, seeds)
  const seeds_sealed = seal.seal(toBase64(seeds), contextOf(id))
  seeds.fill(0)
  return {
    id,
    purpose,
    seeds_sealed,
    ed25519,
    ml_dsa_44: mlDsa44,
    from_at: new Date(clock.now()),
    until_at: null,
  }
}

function openPair({ purpose, seal }: SignersDeps, row: SignerRow): Pair {
  let seeds: Uint8Array | undefined
  try {
    seeds = fromBase64(seal.open(row.seeds_sealed, contextOf(row.id)))
  } catch (cause) {
    unsigned(cause)
  }
  if (seeds?.length !== 2 * seedBytes) throw new AuditError('AUDIT_UNSIGNED', 'a signing key was changed')
  const [ed25519, mlDsa44] = publicHalves(purpose, seeds)
  if (row.ed25519 !== ed25519 || row.ml_dsa_44 !== mlDsa44)
    throw new AuditError('AUDIT_UNSIGNED', 'the public half of a signing key was changed')
  return { row, seeds: bySeed(purpose, seeds), byName: new Map() }
}

function bySeed(purpose: SignerRow['purpose'], seeds: Uint8Array): Pair['seeds'] {
  return Object.fromEntries(
    kindsOf[purpose].map((kind, n) => [kind, seeds.slice(n * seedBytes, (n + 1) * seedBytes)]),
  )
}

/** The public keys, as they stand in a verifier key: Base 64 over the kind's byte and the key. */
function publicHalves(purpose: SignerRow['purpose'], seeds: Uint8Array): [string, string] {
  const [ed25519 = '', mlDsa44 = ''] = makeSigners(bySeed(purpose, seeds), 'any').map(({ key }) =>
    key.text.slice(key.text.indexOf('+', 'any+'.length) + 1),
  )
  return [ed25519, mlDsa44]
}

function contextOf(id: string): string {
  return `audit_signers.seeds_sealed:${id}`
}

function unsigned(cause: unknown): never {
  throw new AuditError('AUDIT_UNSIGNED', 'the keys that sign checkpoints cannot be opened', { cause })
}

/** Reads verifier keys of the configuration. Throws `AuditError` for one that is none. */
export function readKeys(texts: readonly string[]): VerifierKey[] {
  return texts.map((text) => {
    const key = parseVerifierKey(text)
    if (key === undefined) throw new AuditError('AUDIT_UNSIGNED', 'a configured verifier key is none')
    return key
  })
}
