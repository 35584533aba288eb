import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { writeRtpHeader } from '@voxkeep/wire/rtp'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { readMetrics } from './support/metrics.ts'
import { startSprayer } from './support/sprayer.ts'
import { assertUntouched, startSteadyCall, type SteadyCall } from './support/steady-call.ts'

const headerBytes = 12
/** How many forged packets, under which suite. */
const floods = [
  ['AEAD_AES_256_GCM', 20_000],
  ['AES_CM_128_HMAC_SHA1_80', 5_000],
] as const
const mebibyte = 1024 * 1024

/** The newest packet of the call with everything behind its header replaced, numbered on from there. */
function* forgeries(call: SteadyCall, count: number, payload: (length: number) => Uint8Array) {
  const genuine = call.sent.at(-1) ?? new Uint8Array(0)
  const view = new DataView(genuine.buffer, genuine.byteOffset)
  for (let index = 1; index <= count; index += 1) {
    const forged = Buffer.concat([genuine.subarray(0, headerBytes), payload(genuine.length - headerBytes)])
    forged.writeUInt16BE((view.getUint16(2) + index) & 0xffff, 2)
    yield new Uint8Array(forged)
  }
}

/** A second of a loud tone as RTP that nobody sealed, from a source of its own. */
function plaintextRtp(): Uint8Array[] {
  return Array.from({ length: 50 }, (_, index) => {
    const packet = new Uint8Array(headerBytes + 160)
    const at = { payloadType: 0, marker: false, sequence: index, timestamp: index * 160, ssrc: 0xbadbad }
    writeRtpHeader(packet, at)
    const tone = Int16Array.from({ length: 160 }, (_, sample) => 20_000 * Math.sin(sample / 2))
    encodeUlaw(tone, packet.subarray(headerBytes))
    return packet
  })
}

/** RTCP in clear: the caller says goodbye, as far as anybody can tell. */
function plaintextGoodbye(call: SteadyCall): Uint8Array {
  const ssrc = call.sent[0]?.subarray(8, headerBytes) ?? new Uint8Array(4)
  return Uint8Array.of(0x80, 201, 0, 1, ...ssrc, 0x81, 203, 0, 1, ...ssrc)
}

describe('hostile media, at the port of a call that goes on', () => {
  let gateway: GatewayProcess
  before(async () => {
    gateway = await startGateway({ scopes: ['calls:read', 'metrics:read'] })
  })
  after(() => gateway[Symbol.asyncDispose]())

  const residentBytes = async () => (await readMetrics(gateway))('process_resident_memory_bytes')

  for (const [suite, count] of floods) {
    test(`${count} packets with bad tags under ${suite} move nothing and are counted`, async () => {
      await using call = await startSteadyCall(gateway, suite.toLowerCase(), { suites: [suite] })
      await using stranger = await startSprayer(call.media)
      const earlierBytes = await residentBytes()
      await stranger.spray(forgeries(call, count, randomBytes))
      await call.lives(1)
      const grownBytes = (await residentBytes()) - earlierBytes
      const end = await call.end()
      assertUntouched(end)
      assert.equal(stranger.received(), 0)
      // Some may be lost on their way, as with any datagram.
      assert.ok(Number(end.statistics['dropped.auth']) >= count * 0.95, JSON.stringify(end.statistics))
      assert.equal(end.statistics['dropped.moved'], undefined)
      assert.ok(grownBytes < 48 * mebibyte, `${grownBytes / mebibyte} MiB`)
    })
  }

  test('captured packets that are sent again move nothing and are counted', async () => {
    await using call = await startSteadyCall(gateway, 'replay')
    const captured = call.sent.slice()
    await using stranger = await startSprayer(call.media)
    await using neighbour = await startSprayer(call.media, '127.0.0.1')
    await Promise.all([stranger.spray(captured), neighbour.spray(captured)])
    await call.lives(1)
    const end = await call.end()
    assertUntouched(end)
    assert.equal(end.statistics['dropped.replay'], captured.length * 2)
    assert.equal(end.statistics['dropped.moved'], undefined)
    assert.equal(stranger.received() + neighbour.received(), 0)
  })

  test('whoever sprays the port, in whatever protocol, is sent nothing (RTP bleed)', async () => {
    await using call = await startSteadyCall(gateway, 'bleed')
    await using stranger = await startSprayer(call.media)
    await using neighbour = await startSprayer(call.media, '127.0.0.1')
    const garbage = Array.from({ length: 200 }, (_, index) => randomBytes(index * 7))
    const stun = Uint8Array.fromHex(`000100002112a442${'00'.repeat(12)}`)
    for (const attacker of [stranger, neighbour])
      await attacker.spray([...plaintextRtp(), ...garbage, stun, ...forgeries(call, 100, randomBytes)])
    await call.lives(1)
    const end = await call.end()
    assertUntouched(end)
    assert.equal(stranger.received() + neighbour.received(), 0)
    assert.ok(Number(end.statistics['dropped.not-rtp']) > 100, JSON.stringify(end.statistics))
  })

  test('plaintext RTP and RTCP are not heard, and end nothing', async () => {
    await using call = await startSteadyCall(gateway, 'plain')
    await using neighbour = await startSprayer(call.media, '127.0.0.1')
    const tone = plaintextRtp()
    const inPlace = forgeries(call, 50, (length) => (tone[0] ?? new Uint8Array()).slice(-length))
    await neighbour.spray([...tone, ...inPlace, plaintextGoodbye(call)])
    await call.lives(1)
    const end = await call.end()
    assertUntouched(end)
    // A number that the caller has used meanwhile is a replay, whatever the packet holds.
    const refused = ['auth', 'short', 'replay'].map((why) => Number(end.statistics[`dropped.${why}`] ?? 0))
    assert.equal(
      refused.reduce((sum, count) => sum + count),
      tone.length + 50 + 1,
    )
    assert.equal(neighbour.received(), 0)
  })

  test('none of it was worth a line in the log', () => {
    const lines = gateway.process.output().split('\n')
    assert.deepEqual(
      lines.filter((line) => /"level":(40|50|60)/.test(line)),
      [],
    )
    assert.ok(lines.length < 20, `${lines.length} lines`)
  })
})
