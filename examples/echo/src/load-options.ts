import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { EchoOptions } from './echo-app.ts'

interface EchoFile {
  readonly host?: string
  readonly port: number
  readonly publicUrl?: string
  readonly certFile: string
  readonly keyFile: string
  readonly secretFiles: readonly string[]
  readonly record?: boolean
}

/** Reads the app's JSON configuration and the files it names, relative to its own folder. */
export function loadOptions(path: string): EchoOptions {
  const { certFile, keyFile, secretFiles, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as EchoFile
  const read = (name: string) => readFileSync(resolve(dirname(path), name), 'utf8').trim()
  return { ...rest, cert: read(certFile), key: read(keyFile), secrets: secretFiles.map(read) }
}
