import { AsteriskApp, ulawBytesPerFrame, type Control } from './asterisk-app.ts'
import { readCommand } from './asterisk-command.ts'
import { isWide, type AudioForm } from './wire-audio.ts'
import { ignored, isRecord } from './wire-json.ts'
import { aboutText, optionOf, type WireSetup } from './wire-setup.ts'
import type { StreamWire } from './wire.ts'
import { wireTrack } from './wire-track.ts'

const ptimeMs = 20

/**
 * What Asterisk's chan_websocket speaks (docs.asterisk.org, "WebSocket"), as Asterisk: audio binary both ways, beside it text. Told: MEDIA_START,
 * DTMF_END, MEDIA_XOFF and MEDIA_XON, MEDIA_MARK_PROCESSED, MEDIA_BUFFERING_COMPLETED, QUEUE_DRAINED. Understood, in plain text and in JSON:
 * ANSWER (the call is answered already), HANGUP, START_ and STOP_MEDIA_BUFFERING, MARK_MEDIA, FLUSH_MEDIA, PAUSE_ and CONTINUE_MEDIA,
 * REPORT_QUEUE_DRAINED, SET_MEDIA_DIRECTION. GET_STATUS is not: frames do not wait here. Options: `format` `ulaw`, `alaw`, `slin` or `slin16`;
 * `control` `plain-text` or `json`; `subprotocol` false for an app that does not choose `media`.
 */
export function asteriskWire(setup: WireSetup): StreamWire {
  const format = optionOf(setup, 'format', ['ulaw', 'alaw', 'slin', 'slin16'])
  const control = controlWriter(setup)
  const form = formOf(format)
  const app = new AsteriskApp(form, control, setup.band.saysWide)
  const track = wireTrack({ form, chunkMs: ptimeMs, fill: true })
  const heard = setup.direction === 'outbound' ? 'outbound' : 'inbound'
  return {
    ...(optionOf(setup, 'subprotocol', [true, false]) && { subprotocol: 'media' }),
    begin: () => [control('MEDIA_START', startOf(setup, format))],
    isWide: isWide(form),
    audio(from, ulaw, timestampMs, wide) {
      return from === heard && app.isHeard ? track.push(ulaw, timestampMs, wide)?.bytes : undefined
    },
    dtmf: (digit, durationMs) => control('DTMF_END', { digit, duration_ms: durationMs }),
    mark: (name, state) => (state === 'played' ? app.played(name) : undefined),
    tell: (notice) => app.tell(notice),
    stop: () => [],
    read(payload, isText) {
      if (!isText) return app.audio(payload)
      const command = readCommand(payload)
      return command === undefined ? ignored : app.command(command)
    },
  }
}

function controlWriter(setup: WireSetup): Control {
  const channel_id = aboutText(setup, 'leg_id')
  if (optionOf(setup, 'control', ['plain-text', 'json']) === 'json')
    return (event, fields) => JSON.stringify({ event, channel_id, ...fields })
  return (event, fields) => {
    // Plain text has no room for an object, and tells the answer to a mark by its id alone.
    const { correlation_id: id, ...rest } = fields
    const words = Object.entries(
      event === 'MEDIA_START' || event === 'DTMF_END' ? { channel_id, ...rest } : rest,
    )
      .filter(([, value]) => value !== '' && !isRecord(value))
      .map(([name, value]) => `${name}:${String(value)}`)
    return [event, ...(typeof id === 'string' && id !== '' ? [id] : []), ...words].join(' ')
  }
}

function startOf(setup: WireSetup, format: Format): Readonly<Record<string, unknown>> {
  return {
    connection_id: setup.start.streamSid,
    channel: `WebSocket/${setup.start.streamSid}`,
    format,
    optimal_frame_size: ulawBytesPerFrame * (format === 'slin16' ? 4 : format === 'slin' ? 2 : 1),
    ptime: ptimeMs,
    channel_variables: setup.start.customParameters,
  }
}

type Format = 'ulaw' | 'alaw' | 'slin' | 'slin16'

function formOf(format: Format): AudioForm {
  switch (format) {
    case 'ulaw':
    case 'alaw':
      return { encoding: format, rateHz: 8_000 }
    case 'slin':
      return { encoding: 's16le', rateHz: 8_000 }
    case 'slin16':
      return { encoding: 's16le', rateHz: 16_000 }
  }
}
