import { decisionAnswer } from '#call'
import { frameReader, twilioReader, wireOf } from '#stream'
import { promise, type Target } from './target.ts'

const text = (value: unknown) => JSON.stringify(value)

export const appAnswer: Target = {
  name: 'app-answer',
  seeds: () => [
    text({
      actions: [
        { type: 'answer' },
        { type: 'stream', url: 'wss://app.example.com/x', parameters: { a: 'b' } },
      ],
    }),
    text([{ type: 'gather', num_digits: 4, prompt_url: '/p.wav' }, { type: 'record' }, { type: 'hangup' }]),
    text({ actions: [{ type: 'dial', to: '+12025550123', ring_timeout_ms: 20_000 }] }),
    text({ actions: [{ type: 'reject', status: 486 }] }),
  ],
  words: [
    '{"type":"',
    '"__proto__":',
    '"constructor":',
    '"actions":',
    '[[',
    '\\u0000',
    '1e999',
    'null',
    'true',
    '"to":',
  ],
  maxBytes: 16 * 1024,
  take(input) {
    let answer: unknown
    try {
      answer = JSON.parse(Buffer.from(input).toString('utf8'))
    } catch {
      return
    }
    const parsed = decisionAnswer.safeParse(answer)
    promise(
      ({} as Record<string, unknown>)['type'] === undefined,
      'nothing that an app says changes what all objects have',
    )
    if (parsed.success) promise(parsed.data.length <= 50, 'a list of commands is bounded')
  },
}

const maxMessageBytes = 4_096
const start = { accountSid: '', callSid: '', streamSid: 'MZ1', customParameters: {} }

/** What an app sends on its socket, once TLS is off: frames, then Twilio's messages, or our own. */
export const appSocket: Target = {
  name: 'app-socket',
  seeds: () => [
    frame(1, text({ event: 'media', streamSid: 'MZ1', media: { payload: 'f39/f38=' } })),
    frame(1, text({ event: 'mark', streamSid: 'MZ1', mark: { name: 'm' } })),
    Buffer.concat([
      frame(1, text({ event: 'clear', streamSid: 'MZ1' })),
      frame(9, 'ping'),
      frame(8, '\x03\xe8'),
    ]),
    Buffer.concat([frame(1, '{"event":"me', false), frame(0, 'dia"}')]),
    frame(2, '\x10\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x14\x7f\xff\x7f\xff'),
    frame(1, text({ type: 'mark', seq: 2, name: 'm' })),
    frame(1, text({ type: 'command', id: 'x', commands: [{ type: 'hangup' }] })),
    frame(1, text({ type: 'resume', resume_id: 'r', last_seq: 1 })),
  ],
  words: [
    '{"event":"media"',
    '"payload":"',
    '"streamSid":"MZ1"',
    '\x81\x7e',
    '\x81\x7f',
    '\x88\x02',
    '\x80',
    '\ud800',
    '"type":"',
    '"seq":',
  ],
  maxBytes: 16 * 1024,
  take(input) {
    const read = twilioReader('MZ1')
    const native = wireOf({ name: 'voxkeep', about: { resume_id: 'r' }, options: {} }, start, 'both')
    native.resume?.lost()
    let over = false
    const once = () => {
      promise(!over, 'nothing is told after the end')
      over = true
    }
    const reader = frameReader(maxMessageBytes, {
      message(payload, isText) {
        promise(!over, 'nothing is told after the end')
        promise(payload.length <= maxMessageBytes, 'a message is bounded')
        if (isText) read(payload)
        const taken = native.read(payload, isText)
        promise(taken.length <= 2, 'a message says one thing')
      },
      ping: (payload) => promise(payload.length <= 125, 'a ping is bounded'),
      pong: () => {},
      close: once,
      failed: once,
    })
    const step = 1 + (input.length % 61)
    for (let from = 0; from < input.length; from += step)
      reader.push(Buffer.from(input.slice(from, from + step)))
  },
}

/** RFC 6455 §5.2, as a server sends it: not masked. */
function frame(opcode: number, payload: string, final = true): Buffer {
  const body = Buffer.from(payload, 'latin1')
  const length = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode, ...length]), body])
}
