import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import type { SecurityReceipt } from '#call'
import { startGateway } from './support/gateway-process.ts'
import { recordedSides } from './support/recorded.ts'
import { sayWhen } from './support/say-when.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken } from './support/spoken.ts'

test('one call: a phone, a signed webhook, a recorded echo, a receipt', async () => {
  // A gateway in a process of its own, and an app that says: record this call, and carry it to me. The app answers
  // nothing that is not signed, and says back what it hears.
  await using gateway = await startGateway({
    decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
    scopes: ['calls:read', 'recordings:read'],
  })
  const call = gateway.app.call('reception')

  // Somebody calls, over TLS that verifies the gateway, and speaks, over SRTP, as soon as somebody listens.
  const speech = spoken(4)
  const hangUp = new AbortController()
  const calling = placeCall({
    host: '127.0.0.1',
    port: gateway.sipPort,
    ca: gateway.deployment.caPem,
    from: '+12025550142',
    to: 'reception',
    speech: sayWhen(call.stream(), speech),
    signal: hangUp.signal,
  })

  // The gateway asks the app, answers, opens the stream; a second after the last word the caller hangs up.
  const stream = await call.stream()
  await stream.heard(5)
  hangUp.abort()
  const phone = await calling
  assert.equal(phone.tls.protocol, 'TLSv1.3')
  assert.equal(phone.srtpSuite, 'AEAD_AES_256_GCM')

  // The app heard the caller, and the caller heard the app.
  assert.ok(matchSpeech(speech, stream.samples()).heard > 0.9)
  assert.ok(matchSpeech(speech, phone.heard).heard > 0.9)

  // The recording was sealed as it was written. Whoever has a token for it hears both sides, and nobody else.
  const { recording_id: recording } = await call.told('recording.completed')
  const [caller, app] = await recordedSides(gateway.api, String(recording))
  assert.ok(matchSpeech(speech, caller).heard > 0.9)
  assert.ok(matchSpeech(speech, app).heard > 0.9)

  // The receipt says what protected the call, hop by hop.
  await call.told('call.ended')
  const { end_reason: reason, story, ...kept } = await gateway.api.calls.get(await call.id())
  const receipt = kept.receipt as SecurityReceipt
  assert.equal(reason, 'caller-hung-up')
  assert.deepEqual(
    {
      sip: receipt.sip.tlsVersion,
      srtp: receipt.srtp?.suite,
      webhooks: receipt.webhooks.map(({ type, outcome }) => [type, outcome]),
      streams: receipt.streams.map(({ tls, end }) => [tls?.version, end]),
      recordings: receipt.recordings.map(({ id, state }) => [id, state]),
    },
    {
      sip: 'TLSv1.3',
      srtp: 'AEAD_AES_256_GCM',
      webhooks: [['call.incoming', 'answered']],
      streams: [['TLSv1.3', 'closed-by-gateway']],
      recordings: [[recording, 'sealed']],
    },
  )
  assert.equal(gateway.app.refused(), 0)
})
