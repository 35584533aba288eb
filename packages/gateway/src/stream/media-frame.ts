import type { Track } from './contract.ts'

/**
 * A binary message of `voxkeep.media.v1`: version in the upper and flags in the lower half of the first byte, track, two reserved bytes, `seq`, and
 * the time of the first sample in milliseconds, in network order; then audio.
 */
export interface MediaFrame {
  readonly track: Track
  readonly seq: number
  readonly timestampMs: number
  /** Aliases the message. */
  readonly audio: Uint8Array
}

export const frameHeaderBytes = 12
const version = 1
const tracks: readonly Track[] = ['inbound', 'outbound']

/** Fresh memory. */
export function writeFrame(track: Track, seq: number, timestampMs: number, audio: Uint8Array): Uint8Array {
  const frame = new Uint8Array(frameHeaderBytes + audio.length)
  const view = new DataView(frame.buffer)
  frame[0] = version << 4
  frame[1] = tracks.indexOf(track)
  view.setUint32(4, seq)
  view.setUint32(8, timestampMs)
  frame.set(audio, frameHeaderBytes)
  return frame
}

/** Undefined for what is no frame of this version, or has no audio. Never throws. */
export function readFrame(message: Uint8Array): MediaFrame | undefined {
  if (message.length <= frameHeaderBytes || (message[0] ?? 0) >> 4 !== version) return undefined
  const track = tracks[message[1] ?? tracks.length]
  if (track === undefined) return undefined
  const view = new DataView(message.buffer, message.byteOffset, frameHeaderBytes)
  return {
    track,
    seq: view.getUint32(4),
    timestampMs: view.getUint32(8),
    audio: message.subarray(frameHeaderBytes),
  }
}
