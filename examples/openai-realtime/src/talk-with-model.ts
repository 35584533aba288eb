import { once } from 'node:events'
import { commands, type Conversation } from '@voxkeep/sdk'
import { WebSocket } from 'ws'

export interface Model {
  /** A server of the OpenAI Realtime API (GA). */
  readonly url: string
  readonly apiKey: string
  readonly instructions: string
  readonly voice: string
}

/** What the model's server says, as far as a voice conversation needs it. */
interface ModelEvent {
  readonly type: string
  readonly delta?: string
  readonly item_id?: string
  readonly name?: string
  readonly error?: { readonly code?: string }
}

/** Lets the caller talk with the model until either is done; resolves when they are. Rejects when there is no model. */
export async function talkWithModel(conversation: Conversation, model: Model): Promise<void> {
  const socket = new WebSocket(model.url, { headers: { authorization: `Bearer ${model.apiKey}` } })
  const say = (event: object) =>
    void (socket.readyState === socket.OPEN && socket.send(JSON.stringify(event)))
  conversation.signal.addEventListener('abort', () => socket.close())
  await once(socket, 'open')
  socket.on('error', () => socket.close())
  socket.on('close', () => conversation.close('the model is gone'))
  socket.on('message', (data: Buffer) => hear(JSON.parse(data.toString()) as ModelEvent))

  function hear(event: ModelEvent): void {
    switch (event.type) {
      case 'response.output_audio.delta': {
        const label = event.item_id ?? ''
        return void conversation.play(Buffer.from(event.delta ?? '', 'base64'), { encoding: 'ulaw', label })
      }
      case 'input_audio_buffer.speech_started':
        return void cutIn()
      case 'response.function_call_arguments.done':
        return void (event.name === 'end_call' && goodbye().catch(() => conversation.close()))
      case 'error':
        console.error('the model complains:', event.error?.code) // its message may repeat what was said
    }
  }
  /** The caller began to speak: what waits to be heard goes, and the model learns how much of its answer was. */
  async function cutIn(): Promise<void> {
    const { label, playedMs, droppedMs } = await conversation.interrupt()
    if (label === undefined || droppedMs === 0) return
    const audio_end_ms = Math.round(playedMs)
    say({ type: 'conversation.item.truncate', item_id: label, content_index: 0, audio_end_ms })
  }
  async function goodbye(): Promise<void> {
    await conversation.mark()
    if (conversation.wire === 'voxkeep') await conversation.command(commands.hangup())
    conversation.close()
  }

  say({ type: 'session.update', session: sessionOf(model) })
  say({ type: 'response.create' }) // the model speaks first
  for await (const frame of conversation.audio)
    say({ type: 'input_audio_buffer.append', audio: Buffer.from(frame.bytes).toString('base64') })
}

const format = { type: 'audio/pcmu' } // as the telephone has it: nothing is converted anywhere

function sessionOf({ instructions, voice }: Model): object {
  const endCall = { description: 'Ends the call.', parameters: { type: 'object', properties: {} } }
  return {
    type: 'realtime',
    instructions,
    audio: { input: { format, turn_detection: { type: 'server_vad' } }, output: { format, voice } },
    tools: [{ type: 'function', name: 'end_call', ...endCall }],
  }
}
