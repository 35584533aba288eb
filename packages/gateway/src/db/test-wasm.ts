import { readFileSync } from 'node:fs'

/** Neither ECMAScript's types have it nor Node's. */
declare const WebAssembly: { compile(code: Uint8Array): Promise<object> }

const pglite = new URL('./pglite.wasm', import.meta.resolve('@electric-sql/pglite'))

/**
 * PGlite's machine code, held for as long as this process lives. V8 compiles only once what some thread still holds, so that every
 * database opened after it starts in half the time.
 */
export const databaseCode = WebAssembly.compile(readFileSync(pglite))
