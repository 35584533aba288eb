import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type pkcs11js from 'pkcs11js'
import { asKeyError } from '#keys'
import { Secret, systemClock } from '#kernel'
import type { Pkcs11Act, Pkcs11Answer, Pkcs11Request, Pkcs11WorkerData } from './pkcs11-protocol.ts'
import { pkcs11Error } from './pkcs11-errors.ts'
import { pkcs11Token, type Token } from './pkcs11-token.ts'

/** A thread of its own for one module: its calls block, a session is for one thread, and a module is initialised once. */
const { moduleFile, pins } = workerData as Pkcs11WorkerData
const tokens = new Map<string, Token>()
let loaded: { readonly binding: typeof pkcs11js; readonly module: pkcs11js.PKCS11 } | undefined

function load() {
  if (loaded) return loaded
  const binding = createRequire(import.meta.url)('pkcs11js') as typeof pkcs11js
  const module = new binding.PKCS11()
  try {
    module.load(moduleFile)
  } catch (error) {
    throw pkcs11Error(error)
  }
  loaded = { binding, module }
  return loaded
}

function tokenOf(tokenLabel: string): Token {
  const found = tokens.get(tokenLabel)
  if (found) return found
  const { binding: c, module } = load()
  const pin = new Secret(pins[tokenLabel] ?? '')
  const made = pkcs11Token({ module, c, tokenLabel, pin, clock: systemClock })
  tokens.set(tokenLabel, made)
  return made
}

function perform(on: Token, act: Pkcs11Act): unknown {
  switch (act.op) {
    case 'versions':
      return on.versions(act.name)
    case 'generate':
      return on.generate(act.name, act.version)
    case 'closeKey':
      return on.closeKey(act.name, act.destroyAtMs)
    case 'destroy':
      return on.destroy(act.name)
    case 'encrypt':
      return on.encrypt(act.name, act.plain, act.aad, act.iv)
    case 'decrypt':
      return on.decrypt(act.name, act.version, act.box, act.aad)
  }
}

function answerTo(id: number, request: Pkcs11Request): Pkcs11Answer {
  try {
    if (request.op !== 'close') return { id, ok: true, value: perform(tokenOf(request.token), request) }
    for (const token of tokens.values()) token.close()
    return { id, ok: true, value: undefined }
  } catch (error) {
    const { code, message } = asKeyError(error)
    return { id, ok: false, code, message }
  }
}

parentPort?.on('message', ({ id, request }: { id: number; request: Pkcs11Request }) => {
  const answer = answerTo(id, request)
  if (request.op === 'encrypt') request.plain.fill(0)
  // A key is moved, not copied: none of it stays here.
  const moved = answer.ok && answer.value instanceof Uint8Array ? [answer.value.buffer as ArrayBuffer] : []
  parentPort?.postMessage(answer, moved)
  if (request.op === 'close') parentPort?.close()
})
