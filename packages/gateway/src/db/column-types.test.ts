import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { DbError, type Database } from './index.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

describe('columns', () => {
  let place: TestDatabase
  let db: Database

  before(async () => {
    place = await testDatabase()
    db = await place.open()
  })
  after(async () => {
    await db[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })

  test('kysely gives every type that stores use as the same kind of value', async () => {
    const { rows } = await sql`
      select 1::int as int4, 9007199254740991::bigint as int8, 0.1::float8 as float8, 1.50::numeric as numeric,
        'ü'::text as text, true as bool, null::text as nothing, '\\x00ff80'::bytea as bytea,
        '2026-01-02 03:04:05.678+00'::timestamptz as timestamptz, '{"a": [1, null], "b": "c"}'::jsonb as jsonb,
        '[1]'::json as json, array['a', 'b']::text[] as texts, array[]::text[] as none,
        array['a']::name[] as names, array[1, 9007199254740991]::bigint[] as int8s, array[1]::int[] as int4s,
        'a'::name as name, count(*) as counted
      from (values (1), (2)) as v (n)`.execute(db.kysely)
    assert.deepEqual(rows, [
      {
        int4: 1,
        int8: Number.MAX_SAFE_INTEGER,
        float8: 0.1,
        numeric: '1.50',
        text: 'ü',
        bool: true,
        nothing: null,
        bytea: new Uint8Array([0, 255, 128]),
        timestamptz: new Date('2026-01-02T03:04:05.678Z'),
        jsonb: { a: [1, null], b: 'c' },
        json: [1],
        texts: ['a', 'b'],
        none: [],
        names: ['a'],
        int8s: [1, Number.MAX_SAFE_INTEGER],
        int4s: [1],
        name: 'a',
        counted: 2,
      },
    ])
  })

  test('kysely takes every kind of value that stores give', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z')
    const { rows } = await sql`
      select ${"it's"}::text as text, ${2 ** 40}::bigint as int8, ${false}::bool as bool, ${null}::text as nothing,
        ${new Uint8Array([1, 2, 255])}::bytea as bytea, ${at}::timestamptz as at, ${'{"a":"\\""}'}::jsonb as jsonb,
        ${['a', 'b"c', 'd,e']}::text[] as texts, 'b' = any(${['a', 'b']}::text[]) as found`.execute(db.kysely)
    assert.deepEqual(rows, [
      {
        text: "it's",
        int8: 2 ** 40,
        bool: false,
        nothing: null,
        bytea: new Uint8Array([1, 2, 255]),
        at,
        jsonb: { a: '"' },
        texts: ['a', 'b"c', 'd,e'],
        found: true,
      },
    ])
  })

  test('kysely gives bytes and texts back as they were given, whatever they are', async () => {
    const text = fc
      .string({ unit: anyCharacter })
      .filter((value) => value.isWellFormed() && !value.includes('\0'))
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), text, async (bytes, words) => {
        const { rows } = await sql`select ${bytes}::bytea as bytes, ${words}::text as words`.execute(
          db.kysely,
        )
        assert.deepEqual(rows, [{ bytes: new Uint8Array(bytes), words }])
      }),
      { numRuns: 20 },
    )
  })

  test('kysely tells of an error without the values in it', async () => {
    const marker = 'Marker-Value'
    for (const statement of [
      sql`select ${marker}::int`,
      sql`select ${`{"${marker}`}::jsonb`,
      sql`insert into dial_stops (app, since) values (${marker}, ${marker}::timestamptz)`,
    ]) {
      const error = await statement.execute(db.kysely).catch((thrown: unknown) => thrown)
      assert.ok(error instanceof DbError && error.code === 'DB_FAILED')
      const { message, cause, sqlState } = error
      assert.ok(!JSON.stringify([message, String(cause), error]).includes(marker))
      assert.match(sqlState ?? '', /^22/)
    }
  })
})
