export type { Wav, WavFormat } from './format.ts'
export { parseWav, type WavError } from './parse.ts'
export { serializeWav, wavHeader, type WavHeaderFields } from './serialize.ts'
export { toMono8k } from './to-mono-8k.ts'
