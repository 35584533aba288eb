import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { program } from './counterpart.ts'
import type { PortRange } from './media-ports.ts'
import { startProgram } from './program.ts'

export interface CaptureOptions {
  readonly folder: string
  readonly tcpPorts: readonly number[]
  /** The last of them is nobody's. */
  readonly udpPorts: PortRange
}

/** A running capture of the loopback interface. */
export interface Capture extends AsyncDisposable {
  /** Ends it and resolves with what crossed. */
  stop(): Promise<Captured>
}

/** All that one side of one connection, or one UDP port to another, sent. */
export interface Flow {
  readonly protocol: 'tcp' | 'udp'
  readonly from: number
  readonly to: number
  readonly payloads: readonly Uint8Array[]
}

export interface Captured {
  readonly flows: readonly Flow[]
  /** The fields of every packet that tshark's display filter takes; `options` are tshark's own. */
  dissect(filter: string, fields: readonly string[], options?: readonly string[]): Promise<string[][]>
}

const run = promisify(execFile)
const maxOutputBytes = 256 * 1_024 * 1_024 // hex of some minutes of calls

/** Captures with tshark; resolves when packets are being taken. Needs the right to capture, as root has. */
export async function startCapture({ folder, tcpPorts, udpPorts }: CaptureOptions): Promise<Capture> {
  const file = join(folder, 'capture.pcapng')
  const tcp = tcpPorts.map((port) => `tcp port ${port}`)
  const filter = [...tcp, `udp portrange ${udpPorts.min}-${udpPorts.max}`].join(' or ')
  const print = ['-P', '-l', '-T', 'fields', '-e', 'udp.dstport']
  const args = ['-i', 'lo', '-B', '64', '-f', filter, '-w', file, ...print]
  const shark = await startProgram({ command: program('tshark'), args })
  await shark.until(/Capture started/, 20_000).catch(async (error: unknown) => {
    await shark.stop()
    throw error
  })
  return {
    async stop() {
      // What was sent is not yet what was captured: a last packet of ours tells when it is.
      const last = createSocket('udp4')
      last.send('the last', udpPorts.max, '127.0.0.1')
      await shark.until(new RegExp(`^${udpPorts.max}$`, 'm'), 30_000)
      last.close()
      await shark.stop('SIGINT')
      return readCapture(file)
    },
    [Symbol.asyncDispose]: () => shark[Symbol.asyncDispose](),
  }
}

async function readCapture(file: string): Promise<Captured> {
  const dissect: Captured['dissect'] = async (filter, fields, options = []) => {
    const wanted = fields.flatMap((field) => ['-e', field])
    const args = ['-r', file, ...options, '-Y', filter, '-T', 'fields', ...wanted]
    const { stdout } = await run(program('tshark'), args, { maxBuffer: maxOutputBytes })
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'))
  }
  const udp = await dissect('udp.payload', ['udp.srcport', 'udp.dstport', 'udp.payload'])
  const tcp = await dissect('tcp.payload', ['tcp.srcport', 'tcp.dstport', 'tcp.payload', 'tcp.seq'])
  return { flows: [...gather('udp', udp), ...gather('tcp', tcp).map(inSequence)], dissect }
}

interface Segments extends Flow {
  readonly payloads: Uint8Array[]
  /** Of each payload, for TCP. */
  readonly sequences: number[]
}

function gather(protocol: Flow['protocol'], packets: readonly string[][]): Segments[] {
  const flows = new Map<string, Segments>()
  for (const [from = '', to = '', payload = '', sequence = ''] of packets) {
    const key = `${from} ${to}`
    const flow = flows.get(key) ?? newFlow(protocol, Number(from), Number(to))
    flow.payloads.push(Uint8Array.fromHex(payload.replaceAll(':', '')))
    flow.sequences.push(Number(sequence))
    flows.set(key, flow)
  }
  return [...flows.values()]
}

function newFlow(protocol: Flow['protocol'], from: number, to: number): Segments {
  return { protocol, from, to, payloads: [], sequences: [] }
}

/** What the receiver's application got: a busy machine sends segments again, in whole or in part. */
function inSequence({ sequences, payloads, ...flow }: Segments): Flow {
  const segments = payloads.map((payload, i) => ({ payload, start: sequences[i] ?? 0 }))
  const got: Uint8Array[] = []
  let next = 0
  for (const { payload, start } of segments.toSorted((a, b) => a.start - b.start)) {
    const fresh = payload.subarray(Math.max(0, next - start))
    if (fresh.length > 0) got.push(fresh)
    next = Math.max(next, start + payload.length)
  }
  return { ...flow, payloads: got }
}
