import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigestHash, nodeRandomBytes } from '@voxkeep/wire/node'
import { answerChallenge, parseChallenge, sipStream, type SipRequest } from '@voxkeep/wire/sip'
import { fakeClock, parseConfig, Secret } from '#kernel'
import { admit } from './admission.ts'
import { nonceStore } from './nonce-store.ts'
import { requestText } from './test-peer.ts'
import { compileTrunk } from './trunk.ts'

const uri = 'sip:+493012345@gw.example;transport=tls'

/** A trunk that counts the hashes that are taken for it. */
function countingTrunk() {
  const { trunks } = parseConfig(
    `{dataDir: /nowhere, sip: {listen: [{tls: {certFile: c, keyFile: k}}]},
      apps: [{id: app, webhook: {url: "https://app.example", secrets: ["env:S"]}}],
      trunks: [{id: phones, app: app, digest: {username: alice, password: "env:P"}}]}`,
    'test',
  )
  const [config] = trunks
  assert.ok(config)
  const work = { hashes: 0, bytes: 0 }
  const digestHash: typeof nodeDigestHash = (algorithm) => ({
    algorithm,
    hash(text) {
      work.hashes += 1
      work.bytes += text.length
      return nodeDigestHash(algorithm).hash(text)
    },
  })
  const password = new Secret('right')
  const trunk = compileTrunk(config, { readSecret: () => password, digestHash })
  return { trunk, work }
}

function request(headers: readonly string[]): SipRequest {
  const [item] = sipStream().push(new TextEncoder().encode(requestText('REGISTER', { headers })))
  assert.ok(item?.kind === 'message' && item.message.kind === 'request')
  return item.message
}

test('admit() does the same work for a user that is known and one that is not', () => {
  const { trunk, work } = countingTrunk()
  const nonces = nonceStore({ clock: fakeClock(), random: { bytes: nodeRandomBytes }, lifetimeMs: 60_000 })
  const costs = ['alice', 'bobby'].map((username) => {
    const asked = admit(request([]), [trunk], nonces, 'a')
    assert.ok(asked.kind === 'challenge')
    const challenge = parseChallenge(asked.challenges[0] ?? '')
    assert.ok(challenge)
    const answer = answerChallenge({
      challenge,
      hash: nodeDigestHash('SHA-256'),
      username,
      password: 'wrong',
      method: 'REGISTER',
      uri,
      nonceCount: 1,
      cnonce: 'c',
    })
    Object.assign(work, { hashes: 0, bytes: 0 })
    const judged = admit(request([`Authorization: ${answer}`]), [trunk], nonces, 'a')
    assert.ok(judged.kind === 'challenge' && judged.refused)
    return { ...work }
  })
  assert.ok((costs[0]?.hashes ?? 0) > 0)
  assert.deepEqual(costs[1], costs[0])
})
