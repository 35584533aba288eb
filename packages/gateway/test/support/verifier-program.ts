import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { voiceBook } from './voice-book.ts'
import type { VoiceFeatures } from './voice-likeness.ts'

/** An engine of kind `command`: its argument names the file in which it keeps what it knows of voices. */
const [, , file = ''] = process.argv
const { VOXKEEP_ACTION: action, VOXKEEP_SUBJECT: subject = '' } = process.env
const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as [string, VoiceFeatures][]) : []
const known = new Map(kept)
const wav = new Uint8Array(await buffer(process.stdin))
const answer = voiceBook(known).answer(action as 'verify' | 'enrol' | 'forget', subject, wav)
writeFileSync(file, JSON.stringify([...known]))
process.stdout.write(`${JSON.stringify(answer)}\n`)
