import { types, type CustomTypesConfig } from 'pg'

const { builtins } = types

type Parse = (text: string) => unknown

const parserOf = types.getTypeParser as (oid: number, format: string) => Parse
/** Arrays, which have types of their own. */
const [names, texts, int8s] = [1003, 1009, 1016] as const
const parseTexts = parserOf(texts, 'text')

/** What the embedded database makes of these types, so that stores see the same from both. */
const parsers = new Map<number, Parse>([
  [builtins.INT8, Number], // ours count rows, bytes and milliseconds: far below 2^53
  [builtins.BYTEA, (text) => Uint8Array.fromHex(text.slice('\\x'.length))],
  [names, parseTexts],
  [int8s, (text) => (parseTexts(text) as readonly string[]).map(Number)],
])

/** Reads columns as the embedded database does. */
export const columnTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary' = 'text') =>
    (format === 'text' ? parsers.get(oid) : undefined) ??
    parserOf(oid, format)) as CustomTypesConfig['getTypeParser'],
}
