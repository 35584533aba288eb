import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { nodeSrtpCrypto } from '@voxkeep/wire/node'
import { writeRtpHeader } from '@voxkeep/wire/rtp'
import { srtpSender } from '@voxkeep/wire/srtp'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { readMetrics } from './support/metrics.ts'
import { startSprayer, type Sprayer } from './support/sprayer.ts'
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

  test('interop 12: whoever sprays every port before and while a call is set up hears nothing of it, and is not heard', async () => {
    const { min, max } = gateway.mediaPorts.gateway
    await using stranger = await startSprayer({ address: '127.0.0.1', port: min })
    await using neighbour = await startSprayer({ address: '127.0.0.1', port: min }, '127.0.0.1')
    const tone = plaintextRtp()
    const everywhere = Array.from({ length: max - min }, (_, i) => ({
      port: min + i,
      datagram: tone[i % 50],
    }))
    const attacked = new AbortController()
    const attack = async (attacker: Sprayer) => {
      while (!attacked.signal.aborted) await attacker.sprayPorts(everywhere)
    }
    const attacks = [attack(stranger), attack(neighbour)]
    await using call = await startSteadyCall(gateway, 'early-bleed')
    await call.lives(1)
    attacked.abort()
    await Promise.all(attacks)
    const end = await call.end()
    assertUntouched(end)
    assert.equal(stranger.received() + neighbour.received(), 0)
    assert.equal(end.statistics['dropped.moved'], undefined)
    const refused = ['auth', 'short', 'not-connected'].map((why) =>
      Number(end.statistics[`dropped.${why}`] ?? 0),
    )
    assert.ok(refused.reduce((sum, count) => sum + count) > 2, JSON.stringify(end.statistics))
  })

  test('interop 12: packets that are sent on from another address as soon as they leave the caller move nothing', async () => {
    await using call = await startSteadyCall(gateway, 'mirror')
    await using stranger = await startSprayer(call.media)
    await using neighbour = await startSprayer(call.media, '127.0.0.1')
    for (let round = 0; round < 5; round += 1) {
      await call.lives(0.1)
      const newest = call.sent.slice(-10)
      await Promise.all([stranger.spray(newest), neighbour.spray(newest)])
    }
    const end = await call.end()
    assertUntouched(end)
    assert.equal(end.statistics['dropped.replay'], 100)
    assert.equal(end.statistics['dropped.moved'], undefined)
    assert.equal(stranger.received() + neighbour.received(), 0)
  })

  test('interop 12: reports and goodbyes under another key, on either port, end nothing and lead nowhere', async () => {
    const suite = 'AES_CM_128_HMAC_SHA1_80'
    await using call = await startSteadyCall(gateway, 'rtcp', { suites: [suite] })
    const { address, port } = call.media
    await using atRtp = await startSprayer(call.media)
    await using atRtcp = await startSprayer({ address, port: port + 1 })
    const sealer = srtpSender(nodeSrtpCrypto, suite, { keyAndSalt: randomBytes(30) })
    const clear = plaintextGoodbye(call)
    const forged = Array.from(
      { length: 200 },
      () => sealer.sealRtcp(clear, new Uint8Array(200))?.slice() ?? clear,
    )
    await Promise.all([atRtp.spray([...forged, clear]), atRtcp.spray([...forged, clear])])
    await call.lives(3)
    const end = await call.end()
    assertUntouched(end)
    const { statistics } = end
    assert.ok(
      Number(statistics['dropped.auth']) + Number(statistics['dropped.short'] ?? 0) >= 400,
      JSON.stringify(statistics),
    )
    assert.equal(atRtp.received() + atRtcp.received(), 0)
  })

  test('interop 12: a flood of sources under another key takes no place of theirs, and no memory', async () => {
    const suite = 'AES_CM_128_HMAC_SHA1_80'
    const count = 10_000
    await using call = await startSteadyCall(gateway, 'ssrcs', { suites: [suite] })
    await using stranger = await startSprayer(call.media)
    const sealer = srtpSender(nodeSrtpCrypto, suite, { keyAndSalt: randomBytes(30) })
    const packet = plaintextRtp()[0] ?? new Uint8Array()
    function* sources() {
      for (let source = 0; source < count; source += 1) {
        new DataView(packet.buffer).setUint32(8, source)
        yield sealer.sealRtp(packet, new Uint8Array(300)) ?? packet
      }
    }
    const earlierBytes = await residentBytes()
    await stranger.spray(sources(), 5_000)
    await call.lives(1)
    const grownBytes = (await residentBytes()) - earlierBytes
    const end = await call.end()
    assertUntouched(end)
    assert.ok(Number(end.statistics['dropped.auth']) >= count * 0.95, JSON.stringify(end.statistics))
    assert.equal(end.statistics['dropped.ssrc-limit'], undefined)
    assert.ok(grownBytes < 48 * mebibyte, `${grownBytes / mebibyte} MiB`)
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
