import assert from 'node:assert/strict'
import type { PeerCertificate } from 'node:tls'
import { test } from 'node:test'
import { DatabaseError, type ClientConfig } from 'pg'
import { Secret, type PostgresqlConfig } from '#kernel'
import { DbError } from './index.ts'
import { connectError, connectTo, isConnectionLoss } from './pg-connect.ts'

const config: PostgresqlConfig = {
  kind: 'postgresql',
  hosts: ['db.example'],
  port: 5432,
  name: 'voxkeep',
  user: 'voxkeep_node',
  tls: { mode: 'verify-full' },
  pool: { max: 2, idleMs: 1_000, connectTimeoutMs: 1_000, statementTimeoutMs: 1_000 },
  giveUpMs: 1_000,
}
const as = { user: 'somebody', password: 'env:SECRET' }
const read = (reference: string) => new Secret(`what ${reference} says`)
const tlsOf = ({ ssl }: ClientConfig) => (typeof ssl === 'object' ? ssl : assert.fail('no TLS'))
/** Whether it takes a certificate that holds this name. */
const takes = (made: ClientConfig, name: string) => {
  const certificate = { subject: {}, subjectaltname: `DNS:${name}` } as PeerCertificate
  return tlsOf(made).checkServerIdentity?.('whatever the driver says', certificate) === undefined
}

test('connectTo() verifies the host’s name, or the one that is configured', () => {
  const made = connectTo('db.example', config, as, read)
  assert.equal(tlsOf(made).rejectUnauthorized, true)
  assert.deepEqual([takes(made, 'db.example'), takes(made, 'other.example')], [true, false])
  const named = { ...config, tls: { mode: 'verify-full' as const, serverName: 'other.example' } }
  const other = connectTo('db.example', named, as, read)
  assert.deepEqual([takes(other, 'db.example'), takes(other, 'other.example')], [false, true])
})

test('connectTo() goes without TLS only by a Unix socket, or where the configuration says so', () => {
  assert.equal(connectTo('/run/postgresql', config, as, read).ssl, false)
  const plain = { ...config, tls: { mode: 'dangerouslyAllowPlaintext' as const } }
  assert.equal(connectTo('db.example', plain, as, read).ssl, false)
  const missing = { ...config, tls: { mode: 'verify-full' as const, caFile: '/no/such/file' } }
  assert.throws(
    () => connectTo('db.example', missing, as, read),
    (error) => error instanceof DbError && error.code === 'DB_REFUSED',
  )
})

test('connectTo() reads the password when it is asked for, and takes none from anywhere else', async () => {
  const passwordOf = async ({ password }: ClientConfig) =>
    typeof password === 'function' ? password() : assert.fail('it was read too early')
  assert.equal(await passwordOf(connectTo('h', config, as, read)), 'what env:SECRET says')
  await assert.rejects(passwordOf(connectTo('h', config, { user: 'x' }, read)), DbError)
})

const fault = (code: string) => Object.assign(new DatabaseError('x', 1, 'error'), { code })

test('connectError() tells what a person must change from what may pass', () => {
  for (const [code, wanted] of [
    ['28P01', 'DB_REFUSED'],
    ['28000', 'DB_REFUSED'],
    ['3D000', 'DB_REFUSED'],
    ['42501', 'DB_REFUSED'],
    ['57P03', 'DB_UNAVAILABLE'],
    ['53300', 'DB_UNAVAILABLE'],
  ] as const)
    assert.equal(connectError(fault(code)).code, wanted, code)
  for (const [code, wanted] of [
    ['ECONNREFUSED', 'DB_UNAVAILABLE'],
    ['ENOTFOUND', 'DB_UNAVAILABLE'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'DB_REFUSED'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'DB_REFUSED'],
    ['CERT_HAS_EXPIRED', 'DB_REFUSED'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'DB_REFUSED'],
  ] as const)
    assert.equal(connectError(Object.assign(new Error('x'), { code })).code, wanted, code)
  assert.equal(connectError(new Error('The server does not support SSL connections')).code, 'DB_REFUSED')
  assert.equal(connectError('odd').code, 'DB_UNAVAILABLE')
})

test('isConnectionLoss() knows a statement that was refused from one whose end nobody knows', () => {
  for (const code of ['57P01', '57P02', '57P03', '08006', '25P03'])
    assert.ok(isConnectionLoss(fault(code)), code)
  for (const code of ['23505', '42501', '57014', '22P02', '40001'])
    assert.ok(!isConnectionLoss(fault(code)), code)
  assert.ok(isConnectionLoss(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })))
  assert.ok(isConnectionLoss(new Error('Connection terminated unexpectedly')))
})
