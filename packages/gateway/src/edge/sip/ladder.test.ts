import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequest, createResponse, parseSip } from '@voxkeep/wire/sip'
import * as fc from 'fast-check'
import { ladderEntry } from './ladder.ts'

const secret = 'c2VjcmV0c2VjcmV0c2VjcmV0'
const invite = createRequest({
  method: 'INVITE',
  uri: 'sip:+493012345@gw.example',
  headers: [
    ['From', '"Erika Mustermann" <sip:+491701234567@trunk.example>;tag=1'],
    ['To', '<sip:+493098765432@gw.example>'],
    ['CSeq', '7 INVITE'],
    ['Authorization', `Digest username="erika", response="${secret}"`],
    ['Contact', '<sip:erika@10.1.2.3>'],
  ],
  body: new TextEncoder().encode(`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${secret}`),
})

test('ladderEntry() keeps what tells the story', () => {
  const entry = ladderEntry('received', invite, 1_000)
  assert.deepEqual(entry, {
    atMs: 1_000,
    direction: 'received',
    what: 'INVITE',
    cseq: '7 INVITE',
    from: '…67',
    to: '…32',
    bodyBytes: invite.body.length,
  })
  assert.equal(ladderEntry('sent', createResponse(invite, 486), 2_000).what, '486')
})

test('interop 25: ladderEntry() keeps the cause that a CANCEL or BYE gives, and not its words', () => {
  const headers = [['Reason', 'SIP;cause=200;text="Erika took it", X;cause=1']] as const
  const cancel = createRequest({ method: 'CANCEL', uri: 'sip:a@b', headers })
  assert.equal(ladderEntry('received', cancel, 0).reason, 'SIP 200')
  assert.equal('reason' in ladderEntry('received', invite, 0), false)
})

test('interop 39: ladderEntry() keeps no secret, no name and no whole number', () => {
  const text = JSON.stringify(ladderEntry('received', invite, 0))
  assert.doesNotMatch(text, new RegExp(`${secret}|erika|Erika|1701234567|3098765432|10\\.1\\.2\\.3`))
})

test('ladderEntry() keeps no card, social security number or key, wherever a message carries it', () => {
  const info = createRequest({
    method: 'INFO',
    uri: 'sip:4111111111111111@gw.example',
    headers: [
      ['From', '"card 4111 1111 1111 1111" <sip:4111111111111111@trunk.example>;tag=1'],
      ['To', '"536-22-8726" <sip:536228726@gw.example>'],
      ['CSeq', '8 INFO'],
      ['Subject', '4111111111111111'],
      ['Reason', 'Q.850;cause=16;text="cvv 737"'],
      ['Content-Type', 'application/dtmf-relay'],
    ],
    body: new TextEncoder().encode('Signal=7\r\nDuration=160\r\n'),
  })
  const text = JSON.stringify(ladderEntry('received', info, 0))
  assert.doesNotMatch(text, /4111|1111 |536|8726|737|Signal|dtmf/)
})

function from(uri: string) {
  const request = createRequest({ method: 'PWNED', uri: 'sip:a', headers: [['From', `<${uri}>`]] })
  return ladderEntry('received', request, 0)
}

test('ladderEntry() masks short numbers and names whole', () => {
  assert.equal(from('sip:4711@x').from, '…')
  assert.equal(from('sip:alice.jones@x').from, '…')
  assert.equal(from('sip:a@x').what, 'OTHER')
})

test('ladderEntry() never throws, whatever was parsed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const parsed = parseSip(bytes)
      if (parsed.ok) ladderEntry('received', parsed.message, 0)
      else if (parsed.message) ladderEntry('received', parsed.message, 0)
    }),
  )
})

test('interop 39: ladderEntry() keeps not even the length of a key by INFO', () => {
  const info = (signal: string) =>
    createRequest({
      method: 'INFO',
      uri: 'sip:a@b',
      headers: [['CSeq', '8 INFO']],
      body: new TextEncoder().encode(`Signal=${signal}\r\nDuration=160\r\n`),
    })
  assert.deepEqual(ladderEntry('received', info('11'), 0), ladderEntry('received', info('5'), 0))
})
