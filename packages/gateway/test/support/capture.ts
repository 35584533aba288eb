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
      await shark.until(new RegExp(`^${udpPorts.max}$`, 'm'))
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
  const flows = (['tcp', 'udp'] as const).map(async (protocol) => {
    const fields = ['srcport', 'dstport', 'payload'].map((field) => `${protocol}.${field}`)
    return gather(protocol, await dissect(`${protocol}.payload and not tcp.analysis.retransmission`, fields))
  })
  return { flows: (await Promise.all(flows)).flat(), dissect }
}

function gather(protocol: Flow['protocol'], packets: readonly string[][]): Flow[] {
  const flows = new Map<string, Flow & { payloads: Uint8Array[] }>()
  for (const [from = '', to = '', payload = ''] of packets) {
    const key = `${from} ${to}`
    const flow = flows.get(key) ?? { protocol, from: Number(from), to: Number(to), payloads: [] }
    flow.payloads.push(Uint8Array.fromHex(payload.replaceAll(':', '')))
    flows.set(key, flow)
  }
  return [...flows.values()]
}
