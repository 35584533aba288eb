import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import { createPki } from '@voxkeep/pki'
import { commands, type CallCommand } from '@voxkeep/sdk'
import { startApp, type RunningApp } from '@voxkeep/sdk/node'
import { WebSocketServer } from 'ws'
import { openWindow } from './app-window.ts'
import { replay, type ReplayReport } from './replay.ts'
import { readTape, recorder, writeTape, type Tape } from './tape.ts'

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
const pki = await createPki()
const { certPem, keyPem } = await pki.issue(['127.0.0.1'])

/** An app that echoes, told that it is at another address than it is. */
function echoApp(port: number, publicUrl: string, more: readonly CallCommand[] = []): Promise<RunningApp> {
  return startApp({
    settings: { port, publicUrl, cert: certPem, key: keyPem, secrets: [secret] },
    sockets: new WebSocketServer({ noServer: true }),
    on: (streams) => ({ 'call.incoming': async () => [commands.answer(), ...more, await streams.command()] }),
    async onConversation(conversation) {
      for await (const frame of conversation.audio) await conversation.play(frame)
    },
  })
}

const start = {
  type: 'session.start',
  seq: 1,
  stream_id: 'strm_1',
  call_id: 'call_1',
  media: { encoding: 'audio/pcmu', rate: 8_000, tracks: ['inbound'] },
  parameters: {},
  token: 'of the day',
}

function frame(index: number): string {
  const bytes = Buffer.alloc(172)
  bytes[0] = 0x10
  bytes.writeUInt32BE(index + 2, 4)
  return bytes.toString('base64')
}

const incoming = {
  type: 'call.incoming',
  timestamp: '2026-11-21T12:00:00.000Z',
  data: { call_id: 'call_1', from: 'a', to: 'b' },
}
const conversation: Tape = {
  version: 1,
  entries: [
    {
      atMs: 0,
      kind: 'webhook',
      event: incoming,
      status: 200,
      answer: { actions: [{ type: 'answer' }, { type: 'stream' }] },
    },
    { atMs: 10, kind: 'open', stream: 1, protocol: 'voxkeep.media.v1' },
    { atMs: 11, kind: 'to-app', stream: 1, text: JSON.stringify(start) },
    ...[0, 1, 2].map((index) => ({
      atMs: 12 + index,
      kind: 'to-app' as const,
      stream: 1,
      bytes: frame(index),
    })),
    ...[0, 1, 2].map((index) => ({
      atMs: 13 + index,
      kind: 'from-app' as const,
      stream: 1,
      bytes: frame(index),
    })),
  ],
}

const play = (port: number, publicUrl: string): Promise<ReplayReport> =>
  replay({
    tape: conversation,
    port,
    publicUrl,
    ca: pki.caPem,
    secret,
    tell: () => {},
    signal: new AbortController().signal,
  })

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-window-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}

test('openWindow() passes on what is signed, shows it, and writes it down', async (t) => {
  const dir = await folder(t)
  const [certFile, keyFile] = [join(dir, 'app.pem'), join(dir, 'app.key')]
  await writeFile(certFile, certPem)
  await writeFile(keyFile, keyPem, { mode: 0o600 })
  const [port = 0, appPort = 0] = await freePorts(2)
  const told: string[] = []
  const tape = recorder()
  const tell = (text: string) => told.push(text)
  await using app = await echoApp(appPort, `https://127.0.0.1:${port}`)
  await using _window = await openWindow({
    port,
    appPort,
    certFile,
    keyFile,
    ca: pki.caPem,
    recorder: tape,
    tell,
    nowMs: () => performance.now(),
  })
  // What plays a tape is as good as a gateway.
  assert.deepEqual(await play(port, app.webhookUrl.replace('/voxkeep', '')), {
    webhooks: 1,
    differences: [],
    messagesThen: 3,
    messagesNow: 3,
  })
  assert.equal(told[0], '→ call.incoming from a, to b')
  assert.match(told[1] ?? '', /^← 200 answer, stream \(\d+ ms\)$/)
  const kinds = tape.tape().entries.map(({ kind }) => kind)
  assert.deepEqual(kinds.slice(0, 3), ['webhook', 'open', 'to-app'])
  assert.equal(kinds.filter((kind) => kind === 'from-app').length, 3)
})

test('openWindow() lets the app refuse what is not signed', async (t) => {
  const dir = await folder(t)
  const [certFile, keyFile] = [join(dir, 'app.pem'), join(dir, 'app.key')]
  await writeFile(certFile, certPem)
  await writeFile(keyFile, keyPem, { mode: 0o600 })
  const [port = 0, appPort = 0] = await freePorts(2)
  await using _app = await echoApp(appPort, `https://127.0.0.1:${port}`)
  const shared = { recorder: recorder(), tell: () => {}, nowMs: () => 0 }
  await using _window = await openWindow({ port, appPort, certFile, keyFile, ca: pki.caPem, ...shared })
  const asking = httpsRequest({
    host: '127.0.0.1',
    port,
    ca: pki.caPem,
    method: 'POST',
    path: '/voxkeep',
    agent: false,
  })
  asking.end('{}')
  const [response] = (await once(asking, 'response')) as [import('node:http').IncomingMessage]
  assert.equal(response.statusCode, 401)
  response.resume()
})

test('replay() says where the app answers otherwise than on the tape', async () => {
  const [port = 0] = await freePorts(1)
  const url = `https://127.0.0.1:${port}`
  await using _app = await echoApp(port, url, [commands.record()])
  const { differences } = await play(port, url)
  assert.deepEqual(differences, ['call.incoming: 200 answer stream then, 200 answer record stream now'])
})

test('readTape() reads what writeTape() wrote, which only its owner may', async (t) => {
  const file = join(await folder(t), 'a.tape.json')
  await writeTape(file, conversation)
  assert.deepEqual(await readTape(file), conversation)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  await writeFile(file, '{}')
  await assert.rejects(readTape(file), /was not written by/)
  await assert.rejects(readTape(`${file}x`), /cannot be read/)
})

test('recorder() leaves out what is too much, and says so', () => {
  const tape = recorder()
  const bytes = 'x'.repeat(40 * 1_024 * 1_024)
  for (const stream of [1, 2]) tape.add({ atMs: 0, kind: 'to-app', stream, bytes })
  assert.equal(tape.isFull, true)
  assert.equal(tape.tape().entries.length, 1)
})
