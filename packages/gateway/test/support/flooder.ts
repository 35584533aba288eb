import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

// Run by flood.e2e.test.ts as a process of its own, so that the phones of the test do not share a thread with the attack:
// node flooder.ts <kind> <port> <caFile> <net> <sources> <durationMs>. Prints what it did as one line of JSON.
const [kind = '', port = '0', caFile = '', net = '1', sources = '1', durationMs = '1000'] =
  process.argv.slice(2)
const ca = readFileSync(caFile, 'utf8')
const startedMs = performance.now()
const endMs = startedMs + Number(durationMs)
const done = { kind, connections: 0, closed: 0, messages: 0, bytes: 0 }
const isOver = () => performance.now() >= endMs

/** 127.0.<net>.1 and so on: none is a trunk's. */
const sourceOf = (index: number) => `127.0.${net}.${1 + (index % Number(sources))}`

/** A connection that is open, TLS or plain; undefined when it was refused. */
function open(index: number, secure: boolean): Promise<Socket | undefined> {
  const plain = connectTcp({ host: '127.0.0.1', port: Number(port), localAddress: sourceOf(index) })
  const socket = secure ? connectTls({ socket: plain, ca, host: '127.0.0.1' }) : plain
  done.connections += 1
  return new Promise((resolve) => {
    plain.on('error', () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.resume()
    socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket))
    socket.once('close', () => {
      done.closed += 1
      resolve(undefined)
    })
  })
}

/** Writes for as long as the other side takes it, and no more than `perSecond`, all connections together. */
async function pour(
  index: number,
  secure: boolean,
  next: () => Uint8Array,
  perSecond = Infinity,
): Promise<void> {
  const isAhead = () => done.messages > ((performance.now() - startedMs) * perSecond) / 1_000
  while (!isOver()) {
    const socket = await open(index, secure)
    if (socket === undefined) {
      await pause(20)
      continue
    }
    while (!isOver() && !socket.destroyed) {
      if (isAhead()) {
        await pause(1)
        continue
      }
      const bytes = next()
      done.messages += 1
      done.bytes += bytes.length
      if (!socket.write(bytes)) await Promise.race([event(socket, 'drain'), event(socket, 'close')])
      else if (done.messages % 64 === 0) await pause(0)
    }
    socket.destroy()
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const event = (socket: Socket, name: string) => new Promise((resolve) => void socket.once(name, resolve))

function invite(): Uint8Array {
  const id = randomBytes(8).toString('hex')
  return Buffer.from(
    [
      'INVITE sip:anybody@127.0.0.1 SIP/2.0',
      `Via: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bK${id}`,
      'Max-Forwards: 70',
      'From: <sip:mallory@127.0.0.1>;tag=1',
      'To: <sip:anybody@127.0.0.1>',
      `Call-ID: ${id}`,
      'CSeq: 1 INVITE',
      'Contact: <sip:mallory@127.0.0.1:9;transport=tls>',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  )
}

/** What a carrier's edge is asked to stand; a faster attacker takes the cores that the gateway runs on here. */
const invitesPerSecond = 5_000
const garbage = randomBytes(64 * 1024)
const header = Buffer.from(`X-Endless: ${'a'.repeat(16_000)}\r\n`)

const attacks: Readonly<Record<string, (index: number) => Promise<void>>> = {
  /** Connects and says nothing. */
  async knock(index) {
    while (!isOver()) {
      const socket = await open(index, false)
      if (socket === undefined) await pause(1)
      else if (index % 4 === 0) await event(socket, 'close') // some stay for as long as they may
      else socket.destroy()
    }
  },
  invites: (index) => pour(index, true, invite, invitesPerSecond),
  endless: (index) => pour(index, true, () => header),
  garbage: (index) => pour(index, index % 2 === 0, () => garbage),
  /** A byte now and then. */
  async loris(index) {
    const text = Buffer.from(invite())
    let at = 0
    while (!isOver()) {
      const socket = await open(index, true)
      if (socket === undefined) {
        await pause(20)
        continue
      }
      while (!isOver() && !socket.destroyed) {
        socket.write(text.subarray(at % text.length, (at % text.length) + 1))
        at += 1
        await pause(50)
      }
      socket.destroy()
    }
  },
}

const workers = kind === 'knock' ? 400 : Math.max(8, Number(sources))
const attack = attacks[kind]
if (attack === undefined) throw new Error(`no such attack: ${kind}`)
await Promise.all(Array.from({ length: workers }, (_, index) => attack(index)))
process.stdout.write(`${JSON.stringify(done)}\n`)
process.exit()
