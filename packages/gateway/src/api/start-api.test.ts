import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { openLog } from '#kernel'
import { pki, startFakeApi } from './fake-deps.ts'
import { startApi } from './start-api.ts'

async function handshake(port: number, more: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: pki.caPem, ...more })
  await once(socket, 'secureConnect')
  return socket
}
const serialOf = async (port: number) => {
  const socket = await handshake(port)
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}

test('startApi() speaks TLS 1.3 and 1.2, and nothing older', async () => {
  await using api = await startFakeApi()
  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    const socket = await handshake(api.port, { minVersion: version, maxVersion: version })
    assert.equal(socket.getProtocol(), version)
    socket.destroy()
  }
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await assert.rejects(handshake(api.port, old))
})

test('startApi() answers plaintext HTTP with nothing', async () => {
  await using api = await startFakeApi()
  const socket = connectTcp(api.port, '127.0.0.1')
  socket.write('GET /v1/health HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const received = Buffer.concat((await socket.toArray()) as Buffer[])
  assert.equal(received.includes('HTTP'), false)
})

test('startApi() shows a new certificate when its files change, and keeps the old one while they do not fit', async () => {
  await using api = await startFakeApi()
  const before = await serialOf(api.port)
  const next = await pki.issue(['localhost'])
  await writeFile(join(api.folder, 'cert.pem'), next.certPem)
  api.clock.advance(10_000)
  assert.equal(await serialOf(api.port), before) // the key is still the old one's
  await writeFile(join(api.folder, 'key.pem'), next.keyPem)
  api.clock.advance(10_000)
  const after = await serialOf(api.port)
  assert.notEqual(after, before)
  await writeFile(join(api.folder, 'key.pem'), 'nonsense')
  api.clock.advance(10_000)
  assert.equal(await serialOf(api.port), after)
})

test('startApi() tells once that a certificate cannot be used', async () => {
  await using api = await startFakeApi()
  const lines: string[] = []
  const log = openLog('info', (line) => lines.push(line))
  await using second = await startApi({ ...api.deps, log })
  assert.ok(second.port > 0)
  await writeFile(join(api.folder, 'key.pem'), 'nonsense')
  for (let count = 0; count < 3; count++) api.clock.advance(10_000)
  assert.equal(lines.filter((line) => line.includes('api certificate cannot be used')).length, 1)
})

test('startApi() rejects when the certificate is none or the port is taken', async () => {
  await using api = await startFakeApi()
  const { config } = api.deps
  const timers = api.clock.timers
  await assert.rejects(startApi({ ...api.deps, config: { ...config, port: api.port } }), {
    code: 'EADDRINUSE',
  })
  await assert.rejects(
    startApi({ ...api.deps, config: { ...config, tls: { ...config.tls, keyFile: config.tls.certFile } } }),
  )
  await assert.rejects(
    startApi({ ...api.deps, config: { ...config, tls: { certFile: '/nowhere', keyFile: '/nowhere' } } }),
  )
  assert.equal(api.clock.timers, timers)
})

test('startApi() ends every connection and timer when it is disposed', async () => {
  const api = await startFakeApi()
  const idle = await handshake(api.port)
  const closed = once(idle.resume(), 'close')
  await api[Symbol.asyncDispose]()
  await closed
  assert.equal(api.clock.timers, 0)
})

test('startApi() logs neither tokens nor what was asked for', async () => {
  await using api = await startFakeApi()
  const lines: string[] = []
  await using logged = await startApi({ ...api.deps, log: openLog('debug', (line) => lines.push(line)) })
  const token = await api.token()
  const socket = await handshake(logged.port)
  socket.write(
    `GET /v1/calls?cursor=marker-in-query HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`,
  )
  await socket.toArray()
  const text = lines.join('')
  assert.match(text, /"route":"\/v1\/calls"/)
  assert.equal(text.includes('marker-in-query'), false)
  assert.equal(text.includes(token.slice(8)), false)
})
