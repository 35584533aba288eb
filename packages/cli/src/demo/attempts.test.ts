import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { makeAttempts, type AttemptTargets } from './attempts.ts'
import type { GatewayApi } from './gateway-api.ts'

const pki = await createPki()
const { certPem: cert, keyPem: key } = await pki.issue(['127.0.0.1'])

/** Targets that let everybody in, or nobody. */
async function targets(t: TestContext, open: boolean): Promise<AttemptTargets> {
  const folder = await mkdtemp(join(tmpdir(), 'voxkeep-attempts-'))
  t.after(() => rm(folder, { recursive: true }))
  const recordingFile = join(folder, 'rec.vxr')
  await writeFile(recordingFile, 'sealed')
  const readAll: GatewayApi['readAll'] = async () => {
    assert.notEqual(await readFile(recordingFile, 'utf8'), 'sealed')
    if (!open) throw new Error('altered')
    return 6
  }
  return {
    ca: pki.caPem,
    sipPort: await port(t, sip(open)),
    appPort: await port(t, app(open)),
    apiUrl: `http://127.0.0.1:${await port(t, api(open))}`,
    api: { readAll } as GatewayApi,
    recording: 'rec_01',
    recordingFile,
  }
}

async function port(t: TestContext, server: Server | TcpServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

function sip(open: boolean): TcpServer {
  return createTcpServer((socket) =>
    open ? socket.resume().write('SIP/2.0 200 OK\r\n\r\n') : socket.destroy(),
  )
}

function app(open: boolean): Server {
  const server = createServer({ cert, key }, (_, response) => response.writeHead(open ? 200 : 401).end())
  return server.on('upgrade', (_, socket) => {
    const status = open
      ? '101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket'
      : '403 Forbidden'
    socket.end(`HTTP/1.1 ${status}\r\n\r\n`)
  })
}

function api(open: boolean): TcpServer {
  return createHttpServer((_, response) => response.writeHead(open ? 200 : 401).end())
}

test('makeAttempts() finds everything refused where nobody is let in, and the recording as it was', async (t) => {
  const closed = await targets(t, false)
  const attempts = await makeAttempts(closed)
  assert.deepEqual(
    attempts.map(({ refused, how }) => [refused, how]),
    [
      [true, 'answered 401'],
      [true, 'answered 403'],
      [true, 'answered 401'],
      [true, 'does not open'],
      [true, 'connection closed'],
    ],
  )
  assert.equal(await readFile(closed.recordingFile, 'utf8'), 'sealed')
})

test('makeAttempts() finds nothing refused where everybody is let in', async (t) => {
  const attempts = await makeAttempts(await targets(t, true))
  assert.deepEqual(
    attempts.map(({ refused, how }) => [refused, how]),
    [
      [false, 'answered 200'],
      [false, 'answered 101'],
      [false, 'answered 200'],
      [false, 'opened: 6 bytes'],
      [false, 'answered in plaintext'],
    ],
  )
})
