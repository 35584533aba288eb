import { readFile } from 'node:fs/promises'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import { SoftphoneError } from './softphone-error.ts'

/** Speech from a WAV file, brought to 8 kHz; without a name, what the demo's caller says. */
export async function callerSpeech(file?: string): Promise<Int16Array> {
  const wav = parseWav(await readFile(file ?? new URL(import.meta.resolve('@voxkeep/softphone/caller.wav'))))
  if ('error' in wav) throw new SoftphoneError('SOFTPHONE_OPTIONS', 'the file is not a WAV that can be read')
  return toMono8k(wav)
}
