import { fixedHeaderBytes } from '@voxkeep/wire/rtp'
import { frameSamples, samplesPerMs } from './caller-track.ts'

/** Packets go to 60 ms: that is as far as SDP agrees to. */
export const maxPacketSamples = 60 * samplesPerMs

/**
 * Memory that all legs of a worker make their packets in, one after the other: it stays in the processor's cache,
 * where a kilobyte for each of hundreds of legs would not.
 */
export interface PacketMemory {
  /** One 20 ms frame. */
  readonly frame: Uint8Array
  /** One plain packet of the longest kind. */
  readonly packet: Uint8Array
  /** Room for one sealed packet. It is used again after `turns` more: the kernel takes a datagram before that. */
  next(): Uint8Array
}

/** Room for the longest tag and MKI. */
const maxOverheadBytes = 16 + 128
const turns = 64

export function packetMemory(): PacketMemory {
  const bytes = fixedHeaderBytes + maxPacketSamples + maxOverheadBytes
  const memory = new Uint8Array(bytes * turns)
  const places = Array.from({ length: turns }, (_, i) => memory.subarray(i * bytes, (i + 1) * bytes))
  let turn = 0
  return {
    frame: new Uint8Array(frameSamples),
    packet: new Uint8Array(fixedHeaderBytes + maxPacketSamples),
    next() {
      turn = (turn + 1) % turns
      return places[turn] as Uint8Array
    },
  }
}
