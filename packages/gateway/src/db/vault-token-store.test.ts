import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { fakeClock, isLuhn, Secret, silentLog, type CallId, type TenantId, type TenantKeyId } from '#kernel'
import {
  isTokenVaultError,
  openTokenVault,
  subjectTokens,
  sweepTokens,
  tokenKinds,
  type Tokenise,
  type TokenKind,
  type TokenPolicy,
  type TokenVaultDeps,
  type TokenVaultErrorCode,
} from '#tokens'
import { holdStore } from './hold-store.ts'
import type { Database } from './open-database.ts'
import { applyErasures } from './settle-restored.ts'
import { filledTables, insertLines, readSnapshot } from './snapshot.ts'
import { tenantKeyStore } from './tenant-key-store.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'
import { insertCall } from './test-retention.ts'
import { vaultTokenStore } from './vault-token-store.ts'

const [acme, rival] = ['acme', 'rival'] as TenantId[] as [TenantId, TenantId]
const visa = '4242424242424242'
const [callA, callB] = ['call_a', 'call_b'] as CallId[] as [CallId, CallId]
const start = new Date('2026-01-01T00:00:00Z')
const dayMs = 86_400_000
const never = new AbortController().signal
const usual: TokenPolicy = {
  mayKeep: true,
  ttlMs: 90 * dayMs,
  maxTtlMs: 400 * dayMs,
  revealFor: undefined,
  limits: { perToken: 3, perActor: 5, perTenant: 7 },
}
const isCode = (code: TokenVaultErrorCode) => (error: unknown) => isTokenVaultError(error, code)

describe('openTokenVault()', () => {
  let place: TestDatabase
  let database: Database

  before(async () => {
    place = await testDatabase()
    database = await place.open()
  })
  after(async () => {
    await database[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })
  beforeEach(async () => {
    for (const table of [
      'token_vault.calls',
      'token_vault.tokens',
      'token_vault.uses',
      'data_keys',
      'shredded_keys',
      'tenant_keys',
      'holds',
      'calls',
    ])
      await sql`delete from ${sql.table(table)}`.execute(database.kysely)
    const keys = tenantKeyStore(database)
    await keys.addKeys([acme, rival].map((tenant) => keyRow(tenant)))
  })

  function open(more: Partial<TokenPolicy> = {}, o: { audit?: TokenVaultDeps['audit'] } = {}) {
    const clock = fakeClock(start.getTime())
    const audited: { type: string; fields: object; actor: string }[] = []
    const deps: TokenVaultDeps = {
      store: vaultTokenStore(database),
      keys: toyKeys(database),
      audit: o.audit ?? (async (event) => void audited.push(event)),
      policy: () => ({ ...usual, ...more }),
      clock,
      random: { bytes: (count) => new Uint8Array(randomBytes(count)) },
      log: silentLog,
      count: () => {},
    }
    const vault = openTokenVault(deps)
    const keep = (value: string, own: Partial<Tokenise> = {}) =>
      vault.tokenise({
        tenant: acme,
        kind: 'card',
        value: new Secret(value),
        purposes: ['refund'],
        actor: 'token:a',
        ...own,
      })
    const reveal = async (token: string, own: { purpose?: string; tenant?: TenantId; actor?: string } = {}) =>
      (
        await vault.reveal({
          tenant: acme,
          token,
          purpose: 'refund',
          actor: 'token:a',
          reason: 'case 7',
          ...own,
        })
      ).reveal()
    return { clock, audited, deps, vault, keep, reveal }
  }

  test('keeps a value under a random token that shows nothing but its last four, and gives it back for its purpose', async () => {
    const { keep, reveal, vault, audited } = open()
    const view = await keep('4242 4242-4242.4242', { call: callA })
    assert.match(view.token, /^vt_[0-9a-f]{32}$/)
    assert.partialDeepStrictEqual(view, {
      kind: 'card',
      masked: '**** 4242',
      brand: 'visa',
      call: callA,
      purposes: ['refund'],
    })
    assert.equal(await reveal(view.token), visa)
    assert.deepEqual(await vault.get(acme, view.token), view)
    assert.deepEqual(
      audited.map(({ type }) => type),
      ['token.making', 'token.revealed'],
    )
    assert.ok(!JSON.stringify(audited).includes('4242424242'))
  })

  test('puts nothing in clear into any table', async () => {
    const { keep } = open()
    for (const [kind, value] of Object.entries(examples)) await keep(value, { kind: kind as TokenKind })
    let rows = ''
    await readSnapshot(database, async ({ lines }) => {
      for await (const group of lines) rows += group.join('\n')
    })
    for (const value of Object.values(examples)) {
      if (value.length < 7) continue // found by chance
      for (const form of [value, Buffer.from(value).toString('base64'), Buffer.from(value).toString('hex')])
        assert.ok(!rows.includes(form), form)
    }
  })

  test('gives the same value the same token, wider than before, and never across tenants or kinds', async () => {
    const { keep, vault, clock, reveal } = open()
    const first = await keep(visa)
    clock.advance(dayMs)
    const second = await keep(`4242-${visa.slice(4)}`, { purposes: ['dispute'], call: callA })
    assert.equal(second.token, first.token)
    assert.deepEqual([second.purposes, second.call], [['refund', 'dispute'], callA])
    assert.equal(second.expiresAt?.getTime(), start.getTime() + 91 * dayMs)
    assert.equal(await reveal(first.token, { purpose: 'dispute' }), visa)
    assert.notEqual((await keep(visa, { kind: 'account' })).token, first.token)
    const theirs = await keep(visa, { tenant: rival })
    assert.notEqual(theirs.token, first.token)
    assert.equal(await vault.get(acme, theirs.token), undefined)
    await assert.rejects(reveal(theirs.token), isCode('TOKEN_UNKNOWN'))
  })

  test('keeps one of many who come at once with the same value', async () => {
    const { keep } = open()
    const views = await Promise.all(Array.from({ length: 8 }, () => keep(visa)))
    assert.equal(new Set(views.map(({ token }) => token)).size, 1)
    const { rows } = await sql<{ keys: number }>`select count(*)::int as keys from data_keys`.execute(
      database.kysely,
    )
    assert.equal(rows[0]?.keys, 1)
  })

  test('makes shaped tokens that are no card’s number, for cards alone', async () => {
    const { keep, reveal } = open()
    const { token } = await keep(visa, { shape: 'shaped' })
    assert.match(token, /^\d{12}4242$/)
    assert.equal(isLuhn(token), false)
    assert.equal(await reveal(token), visa)
    await assert.rejects(keep('123456789', { kind: 'ssn', shape: 'shaped' }), isCode('TOKEN_INVALID'))
  })

  test('knows no kind for security codes and PINs, and refuses one that the types do not know', async () => {
    const { keep } = open()
    for (const word of ['cvv', 'cvc', 'pin', 'security-code', 'card-code', '__proto__', 'constructor']) {
      assert.equal((tokenKinds as readonly string[]).includes(word), false)
      // @ts-expect-error no such kind can be named
      const kind: TokenKind = word as 'cvv'
      await assert.rejects(keep('123', { kind }), isCode('TOKEN_INVALID'))
    }
    for (const kind of tokenKinds) assert.doesNotMatch(kind, /cv[vc]|pin|(?<!postal-)code$|track/)
  })

  test('refuses what is no value of its kind, without saying what it was', async () => {
    const { keep } = open()
    const wrong: readonly [TokenKind, string][] = [
      ['card', '4242424242424241'],
      ['card', '42'],
      ['card-expiry', '13/27'],
      ['ssn', '12345'],
      ['iban', '12'],
      ['email', 'nobody'],
      ['person', '  '],
      ['other', 'x'.repeat(2_000)],
      ['other', '123'],
      ['other', ' 1234 '],
    ]
    for (const [kind, value] of wrong)
      await assert.rejects(
        keep(value, { kind }),
        (error: Error) => isTokenVaultError(error, 'TOKEN_INVALID') && !error.message.includes(value),
      )
    for (const purposes of [[], ['Not A Word'], Array.from({ length: 17 }, (_, n) => `p${n}`)])
      await assert.rejects(keep(visa, { purposes }), isCode('TOKEN_INVALID'))
    for (const ttlMs of [0, Number.NaN, 401 * dayMs])
      await assert.rejects(keep(visa, { ttlMs }), isCode('TOKEN_INVALID'))
  })

  test('reveals for nothing but a token’s purposes and the policy’s, and says so in the audit log', async () => {
    const { keep, reveal, audited } = open()
    const { token, id } = await keep(visa)
    await assert.rejects(reveal(token, { purpose: 'marketing' }), isCode('TOKEN_REFUSED'))
    await assert.rejects(reveal('vt_00000000000000000000000000000000'), isCode('TOKEN_UNKNOWN'))
    assert.partialDeepStrictEqual(audited.slice(1), [
      { type: 'token.refused', fields: { why: 'purpose', vaultToken: id } },
      { type: 'token.refused', fields: { why: 'unknown' } },
    ])
    const strict = open({ revealFor: ['dispute'] })
    await assert.rejects(strict.reveal(token), isCode('TOKEN_REFUSED'))
  })

  test('limits what a token, an actor and a tenant get in an hour, also after a restart', async () => {
    const { keep, reveal, clock, deps, audited } = open()
    const tokens = []
    for (const value of [visa, '5555555555554444', '378282246310005', '6011111111111117'])
      tokens.push((await keep(value)).token)
    const [one = '', two = '', three = '', four = ''] = tokens
    for (let round = 0; round < 3; round++) await reveal(one)
    await assert.rejects(reveal(one, { actor: 'token:b' }), isCode('TOKEN_RATE'))
    await reveal(two)
    await reveal(two)
    await assert.rejects(reveal(three), isCode('TOKEN_RATE')) // the actor's sixth
    const again = openTokenVault({ ...deps, store: vaultTokenStore(database) })
    const more = async (token: string, actor: string) =>
      again.reveal({ tenant: acme, token, purpose: 'refund', actor })
    await more(three, 'token:b')
    await more(three, 'token:c')
    await assert.rejects(more(four, 'token:d'), isCode('TOKEN_RATE')) // the tenant's eighth
    const why = audited
      .filter(({ type }) => type === 'token.refused')
      .map(({ fields }) => (fields as { why: string }).why)
    assert.deepEqual(why, ['rate-token', 'rate-actor', 'rate-tenant'])
    clock.advance(3_600_001)
    assert.equal(await reveal(one), visa)
    const { rows } = await sql<{ uses: number }>`select count(*)::int as uses from token_vault.uses`.execute(
      database.kysely,
    )
    assert.equal(rows[0]?.uses, 1, 'what no limit looks at any more is gone')
  })

  test('counts no more than the limit however many ask at once', async () => {
    const { keep, reveal } = open()
    const { token } = await keep(visa)
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => reveal(token)))
    assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 3)
  })

  test('gives nothing away without its audit entry, and keeps nothing either', async () => {
    const { keep } = open()
    const { token } = await keep(visa)
    const deaf = open({}, { audit: () => Promise.reject(new Error('full')) })
    await assert.rejects(deaf.reveal(token), isCode('TOKEN_UNAVAILABLE'))
    await assert.rejects(deaf.reveal(token, { purpose: 'other' }), isCode('TOKEN_UNAVAILABLE'))
    await assert.rejects(deaf.keep('5555555555554444'), isCode('TOKEN_UNAVAILABLE'))
    await assert.rejects(deaf.vault.delete(acme, token, 'token:a'), isCode('TOKEN_UNAVAILABLE'))
    assert.deepEqual(await tokensLeft(), [token])
  })

  test('finds a value by its keyed hash, which counts and is audited as a reveal is', async () => {
    const { keep, vault, audited } = open({ limits: { perToken: 1, perActor: 2, perTenant: 9 } })
    const view = await keep(visa)
    const find = (value: string) =>
      vault.find({ tenant: acme, kind: 'card', value: new Secret(value), actor: 'token:a' })
    assert.equal((await find(visa))?.token, view.token)
    assert.equal(await find('5555555555554444'), undefined)
    await assert.rejects(find(visa), isCode('TOKEN_RATE'))
    assert.deepEqual(
      audited.map(({ type }) => type),
      ['token.making', 'token.searched', 'token.searched', 'token.refused'],
    )
  })

  test('destroys the key with the token, so that no copy of the row opens again', async () => {
    const { keep, reveal, vault } = open()
    const { token, id } = await keep(visa)
    const { rows } = await sql<object>`select row_to_json(t)::text as line from token_vault.tokens t`.execute(
      database.kysely,
    )
    assert.equal(await vault.delete(acme, token, 'token:a'), true)
    assert.equal(await vault.delete(acme, token, 'token:a'), false)
    assert.equal((await tenantKeyStore(database).shred(acme, id, start))?.object, id)
    const [{ line }] = rows as [{ line: string }]
    await database.kysely.transaction().execute((tx) => insertLines(tx, 'token_vault.tokens', [line]))
    await assert.rejects(reveal(token), isCode('TOKEN_UNAVAILABLE'))
  })

  test('ends a token in its time, for every use at once and for good with the next sweep', async () => {
    const { keep, reveal, vault, clock, deps } = open()
    const { token } = await keep(visa, { ttlMs: dayMs })
    const { token: young } = await keep('5555555555554444')
    clock.advance(dayMs)
    assert.equal(await vault.get(acme, token), undefined)
    await assert.rejects(reveal(token), isCode('TOKEN_UNKNOWN'))
    const again = await keep(visa)
    assert.notEqual(again.token, token)
    await sql`update token_vault.tokens set expires_at = ${start} where token = ${again.token}`.execute(
      database.kysely,
    )
    assert.deepEqual(await sweepTokens(deps, never), { tokens: 1, keys: 0 })
    assert.deepEqual(await tokensLeft(), [young])
    assert.equal(await keysLeft(), 1)
  })

  test('sweeps away a key that a crash left without its token', async () => {
    const { keep, deps, clock } = open()
    const { token } = await keep(visa)
    await sql`delete from token_vault.tokens where token = ${token}`.execute(database.kysely)
    assert.equal((await sweepTokens(deps, never)).keys, 0, 'too young to judge')
    clock.advance(2 * 3_600_000)
    assert.equal((await sweepTokens(deps, never)).keys, 1)
    assert.equal(await keysLeft(), 0)
  })

  test('keeps what a legal hold is on, from whoever would delete it', async () => {
    const { keep, reveal, vault, clock, deps } = open()
    await insertCall(database, { id: callA, startedAt: start })
    const { token } = await keep(visa, { call: callA, ttlMs: dayMs })
    await holdStore(database).insert(holdOn(callA))
    await assert.rejects(vault.delete(acme, token, 'token:a'), isCode('TOKEN_HELD'))
    clock.advance(2 * dayMs)
    assert.equal((await sweepTokens(deps, never)).tokens, 0)
    assert.deepEqual(await tokensLeft(), [token])
    await assert.rejects(reveal(token), isCode('TOKEN_UNKNOWN'))
  })

  test('erases a person’s tokens, but not what another’s call has too', async () => {
    const { keep, deps } = open()
    const alone = await keep(visa, { call: callA })
    const shared = await keep('5555555555554444', { call: callA })
    await keep('5555555555554444', { call: callB })
    const own = await keep('378282246310005', { call: callA })
    await keep('378282246310005') // once without a call
    const subjects = subjectTokens(deps)
    const shown = await subjects.ofCall(acme, callA)
    assert.deepEqual(
      shown.map(({ token }) => token).toSorted(),
      [alone.token, own.token, shared.token].toSorted(),
    )
    assert.equal(await subjects.forgetCall(acme, callA, 'dsr_1'), 1)
    assert.deepEqual(await subjects.ofCall(acme, callA), [])
    assert.deepEqual((await tokensLeft()).toSorted(), [own.token, shared.token].toSorted())
  })

  test('refuses a stream-only tenant, whose policy does not say otherwise', async () => {
    const { keep, audited } = open({ mayKeep: false })
    await assert.rejects(keep(visa), isCode('TOKEN_REFUSED'))
    assert.deepEqual(
      audited.map(({ type }) => type),
      ['token.refused'],
    )
    assert.deepEqual(await tokensLeft(), [])
  })

  test('is in a snapshot, sealed, comes back with it, and goes again when it was deleted since', async () => {
    const { keep, reveal, vault } = open()
    const [kept, gone] = [await keep(visa, { call: callA }), await keep('5555555555554444')]
    const before = new Map<string, string[]>()
    await readSnapshot(database, async ({ name, lines }) => {
      const all = []
      for await (const group of lines) all.push(...group)
      before.set(name, all)
    })
    assert.equal(before.get('token_vault.tokens')?.length, 2)
    await vault.delete(acme, gone.token, 'token:a')
    const { rows: erased } = await sql<never>`select * from shredded_keys`.execute(database.kysely)
    for (const table of ['token_vault.calls', 'token_vault.tokens', 'data_keys'])
      await sql`delete from ${sql.table(table)}`.execute(database.kysely)
    assert.deepEqual(
      (await filledTables(database)).filter((name) => name.startsWith('token_vault')),
      [],
    )
    await database.kysely.transaction().execute(async (tx) => {
      for (const table of ['data_keys', 'token_vault.tokens', 'token_vault.calls'])
        await insertLines(tx, table, before.get(table) ?? [])
      await applyErasures(tx, { erased, destroyedKeys: [], at: start })
    })
    assert.equal(await reveal(kept.token), visa)
    assert.equal(await vault.get(acme, gone.token), undefined)
    assert.deepEqual(await tokensLeft(), [kept.token])
  })

  test('hides every row from another tenant’s statement, also from one without a where', async () => {
    const { keep } = open()
    await keep(visa, { call: callA })
    for (const table of ['token_vault.tokens', 'token_vault.calls', 'token_vault.uses']) {
      const { rows } = await sql<object>`select * from ${sql.table(table)}`.execute(database.asTenant(rival))
      assert.deepEqual(rows, [], table)
    }
    const stolen = sql`update token_vault.tokens set tenant = 'rival'`
    assert.equal((await stolen.execute(database.asTenant(rival))).numAffectedRows, 0n)
    await assert.rejects(sql`update token_vault.tokens set tenant = 'rival'`.execute(database.asTenant(acme)))
  })

  test('gives back exactly what was kept, whatever it is', async () => {
    const { vault } = open({ limits: { perToken: 99, perActor: 999, perTenant: 999 } })
    const words = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .map((text) => text.normalize('NFC').trim().replaceAll(/\s+/g, ' '))
      .filter((text) => text !== '' && text.isWellFormed())
    await fc.assert(
      fc.asyncProperty(words, async (text) => {
        const kept = await vault.tokenise({
          tenant: acme,
          kind: 'other',
          value: new Secret(text),
          purposes: ['p'],
          actor: 'a',
        })
        assert.equal(
          (await vault.reveal({ tenant: acme, token: kept.token, purpose: 'p', actor: 'a' })).reveal(),
          text,
        )
      }),
      { numRuns: 6 },
    )
  })

  const tokensLeft = async () =>
    (
      await sql<{ token: string }>`select token from token_vault.tokens order by id`.execute(database.kysely)
    ).rows.map(({ token }) => token)
  const keysLeft = async () =>
    (await sql<{ keys: number }>`select count(*)::int as keys from data_keys`.execute(database.kysely))
      .rows[0]?.keys
})

const examples: Readonly<Record<TokenKind, string>> = {
  card: '4000056655665556',
  'card-expiry': '09/31',
  'bank-account': '9876543210123',
  'bank-routing': '110000000',
  iban: 'DE89370400440532013000',
  ssn: '078051120',
  'national-id': 'X1234567L',
  'postal-code': '10115',
  account: 'ACCOUNT 778899',
  phone: '+4930111222333',
  email: 'marker@example.test',
  person: 'Marker Person',
  address: 'Marker Street 7',
  other: 'Marker Other',
}

const tenantKey = (tenant: TenantId) => `tky_${tenant}` as TenantKeyId

function keyRow(tenant: TenantId) {
  return {
    id: tenantKey(tenant),
    tenant,
    purpose: 'tokens' as const,
    version: 1,
    provider: 'local',
    key: `voxkeep-${tenant}`,
    key_ref: 'local:1',
    wrapped: Buffer.from('wrapped'),
    state: 'active' as const,
    created_at: start,
    active_from: start,
    rotated_at: null,
    destroyed_at: null,
    wrapped_sha256: null,
  }
}

/** Keys whose rows are the database's, wrapped by turning them round: #keys has tests of its own. */
function toyKeys(database: Database): TokenVaultDeps['keys'] {
  const rows = tenantKeyStore(database)
  return {
    newDataKey({ tenant }) {
      const plain = new Uint8Array(randomBytes(32))
      return { plain, tenantKey: tenantKey(tenant), wrapped: plain.toReversed() }
    },
    async openObject({ tenant, purpose, object }) {
      const row = await rows.dataKey(tenant, object)
      if (row?.purpose !== purpose) throw new Error('shredded')
      return row.wrapped.toReversed()
    },
    shredObject: (tenant, object) => rows.shred(tenant, object, start),
    hmacKey: (tenant, purpose) => new Uint8Array(32).fill(`${tenant} ${purpose}`.length),
  }
}

function holdOn(call: CallId) {
  return {
    id: 'hold_1' as never,
    tenant: acme,
    call_id: call,
    subject_index: null,
    label: null,
    from_at: null,
    to_at: null,
    reason: 'case',
    placed_by: 'token:a',
    placed_at: start,
    until: null,
  }
}
