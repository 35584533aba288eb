import { fixedHeaderBytes } from '@voxkeep/wire/rtp'
import { frameSamples, samplesPerMs } from './caller-track.ts'

/** Packets go to 60 ms: that is as far as SDP agrees to. */
export const maxPacketSamples = 60 * samplesPerMs
/** 40 ms of L16 at 16 kHz: what is longer would not pass a network in one piece, and SDP does not agree to it. */
const maxPayloadBytes = 1_280

/**
 * Memory that all legs of a worker make their packets in, one after the other: it stays in the processor's cache,
 * where a kilobyte for each of hundreds of legs would not.
 */
export interface PacketMemory {
  /** One 20 ms frame. */
  readonly frame: Uint8Array
  /** Its companion at 16 kHz. */
  readonly wide: Int16Array
  /** One plain packet of the longest kind. */
  readonly packet: Uint8Array
  /** Room for one sealed packet. It is used again after `turns` more: the kernel takes a datagram before that. */
  next(packetBytes: number): Uint8Array
}

/** Room for the longest tag and MKI. */
const maxOverheadBytes = 16 + 128
const turns = 64

export function packetMemory(): PacketMemory {
  const usualBytes = fixedHeaderBytes + maxPacketSamples
  const usual = turnsOf(usualBytes + maxOverheadBytes)
  let long: (() => Uint8Array) | undefined
  return {
    frame: new Uint8Array(frameSamples),
    wide: new Int16Array(2 * frameSamples),
    packet: new Uint8Array(fixedHeaderBytes + maxPayloadBytes),
    next(packetBytes) {
      if (packetBytes <= usualBytes) return usual()
      long ??= turnsOf(fixedHeaderBytes + maxPayloadBytes + maxOverheadBytes)
      return long()
    },
  }
}

function turnsOf(bytes: number): () => Uint8Array {
  const memory = new Uint8Array(bytes * turns)
  const places = Array.from({ length: turns }, (_, i) => memory.subarray(i * bytes, (i + 1) * bytes))
  let turn = 0
  return () => {
    turn = (turn + 1) % turns
    return places[turn] as Uint8Array
  }
}
