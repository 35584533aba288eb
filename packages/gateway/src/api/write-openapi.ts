import { readFile, writeFile } from 'node:fs/promises'
import { openApiText } from './openapi-text.ts'

/**
 * `node packages/gateway/src/api/write-openapi.ts` writes the API's description to spec/openapi.json; with `--check` it
 * only says whether the file is what the code says.
 */
const path = new URL('openapi.json', new URL('../../../../spec/', import.meta.url))
const text = await openApiText()
if (!process.argv.includes('--check')) await writeFile(path, text)
else if ((await readFile(path, 'utf8')) !== text) process.exitCode = 1
