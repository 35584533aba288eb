import type { TenantId } from '#kernel'
import type { SpeechRequest } from '#src/speech/contract.ts'
import { deepgramWire } from '#src/speech/deepgram-wire.ts'
import { jsonWire } from '#src/speech/json-wire.ts'
import { pocketsphinxWire } from '#src/speech/pocketsphinx-wire.ts'
import { readTranscription } from '#src/speech/transcription.ts'
import { voskWire } from '#src/speech/vosk-wire.ts'
import { promise, type Target } from './target.ts'

const request: SpeechRequest = {
  tenant: 'fuzz' as TenantId,
  language: 'en-US',
  dataClasses: ['personal'],
  interim: true,
}
const wires = {
  deepgram: deepgramWire,
  vosk: voskWire,
  json: () => jsonWire(request, { encoding: 'mulaw', trainingOptOut: true }),
  pocketsphinx: () => pocketsphinxWire(16_000),
}
const names = Object.keys(wires) as (keyof typeof wires)[]
const moment = new Uint8Array(800).fill(0x55)
const lengthMs = 5_000
const inOrder = (words: readonly { readonly startMs: number; readonly endMs: number }[]) =>
  words.every(({ startMs, endMs }) => startMs >= 0 && endMs >= startMs && Number.isFinite(endMs))

/** What engines that hear say: lines of messages, the first letter tells whose. The letter `o` begins an answer to an upload. */
export const speechEngine: Target = {
  name: 'speech-engine',
  seeds: () => [
    'd{"type":"Results","start":0,"duration":1.5,"is_final":true,"channel":{"alternatives":[{"words":[{"word":"my","start":0.1,"end":0.3,"confidence":0.9}]}]}}\n{"type":"Metadata","duration":1}',
    'v{"partial" : "my"}\n{"result" : [{"conf" : 1, "end" : 0.3, "start" : 0.1, "word" : "my"}], "text" : "my"}',
    'j{"type":"words","final":true,"words":[{"text":"my","startMs":10,"endMs":90}]}\n{"type":"through","ms":90}\n{"type":"done"}',
    'pmy\n<s> 0.000 0.100 1.0\nmy 0.110 0.300 0.900000\n</s> 0.310 0.900 1.0',
    'o{"text":" my","segments":[{"start":0,"end":1,"text":" my","words":[{"word":" m","start":0.1,"end":0.2,"probability":0.9},{"word":"y","start":0.2,"end":0.3}]}]}',
    'o{"language":"english","words":[{"word":"my","start":0.1,"end":0.3}]}',
  ],
  words: [
    '"words":[',
    '"start":',
    '"end":',
    '1e308',
    '-1',
    'null',
    '"result"',
    '"is_final":',
    '\n',
    ' 0.100 0.200 1.0',
    '</s>',
    '"word":" ',
  ],
  maxBytes: 8 * 1_024,
  take(input) {
    const text = Buffer.from(input).toString('utf8')
    if (text.startsWith('o')) {
      const said = readTranscription(text.slice(1), lengthMs)
      promise(inOrder(said?.words ?? []), 'words do not run backwards')
      promise(said?.words.every(({ endMs }) => endMs <= lengthMs) ?? true, 'words lie in what was heard')
      return
    }
    const name = names.find((one) => one.startsWith(text.slice(0, 1))) ?? 'vosk'
    const wire = wires[name]()
    for (const line of text.slice(1).split('\n')) {
      wire.encode(moment)
      for (const event of [...wire.read(line), ...(wire.pause?.(false) ?? [])]) {
        if (event.kind === 'words') promise(inOrder(event.words), 'words do not run backwards')
        if (event.kind === 'through' || event.kind === 'heard')
          promise(Number.isFinite(event.ms) && event.ms >= 0, 'a time is a time')
      }
    }
  },
}
