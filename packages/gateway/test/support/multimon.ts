import { execFileSync } from 'node:child_process'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { program } from './counterpart.ts'

/** The keys that multimon-ng, a detector of somebody else's, hears in µ-law audio. */
export function multimonKeys(ulaw: Uint8Array): string {
  const pcm = decodeUlaw(ulaw, new Int16Array(ulaw.length))
  const raw = ['-t', 'raw', '-e', 'signed', '-b', '16', '-c', '1']
  const wide = execFileSync(program('sox'), [...raw, '-r', '8000', '-', ...raw, '-r', '22050', '-'], {
    input: new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength),
    maxBuffer: 256 << 20,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const told = execFileSync(program('multimon-ng'), ['-q', '-a', 'DTMF', '-t', 'raw', '-'], {
    input: wide,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return [...told.toString().matchAll(/DTMF: (.)/g)].map(([, digit]) => digit).join('')
}
