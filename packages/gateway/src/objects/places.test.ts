import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseConfig, type TenantId } from '#kernel'
import { checkKey, checkPrefix } from './object-key.ts'
import { ObjectError } from './error.ts'
import { idOf, keyOf, storeName } from './places.ts'

const base =
  'dataDir: d\nsip: { listen: [{ tls: { certFile: c, keyFile: k } }] }\napps: [{ id: app, tenant: acme, webhook: { url: "https://a.example/", secrets: ["env:S"] } }]\n'
const objects = (yaml: string) => parseConfig(`${base}objects: ${yaml}`, 'test').objects
const acme = 'acme' as TenantId

test('idOf() undoes keyOf(), and every such key is one that a store may hold', () => {
  const part = fc.stringMatching(/^[a-z]{2,5}_[0-9a-f]{32}$/)
  const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/)
  const at = fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(part, tenant, at, (id, name, created_at) => {
      const key = keyOf({ id, kind: 'audio', tenant: name as TenantId, created_at })
      assert.equal(idOf(key), id)
      assert.equal(checkKey(key), key)
    }),
  )
})

test('idOf() and checkKey() survive any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 700 }), (text) => {
      void idOf(text)
      for (const check of [checkKey, checkPrefix])
        try {
          check(text)
          assert.ok(
            !text.split('/').some((name) => name.startsWith('.')) &&
              !text.includes('\\') &&
              !text.includes('\0'),
          )
        } catch (error) {
          assert.ok(error instanceof ObjectError, String(error))
        }
    }),
  )
})

test('storeName() is the tenant’s own, else the kind’s, else the local folder; for backups there is none unless it is said', () => {
  const config = objects(`
  stores: [{ id: eu, kind: folder, dir: /eu }, { id: all, kind: folder, dir: /all }, { id: far, kind: folder, dir: /far }]
  place: { audio: all, backup: far }
  tenants: [{ id: acme, place: { audio: eu } }]`)
  assert.deepEqual(
    [
      storeName(config, 'audio', acme),
      storeName(config, 'audio', 'other' as TenantId),
      storeName(config, 'transcript', acme),
    ],
    ['eu', 'all', 'local'],
  )
  assert.equal(storeName(config, 'backup', acme), 'far')
  assert.equal(storeName(objects('{}'), 'backup', acme), undefined)
})

test('parseConfig() refuses places that are no stores, stores said twice, and endpoints in clear', () => {
  const s3 = 'kind: s3, bucket: bucket'
  for (const [yaml, fault] of [
    ['{ place: { audio: none } }', /objects\.place\.audio: there is no store "none"/],
    [
      '{ stores: [{ id: a, kind: folder, dir: /a }, { id: a, kind: folder, dir: /b }] }',
      /stores\.1\.id: there is another "a"/,
    ],
    [`{ stores: [{ id: a, ${s3}, endpoint: "http://s3.example" }] }`, /endpoint: must be https:/],
    ['{ tenants: [{ id: nobody, place: {} }] }', /there is no tenant "nobody"/],
    [
      '{ tenants: [{ id: acme, place: { audio: none } }] }',
      /tenants\.0\.place\.audio: there is no store "none"/,
    ],
    [
      `{ stores: [{ id: a, ${s3}, credentials: { accessKeyId: AKIA, secretAccessKey: plain } }] }`,
      /credentials/,
    ],
  ] as const)
    assert.throws(() => objects(yaml), fault, yaml)
  objects(
    `{ stores: [{ id: a, ${s3}, endpoint: "http://s3.example", dangerouslyAllowPlaintext: true }], place: { audio: a } }`,
  )
})
