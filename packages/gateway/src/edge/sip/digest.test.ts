import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigestHash } from '@voxkeep/wire/node'
import { answerChallenge, parseChallenge, type DigestChallenge, type SipResponse } from '@voxkeep/wire/sip'
import { answer, offer, password, startTestEdge, type TestEdge } from './test-edge.ts'
import { requestText, type RequestFields, type TestPeer } from './test-peer.ts'

const anyone = (extra = '') =>
  `[{id: phones, app: app, digest: {username: alice, password: "env:P"${extra}}}]`
const uri = 'sip:+493012345@gw.example;transport=tls'

function challengesOf(response: SipResponse): DigestChallenge[] {
  return response.headers.getAll('WWW-Authenticate').map((value) => {
    const challenge = parseChallenge(value)
    assert.ok(challenge)
    return challenge
  })
}

async function challenged(peer: TestPeer, fields: RequestFields = {}): Promise<DigestChallenge> {
  peer.write(requestText('INVITE', { body: offer, ...fields }))
  const response = await peer.response(401)
  peer.write(requestText('ACK', { ...fields, to: response.headers.get('To') ?? '' }))
  const [challenge] = challengesOf(response)
  assert.ok(challenge)
  return challenge
}

function authorization(challenge: DigestChallenge, o: Partial<Parameters<typeof answerChallenge>[0]> = {}) {
  const value = answerChallenge({
    challenge,
    hash: nodeDigestHash(challenge.algorithm),
    username: 'alice',
    password,
    method: 'INVITE',
    uri,
    nonceCount: 1,
    cnonce: 'c',
    ...o,
  })
  return [`Authorization: ${value}`]
}

function call(peer: TestPeer, cseq: number, headers: readonly string[]) {
  peer.write(requestText('INVITE', { cseq, headers, body: offer }))
}

async function withDigest(trunks = anyone()): Promise<{ edge: TestEdge; peer: TestPeer }> {
  const edge = await startTestEdge({ trunks })
  return { edge, peer: await edge.connect() }
}

test('a trunk with a digest is challenged by the algorithms and in the order of its configuration', async () => {
  const { edge, peer } = await withDigest()
  await using _ = edge
  const challenge = await challenged(peer)
  assert.deepEqual([challenge.realm, challenge.algorithm, challenge.qop], ['voxkeep', 'SHA-256', ['auth']])
  const several = await withDigest(anyone(', algorithms: [SHA-512-256, MD5, SHA-256]'))
  await using __ = several.edge
  several.peer.write(requestText('INVITE', { body: offer }))
  const algorithms = challengesOf(await several.peer.response(401)).map(({ algorithm }) => algorithm)
  assert.deepEqual(algorithms, ['SHA-512-256', 'MD5', 'SHA-256'])
})

test('a call with the right digest goes through, and its dialog needs no other', async () => {
  const { edge, peer } = await withDigest()
  await using _ = edge
  call(peer, 2, authorization(await challenged(peer)))
  await peer.response(100)
  const { incoming } = await edge.nextCall()
  assert.deepEqual([incoming.trunk, incoming.security.authenticatedBy], ['phones', ['digest']])
  const answered = incoming.signalling.answer(answer)
  const to = (await peer.response(200)).headers.get('To') ?? ''
  peer.write(requestText('ACK', { cseq: 2, to }))
  await answered
  peer.write(requestText('BYE', { cseq: 3, to }))
  await peer.response(200)
})

for (const algorithm of ['SHA-256', 'SHA-512-256', 'MD5'] as const) {
  test(`interop 30: ${algorithm} is taken where the trunk names it, and only it`, async () => {
    const { edge, peer } = await withDigest(anyone(`, algorithms: [${algorithm}]`))
    await using _ = edge
    const challenge = await challenged(peer)
    assert.equal(challenge.algorithm, algorithm)
    const other = algorithm === 'MD5' ? 'SHA-256' : 'MD5'
    call(peer, 2, authorization({ ...challenge, algorithm: other }, { hash: nodeDigestHash(other) }))
    await peer.response(401)
    call(peer, 3, authorization(challenge))
    await peer.response(100)
  })
}

test('a wrong password, user, realm, method, URI or algorithm does not open the door', async () => {
  const { edge, peer } = await withDigest()
  await using _ = edge
  const wrongs: Parameters<typeof authorization>[1][] = [
    { password: 'wrong' },
    { username: 'bob' },
    { method: 'BYE' },
    { uri: 'sip:+1900@gw.example' },
  ]
  let cseq = 2
  for (const wrong of wrongs) {
    const challenge = await challenged(peer, { cseq: cseq++ })
    call(peer, cseq++, authorization(challenge, wrong))
    await peer.response(401)
  }
  const challenge = await challenged(peer, { cseq: cseq++ })
  call(peer, cseq++, authorization({ ...challenge, realm: 'other' }))
  await peer.response(401)
  call(peer, cseq++, authorization({ ...challenge, algorithm: 'MD5' }, { hash: nodeDigestHash('MD5') }))
  await peer.response(401)
  call(peer, cseq++, authorization({ ...challenge, nonce: 'made up' }))
  await peer.response(401)
  assert.equal(edge.calls.length, 0)
  assert.equal(edge.counts.get('digest_refused'), 7)
  assert.doesNotMatch(edge.logged(), /alice|bob|correct horse/)
})

test('interop 30: a nonce that was used is not taken again, and is said to be stale', async () => {
  const { edge, peer } = await withDigest()
  await using _ = edge
  const challenge = await challenged(peer)
  call(peer, 2, authorization(challenge))
  await peer.response(100)
  peer.write(requestText('INVITE', { callId: 'c2', cseq: 2, headers: authorization(challenge), body: offer }))
  const [again] = challengesOf(await peer.response(401))
  assert.equal(again?.stale, true)
  call(peer, 3, authorization(challenge, { nonceCount: 2 }))
  await peer.response(100)
})

test('interop 30: a nonce that is too old is said to be stale', async () => {
  const { edge, peer } = await withDigest()
  await using _ = edge
  const challenge = await challenged(peer)
  edge.clock.advance(60_001)
  await peer.closed // it was idle
  const late = await edge.connect()
  call(late, 2, authorization(challenge))
  const [again] = challengesOf(await late.response(401))
  assert.equal(again?.stale, true)
})

test('every user name meets the same challenge', async () => {
  const { edge, peer } = await withDigest()
  await using _ = edge
  const shapes: string[] = []
  for (const name of ['alice', 'nobody']) {
    const from = `<sip:${name}@gw.example>;tag=${name}`
    peer.write(requestText('INVITE', { callId: name, from, body: offer }))
    const response = await peer.response(401)
    const [, ...headers] = [...response.headers].map(([header]) => header)
    shapes.push(`${response.reason} ${headers.join()}`)
  }
  assert.equal(shapes[0], shapes[1])
})

test('requests within a call are challenged on a connection that has not shown the password', async () => {
  const { edge, peer } = await withDigest()
  await using _ = edge
  call(peer, 2, authorization(await challenged(peer)))
  await peer.response(100)
  const { incoming } = await edge.nextCall()
  const answered = incoming.signalling.answer(answer)
  const to = (await peer.response(200)).headers.get('To') ?? ''
  peer.write(requestText('ACK', { cseq: 2, to }))
  await answered
  const stranger = await edge.connect()
  stranger.write(requestText('BYE', { cseq: 9, to }))
  await stranger.response(401)
  assert.deepEqual(edge.calls[0]?.ended, [])
})

test('guessing passwords ends in a ban', async () => {
  const { edge, peer } = await withDigest()
  await using _ = edge
  const challenge = await challenged(peer)
  for (let guess = 0; guess < 10; guess++)
    call(peer, 2 + guess, authorization(challenge, { password: `guess ${guess}`, nonceCount: guess + 1 }))
  await peer.closed
  assert.equal(edge.counts.get('sources_banned'), 1)
  await assert.rejects(edge.connect())
  assert.equal(edge.counts.get('connections_refused banned'), 1)
  edge.clock.advance(600_000)
  await challenged(await edge.connect(), { callId: 'after' })
})

test('asking over and over without a password ends the connection', async () => {
  const { edge, peer } = await withDigest()
  await using _ = edge
  for (let attempt = 0; attempt < 21; attempt++) peer.write(requestText('OPTIONS', { callId: `c${attempt}` }))
  await peer.closed
  assert.equal(peer.messages.length, 20)
  assert.equal(edge.counts.get('unproven_refused source'), 1)
})

test('a trunk with addresses and a digest challenges only there', async () => {
  const here =
    '[{id: a, app: app, allowedAddresses: ["127.0.0.1"], digest: {username: alice, password: "env:P"}}]'
  const { edge, peer } = await withDigest(here)
  await using _ = edge
  call(peer, 2, authorization(await challenged(peer)))
  await peer.response(100)
  const { incoming } = await edge.nextCall()
  assert.deepEqual(incoming.security.authenticatedBy, ['address', 'digest'])
  const elsewhere = await edge.connect({ from: '127.0.0.2' })
  elsewhere.write(requestText('INVITE', { callId: 'c3', body: offer }))
  await edge.counted('stranger_messages')
  assert.equal(elsewhere.received(), '')
})
