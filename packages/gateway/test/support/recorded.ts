import { parseWav } from '@voxkeep/wire/wav'
import type { VoxkeepClient } from '@voxkeep/sdk'

/** Both sides of a recording as the API hands it out: the caller's and the app's, 16-bit at 8 kHz. */
export async function recordedSides(
  api: VoxkeepClient,
  id: string,
): Promise<readonly [Int16Array, Int16Array]> {
  const bytes = new Uint8Array(await new Response(await api.recordings.audio(id)).arrayBuffer())
  const wav = parseWav(bytes)
  if ('error' in wav || wav.format !== 'pcm16' || wav.channels !== 2)
    throw new Error('not a stereo recording')
  const view = new DataView(wav.data.buffer, wav.data.byteOffset, wav.data.byteLength)
  const side = (channel: number) =>
    Int16Array.from({ length: wav.data.length / 4 }, (_, i) => view.getInt16(i * 4 + channel * 2, true))
  return [side(0), side(1)]
}
