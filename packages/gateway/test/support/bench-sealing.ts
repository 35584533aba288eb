import { createId, fakeClock } from '#kernel'
import { newRecordingHeader, recordingWriter } from '#vault'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { random, tenants } from './kept.ts'

export interface SealingFigures {
  readonly streams: number
  readonly audioSeconds: number
  /** CPU time of the whole process, its disk threads included, from the first file's making to the last one's name. */
  readonly cpuSeconds: number
  readonly wallSeconds: number
  /** Recorded streams (two sides of 8 kB/s) that one core seals as fast as they are spoken. */
  readonly streamsPerCore: number
}

const frame = Uint8Array.from({ length: 160 }, (_, at) => (at * 37) % 251)

/** Seals `streams` recordings at once, 20 ms of both sides at a time, through the writer that calls use and onto the disk. */
export async function benchSealing(
  dir: string,
  streams: number,
  audioSeconds: number,
): Promise<SealingFigures> {
  const folder = await mkdtemp(join(dir, 'sealing-'))
  await mkdir(folder, { recursive: true })
  const clock = fakeClock()
  const begun = process.cpuUsage()
  const begunMs = performance.now()
  const writers = Array.from({ length: streams }, () => {
    const [recording, call] = [createId('rec', Date.now(), random), createId('call', Date.now(), random)]
    const [tenant] = tenants
    if (tenant === undefined) throw new TypeError('there is no tenant')
    const header = newRecordingHeader({ tenant, call, recording }, Date.now())
    const spec = {
      id: recording,
      path: join(folder, `${recording}.vxr`),
      header,
      dataKey: random.bytes(32),
      fsyncMs: 5_000,
    }
    return recordingWriter(spec, { clock, random })
  })
  await Promise.all(writers.map(({ ready }) => ready))
  for (let at = 0; at < audioSeconds * 50; at++) {
    for (const writer of writers)
      for (const channel of [0, 1] as const) writer.write(channel, at * 160, frame)
    clock.advance(20)
    await new Promise(setImmediate)
  }
  await Promise.all(writers.map((writer) => writer.finish()))
  const used = process.cpuUsage(begun)
  const wallSeconds = (performance.now() - begunMs) / 1_000
  await rm(folder, { recursive: true })
  const cpuSeconds = (used.user + used.system) / 1e6
  return {
    streams,
    audioSeconds,
    cpuSeconds,
    wallSeconds,
    streamsPerCore: (streams * audioSeconds) / cpuSeconds,
  }
}
