import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { upgrade } from './upgrade.ts'

// RFC 6455 §1.3's own example.
const nonce = Buffer.from('dGhlIHNhbXBsZSBub25jZQ==', 'base64')
const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
const options = { requestTarget: '/chat', host: 'server.example.com', headers: {}, nonce }

function attempt(more: Partial<typeof options> & { headers?: Record<string, string> } = {}) {
  const made = upgrade({ ...options, ...more })
  assert.ok(made !== undefined)
  return made
}
const good = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: keep-alive, Upgrade',
  `Sec-WebSocket-Accept: ${accept}`,
]
const answer = (lines: readonly string[]) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
const without = (name: string) => good.filter((line) => !line.startsWith(name))

test('upgrade() asks as RFC 6455 §4.1 says, in the order given, with the bytes given', () => {
  assert.equal(
    attempt({ requestTarget: '/a/../b?c', headers: { 'webhook-id': 'strm_1' } }).request,
    [
      'GET /a/../b?c HTTP/1.1',
      'webhook-id: strm_1',
      'Host: server.example.com',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '',
      '',
    ].join('\r\n'),
  )
})

test('upgrade() sends nothing that would break its lines', () => {
  for (const bad of [
    { headers: { 'x-a': 'b\r\nx-c: d' } },
    { headers: { 'x a': 'b' } },
    { headers: { 'x-a': 'ü' } },
    { host: 'a\r\nb' },
    { requestTarget: '/a b' },
    { requestTarget: '/\r\n' },
    { requestTarget: 'a' },
  ]) {
    assert.equal(upgrade({ ...options, ...bad }), undefined, JSON.stringify(bad))
  }
})

test('upgrade() accepts the answer of RFC 6455 §1.3, and keeps what follows it', () => {
  const read = attempt().read(Buffer.concat([answer(good), Buffer.from('frames')]))
  assert.ok(read.kind === 'accepted')
  assert.equal(read.rest.toString(), 'frames')
})

test('upgrade() waits for the whole answer', () => {
  const whole = answer(good)
  for (let cut = 0; cut < whole.length; cut += 1) {
    assert.equal(attempt().read(whole.subarray(0, cut)).kind, 'more')
  }
})

for (const [what, lines] of [
  ['another status', ['HTTP/1.1 200 OK', ...good.slice(1)]],
  ['a redirect', ['HTTP/1.1 301 Moved', 'Location: wss://elsewhere.test/']],
  ['HTTP/1.0', ['HTTP/1.0 101 Switching Protocols', ...good.slice(1)]],
  ['no Upgrade', without('Upgrade')],
  ['no Connection', without('Connection')],
  ['no Accept', without('Sec')],
  ['the wrong Accept', [...without('Sec'), 'Sec-WebSocket-Accept: AAAA']],
  ['two Accepts', [...good, `Sec-WebSocket-Accept: ${accept}`]],
  ['an extension nobody asked for', [...good, 'Sec-WebSocket-Extensions: permessage-deflate']],
  ['a subprotocol nobody asked for', [...good, 'Sec-WebSocket-Protocol: x']],
  ['a line that is no header', [...good, 'nonsense']],
] as const) {
  test(`upgrade() refuses ${what}`, () => {
    assert.equal(attempt().read(answer(lines)).kind, 'refused')
  })
}

test('upgrade() lets the app choose one subprotocol of those that are offered, and nothing else', () => {
  const made = upgrade({ ...options, subprotocol: 'audio.jambonz.org, audio.drachtio.org' })
  assert.ok(made !== undefined)
  assert.ok(made.request.includes('\r\nSec-WebSocket-Protocol: audio.jambonz.org, audio.drachtio.org\r\n'))
  const chosen = (name: string) => made.read(answer([...good, `Sec-WebSocket-Protocol: ${name}`])).kind
  assert.equal(chosen('audio.jambonz.org'), 'accepted')
  assert.equal(chosen('audio.drachtio.org'), 'accepted')
  for (const other of ['audio.jambonz.org, audio.drachtio.org', 'audio', '', 'AUDIO.jambonz.org'])
    assert.equal(chosen(other), 'refused', other)
  assert.equal(made.read(answer(good)).kind, 'refused')
})

test('upgrade() refuses an answer that does not end', () => {
  assert.equal(attempt().read(Buffer.alloc(16 * 1_024 + 1, 0x61)).kind, 'refused')
})

test('upgrade() survives any bytes', () => {
  const { read } = attempt()
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => void read(Buffer.from(bytes))))
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 6 }), (lines) => {
      assert.notEqual(read(answer(['HTTP/1.1 101 X', ...lines])).kind, 'more')
    }),
  )
})
