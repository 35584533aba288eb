import { encodeUlaw } from '@voxkeep/wire/g711'
import { parseWav, toMono8k, type Wav } from '@voxkeep/wire/wav'
import { SpeechError } from './error.ts'
import { toTelephone } from './to-telephone.ts'

export type VoiceOutput =
  | { readonly kind: 'pcm'; readonly sampleRate: number }
  | { readonly kind: 'wav' }
  /** µ-law at 8 kHz already. */
  | { readonly kind: 'ulaw' }

/** What comes before the samples of a WAV file, with all that programs put there. */
const maxHeaderBytes = 64 * 1_024

/** Of audio that cannot be turned into ours as it comes: two minutes in two channels of CD quality. More is no prompt. */
const maxWholeBytes = 20 * 1_048_576

/** Turns what a voice says into µ-law at 8 kHz as it comes. Throws `SpeechError` (`VOICE_PROTOCOL`) for what is no such audio. */
export async function* toUlaw(
  audio: AsyncIterable<Uint8Array>,
  output: VoiceOutput,
): AsyncGenerator<Uint8Array, void, void> {
  switch (output.kind) {
    case 'ulaw':
      yield* audio
      return
    case 'pcm':
      yield* pcmToUlaw(audio, output.sampleRate)
      return
    case 'wav':
      yield* wavToUlaw(audio)
  }
}

async function* pcmToUlaw(
  audio: AsyncIterable<Uint8Array>,
  sampleRate: number,
): AsyncGenerator<Uint8Array, void, void> {
  const convert = toTelephone(sampleRate)
  let odd: number | undefined
  for await (const piece of audio) {
    const bytes = odd === undefined ? piece : Buffer.concat([Uint8Array.of(odd), piece])
    odd = bytes.length % 2 === 1 ? bytes.at(-1) : undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const samples = Int16Array.from({ length: bytes.length >> 1 }, (_, at) => view.getInt16(2 * at, true))
    const out = convert.process(samples)
    if (out.length > 0) yield ulawOf(out)
  }
  const last = convert.flush()
  if (last.length > 0) yield ulawOf(last)
}

async function* wavToUlaw(audio: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const pieces = audio[Symbol.asyncIterator]()
  try {
    const { wav, isWhole } = await readHeader(pieces)
    const isStreamable = wav.format === 'pcm16' && wav.channels === 1 && isUsual(wav.sampleRateHz)
    if (isStreamable) yield* pcmToUlaw(rest(wav.data, pieces), wav.sampleRateHz)
    else {
      // Rare: whole in memory.
      const all = [wav.data]
      let bytes = wav.data.length
      if (!isWhole)
        for await (const piece of rest(new Uint8Array(), pieces)) {
          bytes += piece.length
          if (bytes > maxWholeBytes) throw new SpeechError('VOICE_PROTOCOL', 'the voice sent too much')
          all.push(piece)
        }
      const whole = { ...wav, data: Buffer.concat(all) }
      yield ulawOf(toMono8k({ ...whole, data: whole.data.subarray(0, wholeFrames(whole)) }))
    }
  } finally {
    await pieces.return?.()
  }
}

async function readHeader(pieces: AsyncIterator<Uint8Array>): Promise<{ wav: Wav; isWhole: boolean }> {
  let head: Uint8Array = new Uint8Array()
  for (;;) {
    const { value, done } = await pieces.next()
    if (done !== true) head = Buffer.concat([head, value])
    const wav = parseWav(head)
    if (!('error' in wav)) return { wav: { ...wav, data: dataOf(head, wav) }, isWhole: done === true }
    const isCut = wav.error !== 'not-wav' || head.length < 12
    if (done === true || !isCut || head.length > maxHeaderBytes)
      throw new SpeechError('VOICE_PROTOCOL', 'the voice sent no WAV file')
  }
}

/** All that follows the header: the length that a program that streams puts there is a guess, and `parseWav` leaves half a sample out. */
function dataOf(head: Uint8Array, { data }: Wav): Uint8Array {
  return head.subarray(data.byteOffset - head.byteOffset)
}

async function* rest(
  first: Uint8Array,
  pieces: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  if (first.length > 0) yield first
  for (;;) {
    const { value, done } = await pieces.next()
    if (done === true) return
    yield value
  }
}

function isUsual(rate: number): boolean {
  return rate >= 8_000 && rate <= 48_000
}

function wholeFrames({ data, channels, format }: Wav): number {
  const bytes = { pcm16: 2, ulaw: 1, alaw: 1, float32: 4, pcm8: 1, pcm24: 3 }[format] * channels
  return data.length - (data.length % bytes)
}

function ulawOf(samples: Int16Array): Uint8Array {
  return encodeUlaw(samples, new Uint8Array(samples.length))
}
