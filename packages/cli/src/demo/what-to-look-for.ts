import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeUlaw, encodeAlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { audioNeedles, byteNeedles, frameNeedles, textNeedles, type Needle } from './needles.ts'

export interface Confidential {
  /** Folder of the deployment, whose keyring and TLS keys are read. */
  readonly dir: string
  readonly caller: string
  readonly called: string
  readonly webhookSecret: string
  readonly token: string
  readonly spoken: Int16Array
  /** The recording as it was before it was sealed: µ-law, caller and app by turns. */
  readonly recorded: Uint8Array
}

/** What a keyring holds by its purpose; every other file must not. */
export const excusedFiles = { 'keyring.json': 'keyring key' }

/** All that passed through the gateway, or that it was trusted with, and that must be in no file it wrote. */
export async function whatToLookFor(confidential: Confidential): Promise<Needle[]> {
  const { dir, caller, called, webhookSecret, token } = confidential
  const secret = webhookSecret.replace(/^whsec_/, '')
  return [
    ...textNeedles('caller’s number', caller.replace(/^\+/, '')),
    ...textNeedles('called number', called.replace(/^\+/, '')),
    ...textNeedles('webhook secret', secret),
    ...byteNeedles('webhook secret', Buffer.from(secret, 'base64')),
    ...textNeedles('API token', token),
    { what: 'SRTP key in SDP', bytes: Buffer.from('a=crypto:') },
    ...(await keyringNeedles(join(dir, 'data/keyring.json'))),
    ...(await tlsKeyNeedles(dir)),
    ...speechNeedles(confidential.spoken),
    ...audioNeedles('recording in µ-law', confidential.recorded),
    ...audioNeedles('recording in PCM', pcm(confidential.recorded), 800),
  ]
}

function speechNeedles(spoken: Int16Array): Needle[] {
  const ulaw = encodeUlaw(spoken, new Uint8Array(spoken.length))
  const alaw = encodeAlaw(spoken, new Uint8Array(spoken.length))
  return [
    ...audioNeedles('speech in µ-law', ulaw),
    ...audioNeedles('speech in A-law', alaw),
    ...audioNeedles('speech in PCM', pcm(ulaw), 800),
    ...frameNeedles('speech on the stream', ulaw),
  ]
}

/** 16-bit, as the gateway would have it after decoding. */
function pcm(ulaw: Uint8Array): Uint8Array {
  return new Uint8Array(decodeUlaw(ulaw, new Int16Array(ulaw.length)).buffer)
}

async function keyringNeedles(file: string): Promise<Needle[]> {
  const keyring = JSON.parse(await readFile(file, 'utf8')) as { keys: { versions: { key: string }[] }[] }
  const keys = keyring.keys.flatMap(({ versions }) => versions.map(({ key }) => key))
  return keys.flatMap((key) => byteNeedles('keyring key', Buffer.from(key, 'base64')))
}

async function tlsKeyNeedles(dir: string): Promise<Needle[]> {
  const names = ['sip', 'api', 'app']
  const keys = await Promise.all(names.map((name) => readFile(join(dir, `tls/${name}.key`), 'utf8')))
  return keys.map((pem) => ({ what: 'TLS private key', bytes: Buffer.from(secretLine(pem)) }))
}

/** The last whole line of the key's base64: the first is the same in every key of a kind. */
function secretLine(pem: string): string {
  const lines = pem.split('\n').filter((line) => line.length === 64 && !line.startsWith('-'))
  return lines.at(-1) ?? pem
}
