import { mkdir } from 'node:fs/promises'
import { program } from './counterpart.ts'
import type { PortRange } from './media-ports.ts'
import { startProgram, type Program } from './program.ts'

export interface RtpengineOptions {
  readonly folder: string
  readonly controlPort: number
  readonly ports: PortRange
}

/** A running rtpengine that forwards in userspace, controlled by a Kamailio. */
export async function startRtpengine({ folder, controlPort, ports }: RtpengineOptions): Promise<Program> {
  await mkdir(folder, { recursive: true })
  const relay = await startProgram({
    command: program('rtpengine'),
    args: [
      '--foreground',
      '--log-stderr',
      '--log-level=6',
      '--table=-1',
      '--num-threads=1',
      '--interface=127.0.0.1',
      `--listen-ng=127.0.0.1:${controlPort}`,
      `--port-min=${ports.min}`,
      `--port-max=${ports.max}`,
      `--pidfile=${folder}/rtpengine.pid`,
      '--config-file=none',
    ],
  })
  try {
    await relay.until(/Startup complete/)
    return relay
  } catch (error) {
    await relay.stop()
    throw error
  }
}
