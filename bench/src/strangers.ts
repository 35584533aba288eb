import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface FloodTarget {
  readonly sipPort: number
  readonly rtpMin: number
  readonly rtpMax: number
}

export interface FloodCounts {
  connections: number
  /** Connections on which TLS came about. */
  handshakes: number
  refused: number
  invites: number
  garbageMb: number
  datagrams: number
}

// Bounded, so that what is measured is the gateway's defence and not a machine without any time left.
const connectionsPerSecond = 100
const invitesPerConnection = 50
const datagramsPerSecond = 10_000
const openAtOnce = 200
const garbageBytes = 64 * 1_024
const turnMs = 20
const livesMs = 2_000

/** Loopback addresses that are no trunk's, each a source of its own to the gateway. */
export function strangerAddress(index: number): string {
  return `127.${1 + (index % 200)}.${index % 251}.${2 + (index % 250)}`
}

/** Opens connections to the SIP port from many addresses: half send garbage, half complete TLS and send INVITEs. Goes on for good. */
export function floodSip({ sipPort }: FloodTarget, counts: FloodCounts): void {
  const garbage = randomBytes(garbageBytes)
  let [index, open] = [0, 0]
  setInterval(() => {
    for (let n = 0; n < (connectionsPerSecond * turnMs) / 1_000 && open < openAtOnce; n += 1) {
      index += 1
      open += 1
      counts.connections += 1
      const to = { host: '127.0.0.1', port: sipPort, localAddress: strangerAddress(index) }
      const socket = index % 2 === 0 ? sendGarbage(to, garbage, counts) : sendInvites(to, index, counts)
      socket.on('error', () => (counts.refused += 1))
      socket.on('close', () => (open -= 1))
      setTimeout(() => socket.destroy(), livesMs)
      socket.resume()
    }
  }, turnMs)
}

interface Peer {
  readonly host: string
  readonly port: number
  readonly localAddress: string
}

function sendGarbage(to: Peer, garbage: Buffer, counts: FloodCounts): Socket {
  const socket = connectTcp(to, () => {
    counts.garbageMb += garbageBytes / 1_048_576
    socket.write(garbage)
  })
  return socket
}

function sendInvites(to: Peer, index: number, counts: FloodCounts): Socket {
  // Strangers do not care who the gateway is.
  const socket = connectTls({ ...to, rejectUnauthorized: false }, () => {
    counts.handshakes += 1
    for (let n = 0; n < invitesPerConnection; n += 1) socket.write(invite(to, `${index}.${n}`))
    counts.invites += invitesPerConnection
  })
  return socket
}

function invite({ localAddress, port }: Peer, id: string): string {
  const lines = [
    `INVITE sips:+15550199@127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/TLS ${localAddress}:5061;branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    `From: <sips:stranger@${localAddress}>;tag=${id}`,
    'To: <sips:+15550199@127.0.0.1>',
    `Call-ID: ${id}@${localAddress}`,
    'CSeq: 1 INVITE',
    `Contact: <sips:stranger@${localAddress}>`,
    'Content-Length: 0',
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Sends packets that look like audio to all media ports, from another address than the callers'. Goes on for good. */
export function floodMedia({ rtpMin, rtpMax }: FloodTarget, counts: FloodCounts): void {
  const socket = createSocket('udp4')
  const packet = randomBytes(172)
  packet[0] = 0x80
  packet[1] = 0
  let port = rtpMin
  socket.bind(0, strangerAddress(7), () => {
    setInterval(() => {
      for (let n = 0; n < (datagramsPerSecond * turnMs) / 1_000; n += 1) {
        packet.writeUInt16BE(counts.datagrams & 0xffff, 2)
        socket.send(packet, port, '127.0.0.1')
        port = port + 2 > rtpMax ? rtpMin : port + 2
        counts.datagrams += 1
      }
    }, turnMs)
  })
}
