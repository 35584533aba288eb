import type { WebSocket } from 'ws'
import type { Recorded } from './spoken.ts'
import { watch } from './watch.ts'

/** An app on a stream of `voxkeep.media.v1` with 16 bits at 16 kHz: it says something as soon as it is there, and remembers what it hears. */
export interface MediaTalker {
  take(socket: WebSocket): void
  /** The rate of the caller's codec, as the first message tells it. */
  sourceRate(): unknown
  /** Resolves with what it heard of the caller once that is so long. */
  heard(seconds: number): Promise<Recorded>
}

const headerBytes = 12
const rateHz = 16_000

export function mediaTalker(says: Int16Array): MediaTalker {
  const { changed, until } = watch()
  const pieces: Buffer[] = []
  let bytes = 0
  let sourceRate: unknown
  return {
    take(socket) {
      socket.on('error', () => socket.terminate())
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) bytes += pieces[pieces.push(data.subarray(headerBytes)) - 1]?.length ?? 0
        else {
          const message = JSON.parse(data.toString()) as { type: string; media?: { source_rate?: unknown } }
          if (message.type !== 'session.start') return
          sourceRate = message.media?.source_rate
          speak(socket, says)
        }
        changed()
      })
    },
    sourceRate: () => sourceRate,
    async heard(seconds) {
      await until(`${seconds} s of the caller`, () => bytes >= 2 * rateHz * seconds || undefined, 30_000)
      const all = Buffer.concat(pieces)
      const samples = Int16Array.from({ length: all.length / 2 }, (_, i) => all.readInt16LE(2 * i))
      return { samples, rateHz }
    },
  }
}

function speak(socket: WebSocket, samples: Int16Array): void {
  const step = rateHz / 10
  for (let at = 0; at < samples.length; at += step) {
    const part = samples.subarray(at, at + step)
    const frame = Buffer.alloc(headerBytes + 2 * part.length)
    frame[0] = 0x10
    frame.writeUInt32BE(at / step + 1, 4)
    part.forEach((sample, i) => frame.writeInt16LE(sample, headerBytes + 2 * i))
    socket.send(frame)
  }
}
