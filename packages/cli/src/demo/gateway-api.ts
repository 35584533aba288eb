import { createClient, type AuditEntry, type Recording, type VoxkeepClient } from '@voxkeep/sdk'
import { parseWav } from '@voxkeep/wire/wav'
import type { CallDetail } from './facts.ts'

/** What the demo asks the gateway, as any client would: over HTTPS, with a token. */
export interface GatewayApi {
  /** The only call, once it has ended and its receipt is written. */
  endedCall(withinMs: number): Promise<CallDetail>
  recordingOf(call: string): Promise<Recording>
  audio(recording: string): Promise<{ left: Int16Array; right: Int16Array; ulaw: Uint8Array }>
  /** Reads a recording to its end; rejects when the gateway does not. */
  readAll(recording: string): Promise<number>
  trail(call: string): Promise<readonly AuditEntry[]>
}

const pollMs = 50

export function gatewayApi(baseUrl: string, token: string): GatewayApi {
  const client = createClient({ baseUrl, token })
  const wav = async (recording: string, format: 'ulaw' | 'pcm16') => {
    const file = await new Response(await client.recordings.audio(recording, { format })).bytes()
    const parsed = parseWav(file)
    if ('error' in parsed) throw new Error('the gateway’s audio is not a WAV file')
    return parsed.data
  }
  return {
    endedCall: (withinMs) => endedCall(client, withinMs),
    async recordingOf(call) {
      for await (const recording of client.recordings.list()) if (recording.call_id === call) return recording
      throw new Error('the call has no recording')
    },
    async audio(recording) {
      return { ...channels(await wav(recording, 'pcm16')), ulaw: await wav(recording, 'ulaw') }
    },
    async readAll(recording) {
      const audio = await client.recordings.audio(recording, { format: 'pcm16' })
      return (await new Response(audio).bytes()).length
    },
    trail: (call) => client.calls.audit(call),
  }
}

async function endedCall(client: VoxkeepClient, withinMs: number): Promise<CallDetail> {
  const untilMs = performance.now() + withinMs
  for (;;) {
    const [call] = (await client.calls.list({ limit: 1 })).data
    const detail = call && ((await client.calls.get(call.id)) as CallDetail)
    if (detail?.state === 'ended' && detail.receipt !== null) return detail
    if (performance.now() > untilMs) throw new Error('the gateway did not report the call’s end')
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

function channels(interleaved: Uint8Array): { left: Int16Array; right: Int16Array } {
  const view = new DataView(interleaved.buffer, interleaved.byteOffset, interleaved.byteLength)
  const frames = Math.floor(interleaved.length / 4)
  const channel = (offset: number) =>
    Int16Array.from({ length: frames }, (_, i) => view.getInt16(4 * i + offset, true))
  return { left: channel(0), right: channel(2) }
}
