import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { serializeRtcp, serializeRtp } from '@voxkeep/wire/rtp'
import {
  keyLengths,
  srtpReceiver,
  srtpSender,
  type SrtpMaster,
  type SrtpReceiverOptions,
  type SrtpSuite,
} from '@voxkeep/wire/srtp'
import { nodeRandomBytes } from './random-bytes.ts'
import { nodeSrtpCrypto } from './srtp-crypto.ts'

const suites: readonly SrtpSuite[] = [
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_256_CM_HMAC_SHA1_32',
  'AEAD_AES_128_GCM',
  'AEAD_AES_256_GCM',
]
const ssrc = 0xdecafbad
const present = existsSync('/usr/include/srtp2/srtp.h')
const skip = present || process.env['CI'] ? false : 'libsrtp is missing: apt-get install libsrtp2-dev'

describe('interoperability with libsrtp', { skip }, () => {
  let folder = ''
  let program = ''

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'voxkeep-libsrtp-'))
    program = join(folder, 'peer')
    const source = join(import.meta.dirname, 'libsrtp-peer.c')
    const built = spawnSync('cc', ['-O1', '-Wall', '-o', program, source, '-lsrtp2'], { encoding: 'utf8' })
    assert.equal(built.status, 0, built.stderr)
  })
  after(() => rmSync(folder, { recursive: true }))

  /** One run of libsrtp over the commands: an answer for each. */
  function peer(suite: SrtpSuite, master: SrtpMaster, commands: readonly string[]): string[] {
    const mki = master.mki === undefined ? '-' : master.mki.toHex()
    const input = `${commands.join('\n')}\n`
    const run = spawnSync(program, [suite, master.keyAndSalt.toHex(), mki], { input, encoding: 'utf8' })
    assert.equal(run.status, 0, run.stderr)
    return run.stdout.trimEnd().split('\n')
  }

  function weOpen(
    suite: SrtpSuite,
    master: SrtpMaster,
    commands: readonly string[],
    options?: SrtpReceiverOptions,
  ): void {
    const packets = [rtpPackets(), rtcpPackets()] as const
    const sealed = peer(suite, master, [
      ...commands,
      ...packets[0].map((packet) => `seal-rtp ${packet.toHex()}`),
      ...packets[1].map((packet) => `seal-rtcp ${packet.toHex()}`),
    ]).slice(commands.length)
    const receiver = srtpReceiver(nodeSrtpCrypto, suite, [master], options)
    const opened = sealed.map((hex, i) => {
      const datagram = Uint8Array.fromHex(hex)
      const result = i < packets[0].length ? receiver.openRtp(datagram) : receiver.openRtcp(datagram)
      return result.ok ? result.packet.toHex() : result.reason
    })
    assert.deepEqual(
      opened,
      packets.flat().map((packet) => packet.toHex()),
    )
  }

  function libsrtpOpensRtp(suite: SrtpSuite, master: SrtpMaster): void {
    const sender = srtpSender(nodeSrtpCrypto, suite, master)
    const packets = rtpPackets()
    const commands = packets.map((packet) => `open-rtp ${hexOf(sender.sealRtp(packet, new Uint8Array(600)))}`)
    assert.deepEqual(
      peer(suite, master, commands),
      packets.map((packet) => packet.toHex()),
    )
  }

  function libsrtpOpensRtcp(suite: SrtpSuite, master: SrtpMaster): void {
    const sender = srtpSender(nodeSrtpCrypto, suite, master)
    const packets = rtcpPackets()
    const commands = packets.map(
      (packet) => `open-rtcp ${hexOf(sender.sealRtcp(packet, new Uint8Array(600)))}`,
    )
    assert.deepEqual(
      peer(suite, master, commands),
      packets.map((packet) => packet.toHex()),
    )
  }

  for (const suite of suites) {
    for (const [name, mki] of [
      ['', undefined],
      [' with an MKI', Uint8Array.of(0xca, 0xfe)],
    ] as const) {
      test(`interop 7: openRtp() and openRtcp() open what libsrtp sealed over a wrap, ${suite}${name}`, () => {
        weOpen(suite, masterFor(suite, mki), [])
      })
      test(`interop 7: libsrtp opens what sealRtp() sealed over a wrap, ${suite}${name}`, () => {
        libsrtpOpensRtp(suite, masterFor(suite, mki))
      })
      // libsrtp 2 looks for an SRTCP packet's MKI at the distance of the SRTP tag, which is shorter in these suites.
      const gap = mki !== undefined && suite.endsWith('_32')
      test(`libsrtp opens what sealRtcp() sealed, ${suite}${name}`, { expectFailure: gap }, () => {
        libsrtpOpensRtcp(suite, masterFor(suite, mki))
      })
    }
    test(`interop 4: openRtp() joins a libsrtp stream at its rollover counter, ${suite}`, () => {
      weOpen(suite, masterFor(suite), [`seal-rtp ${firstPacket()}`, `roc ${ssrc} 41`], {
        before: new Map([[ssrc, 41 * 0x10000 + 65_000]]),
      })
    })
    test(`interop 7: libsrtp and we follow each other through five wraps, ${suite}`, () => {
      const master = masterFor(suite)
      const packets = wrappingPackets()
      const sender = srtpSender(nodeSrtpCrypto, suite, master)
      const sealed = packets.map((packet) => `open-rtp ${hexOf(sender.sealRtp(packet, new Uint8Array(600)))}`)
      const plain = packets.map((packet) => packet.toHex())
      assert.deepEqual(peer(suite, master, sealed), plain)
      const receiver = srtpReceiver(nodeSrtpCrypto, suite, [master])
      const theirs = peer(
        suite,
        master,
        plain.map((packet) => `seal-rtp ${packet}`),
      )
      const opened = theirs.map((hex) => {
        const result = receiver.openRtp(Uint8Array.fromHex(hex))
        return result.ok ? result.packet.toHex() : result.reason
      })
      assert.deepEqual(opened, plain)
    })
    test(`SRTCP of several SSRCs goes to and from libsrtp, each counted by itself, ${suite}`, () => {
      const master = masterFor(suite)
      const packets = [1, 2, 1, 3, 2, 1].map((source) =>
        serializeRtcp([{ kind: 'rr', ssrc: source, reports: [] }]),
      )
      const plain = packets.map((packet) => packet.toHex())
      const sender = srtpSender(nodeSrtpCrypto, suite, master)
      const sealed = packets.map(
        (packet) => `open-rtcp ${hexOf(sender.sealRtcp(packet, new Uint8Array(600)))}`,
      )
      assert.deepEqual(peer(suite, master, sealed), plain)
      const receiver = srtpReceiver(nodeSrtpCrypto, suite, [master])
      const theirs = peer(
        suite,
        master,
        plain.map((packet) => `seal-rtcp ${packet}`),
      )
      const opened = theirs.map((hex) => {
        const result = receiver.openRtcp(Uint8Array.fromHex(hex))
        return result.ok ? result.packet.toHex() : result.reason
      })
      assert.deepEqual(opened, plain)
      assert.equal(receiver.openRtcp(Uint8Array.fromHex(theirs[5] ?? '')).ok, false)
    })
    test(`libsrtp refuses what sealRtp() sealed once a bit flips, ${suite}`, () => {
      const master = masterFor(suite)
      const sealed = srtpSender(nodeSrtpCrypto, suite, master).sealRtp(
        Uint8Array.fromHex(firstPacket()),
        new Uint8Array(600),
      )
      assert.ok(sealed)
      sealed[14] = (sealed[14] ?? 0) ^ 1
      const authFailed = 'error 7'
      assert.deepEqual(peer(suite, master, [`open-rtp ${sealed.toHex()}`]), [authFailed])
    })
  }
})

function firstPacket(): string {
  const payload = new Uint8Array(160)
  const header = { marker: false, payloadType: 8, sequence: 65_000, timestamp: 0, ssrc, csrc: [] }
  return serializeRtp({ version: 2, padding: false, ...header, payload }).toHex()
}

function hexOf(sealed: Uint8Array | undefined): string {
  assert.ok(sealed)
  return sealed.toHex()
}

function masterFor(suite: SrtpSuite, mki?: Uint8Array): SrtpMaster {
  const { keyBytes, saltBytes } = keyLengths(suite)
  return { keyAndSalt: nodeRandomBytes(keyBytes + saltBytes), ...(mki !== undefined && { mki }) }
}

/** Packets of all shapes around a wrap of the sequence number. */
function rtpPackets(): Uint8Array[] {
  return [65_530, 65_534, 65_535, 65_536, 65_537, 66_000].map((index, i) =>
    serializeRtp({
      version: 2,
      padding: i === 2,
      marker: i === 0,
      payloadType: 8,
      sequence: index & 0xffff,
      timestamp: index * 160,
      ssrc,
      csrc: i === 3 ? [1, 2] : [],
      ...(i === 4 && { extension: { profile: 0xbede, data: Uint8Array.of(0x10, 7, 0, 0) } }),
      payload: nodeRandomBytes([160, 1, 333, 16, 15, 240][i] ?? 0),
    }),
  )
}

/** Two hours of a call, of which a few packets in each ten minutes are kept. */
function wrappingPackets(): Uint8Array[] {
  const indices = Array.from({ length: 22 }, (_, i) => [i * 0x3fff + 7, i * 0x3fff + 8]).flat()
  return indices.map((index) =>
    serializeRtp({
      version: 2,
      padding: false,
      marker: false,
      payloadType: 0,
      sequence: index & 0xffff,
      timestamp: index * 160,
      ssrc,
      csrc: [],
      payload: nodeRandomBytes(40),
    }),
  )
}

function rtcpPackets(): Uint8Array[] {
  return [0, 1, 2].map((count) =>
    serializeRtcp([
      { kind: 'rr', ssrc, reports: [] },
      { kind: 'sdes', chunks: [{ ssrc, items: [{ type: 1, value: nodeRandomBytes(5 + count) }] }] },
    ]),
  )
}
