import { readFile, writeFile } from 'node:fs/promises'
import { apiTypesText, type ApiDocument } from './api-types-text.ts'

/** `node packages/sdk/generate/write-api-types.ts` writes src/api-types.ts from spec/openapi.json. */
const spec = new URL('../../../spec/openapi.json', import.meta.url)
const text = apiTypesText(JSON.parse(await readFile(spec, 'utf8')) as ApiDocument)
await writeFile(new URL('../src/api-types.ts', import.meta.url), text)
