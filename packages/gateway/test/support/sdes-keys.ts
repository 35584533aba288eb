import { byteMarkers, type Marker } from './markers.ts'

/** Every SRTP master key and salt in what a phone printed of its SIP messages, as markers: whole, and the key alone. */
export function sdesKeyMarkers(trace: string): Marker[] {
  const inline = [...trace.matchAll(/a=crypto:\d+ \S+ inline:([A-Za-z0-9+/=]+)/g)].map(
    (match) => match[1] ?? '',
  )
  return [...new Set(inline)].flatMap((text, index) => {
    const bytes = Uint8Array.fromBase64(text)
    const key = bytes.subarray(0, bytes.length > 32 ? 32 : 16)
    return [...byteMarkers(`SRTP master ${index}`, bytes), ...byteMarkers(`SRTP key ${index}`, key)]
  })
}
