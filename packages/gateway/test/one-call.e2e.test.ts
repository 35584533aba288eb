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
  // A gateway in a process of its own, and an app that answers each call: record it, and carry it to me. The app does
  // nothing for anybody who does not sign, and says back what it hears.
  await using gateway = await startGateway({
    decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
    scopes: ['calls:read', 'recordings:read'],
  })
  const call = gateway.app.call('reception')

  // Somebody calls, over TLS that verifies the gateway, and speaks over SRTP as soon as somebody listens.
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

  // The gateway has asked the app, has answered, and opens the stream. A second after the last word the caller hangs up.
  const stream = await call.stream()
  await stream.heard(5)
  hangUp.abort()
  const phone = await calling

  // The app heard the caller, and the caller heard the app.
  const hears = (heard: Int16Array) => matchSpeech(speech, heard).heard > 0.7
  assert.ok(hears(stream.samples()))
  assert.ok(hears(phone.heard))

  // The recording was sealed as it was made. A token that may read it opens both sides.
  const { recording_id: recording } = await call.told('recording.completed')
  const [caller, app] = await recordedSides(gateway.api, String(recording))
  assert.ok(hears(caller))
  assert.ok(hears(app))

  // The receipt says how the call was protected, hop by hop, and the phone saw the same.
  await call.told('call.ended')
  const ended = await gateway.api.calls.get(await call.id())
  const { sip, srtp, webhooks, streams, recordings, endReason } = ended.receipt as SecurityReceipt
  assert.deepEqual([sip?.tlsVersion, srtp?.suite], ['TLSv1.3', 'AEAD_AES_256_GCM'])
  assert.deepEqual([phone.tls.protocol, phone.srtpSuite], ['TLSv1.3', 'AEAD_AES_256_GCM'])
  assert.partialDeepStrictEqual(webhooks, [{ type: 'call.incoming', outcome: 'answered' }])
  assert.partialDeepStrictEqual(streams, [{ tls: { version: 'TLSv1.3' }, end: 'closed-by-gateway' }])
  assert.partialDeepStrictEqual(recordings, [{ id: recording, state: 'sealed' }])
  assert.equal(endReason, 'caller-hung-up')
  assert.equal(gateway.app.refused(), 0)
})
