import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import type { Needle } from './needles.ts'

export interface Finding {
  readonly what: string
  readonly offset: number
}

export interface FileFinding extends Finding {
  readonly file: string
}

export interface SearchResult {
  readonly files: number
  readonly bytes: number
  readonly needles: number
  /** How many kinds of needles a file in which each was planted gave away: all of them, or the search is worth nothing. */
  readonly control: { readonly planted: number; readonly found: number }
  readonly findings: readonly FileFinding[]
}

const maxFindings = 100

/** Looks for all needles at once, in one pass over the bytes. */
export function needleSearch(needles: readonly Needle[]): (bytes: Uint8Array) => Finding[] {
  const byStart = new Map<number, Needle[]>()
  const isStart = new Uint8Array(2 ** 16)
  for (const needle of needles) {
    const key = startOf(needle.bytes, 0)
    isStart[key >>> 16] = 1
    const others = byStart.get(key)
    if (others === undefined) byStart.set(key, [needle])
    else others.push(needle)
  }
  return (bytes) => {
    const findings: Finding[] = []
    for (let at = 0; at + 4 <= bytes.length && findings.length < maxFindings; at += 1) {
      if (isStart[((bytes[at] as number) << 8) | (bytes[at + 1] as number)] === 0) continue
      for (const { what, bytes: wanted } of byStart.get(startOf(bytes, at)) ?? []) {
        if (isAt(bytes, at, wanted)) findings.push({ what, offset: at })
      }
    }
    return findings
  }
}

function startOf(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}

function isAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (at + wanted.length > bytes.length) return false
  for (let i = 4; i < wanted.length; i += 1) if (bytes[at + i] !== wanted[i]) return false
  return true
}

/**
 * Searches every file below `root/folder` for each of `folders`.
 *
 * @param excused - Needles that a file may hold by its purpose, by the file's name: the keyring holds keys.
 */
export async function searchFolders(
  root: string,
  folders: readonly string[],
  needles: readonly Needle[],
  excused: Readonly<Record<string, string>> = {},
): Promise<SearchResult> {
  const search = needleSearch(needles)
  const findings: FileFinding[] = []
  let [files, bytes] = [0, 0]
  for (const folder of folders) {
    for (const path of await filesBelow(join(root, folder))) {
      const content = await readFile(path)
      files += 1
      bytes += content.length
      const isExcused = ({ what }: Finding) => excused[basename(path)] === kindOf(what)
      const found = search(content).filter((finding) => !isExcused(finding))
      findings.push(...found.map((finding) => ({ ...finding, file: relative(root, path) })))
    }
  }
  return { files, bytes, needles: needles.length, control: controlRun(search, needles), findings }
}

/** A needle's name without its encoding. */
function kindOf(what: string): string {
  return what.replace(/ \(.*\)$/, '')
}

/** Plants each needle between other bytes and looks whether the search finds it there. */
function controlRun(
  search: ReturnType<typeof needleSearch>,
  needles: readonly Needle[],
): SearchResult['control'] {
  const found = needles.filter(({ what, bytes }) => {
    const planted = new Uint8Array(bytes.length + 100).fill(0x20)
    planted.set(bytes, 37)
    return search(planted).some((finding) => finding.what === what && finding.offset === 37)
  })
  return { planted: needles.length, found: found.length }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
