import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../../..')
const source = join(root, 'packages/gateway/src')

/** A folder may import only from layers below its own; equals meet in `call/` or `gateway.ts`. */
const layers: Readonly<Record<string, number>> = {
  '': 5, // gateway.ts, main.ts, media-worker.ts
  'edge/sip': 4,
  api: 4,
  jobs: 4,
  backup: 4,
  call: 3,
  media: 2,
  stream: 2,
  webhook: 2,
  vault: 2,
  access: 2,
  shield: 2,
  stir: 2,
  dialing: 2,
  keys: 2,
  'keys/providers': 3, // what keys asks for, in terms of each service
  objects: 2,
  retention: 2,
  siem: 2,
  alerts: 2,
  secrets: 2,
  tokens: 2,
  payment: 2,
  speech: 2,
  privacy: 2,
  consent: 2,
  dialect: 2,
  doctor: 4,
  audit: 1,
  db: 1,
  'db/migrations': 0,
  kernel: 0,
}

interface Import {
  readonly file: string
  readonly target: string
}

function importsOf(folder: string): Import[] {
  return globSync('**/*.ts', { cwd: folder }).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    const found = text.matchAll(
      /^\s*(?:import|export)\b[^'"]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import\s+'([^']+)'/gm,
    )
    return [...found].map((match) => ({ file, target: match[1] ?? match[2] ?? match[3] ?? '' }))
  })
}

function folderOf(file: string): string {
  const parts = file.split(sep).slice(0, -1)
  return parts.join('/')
}

const imports = importsOf(source)

test('every folder of the gateway has a layer', () => {
  const folders = new Set(imports.map(({ file }) => folderOf(file)))
  assert.ok(folders.size > 10)
  assert.deepEqual(
    [...folders].filter((folder) => layers[folder] === undefined),
    [],
  )
})

test('a folder imports only from layers below its own', () => {
  const wrong = imports.filter(({ file, target }) => {
    if (!target.startsWith('#')) return false
    const above = layers[target.slice(1)]
    const own = layers[folderOf(file)]
    if (file.endsWith('.test.ts')) return above === undefined
    return above === undefined || own === undefined || above >= own
  })
  assert.deepEqual(wrong, [])
})

test('imports go through doors and never climb', () => {
  const places = ['packages', 'tools', 'examples', 'bench'].flatMap((place) =>
    importsOf(join(root, place)).map((found) => ({ ...found, place })),
  )
  const climbing = places.filter(
    ({ file, target }) => target.startsWith('../') && !file.includes('node_modules'),
  )
  assert.deepEqual(climbing, [])
  const deep = imports.filter(
    ({ file, target }) => target.startsWith('./') && target.split('/').length > 2 && folderOf(file) !== '',
  )
  assert.deepEqual(deep, [])
})

test('the published client and its users never import the gateway', () => {
  const outside = ['packages/sdk', 'packages/cli', 'examples', 'tools'].flatMap((place) =>
    importsOf(join(root, place)),
  )
  assert.deepEqual(
    outside.filter(({ target, file }) => target.startsWith('@voxkeep/gateway') && !isTestOrInstalled(file)),
    [],
  )
})

test('time and chance are arguments below gateway.ts', () => {
  const allowed = new Set(['kernel/clock.ts'])
  const wrong = globSync('*/**/*.ts', { cwd: source })
    .filter((file) => !isTestOrInstalled(file) && !allowed.has(file))
    .filter((file) =>
      /\b(Date\.now|setTimeout|setInterval|Math\.random|randomBytes|performance\.now)\s*\(/.test(
        withoutComments(readFileSync(join(source, file), 'utf8')),
      ),
    )
  assert.deepEqual(wrong, [])
})

test('wire is pure: no Node module below src', () => {
  const wire = join(root, 'packages/wire/src')
  const wrong = importsOf(wire).filter(
    ({ file, target }) => !file.endsWith('.test.ts') && target.startsWith('node:'),
  )
  assert.deepEqual(wrong, [])
})

test('tlog needs nothing but node:crypto', () => {
  const imports = importsOf(join(root, 'packages/tlog/src')).filter(
    ({ file }) => !/\.test\.ts$|arbitraries/.test(file),
  )
  assert.ok(imports.length > 20)
  assert.deepEqual(
    imports.filter(({ target }) => !target.startsWith('./') && target !== 'node:crypto'),
    [],
  )
})

/** Made by a program, for programs. */
const generated = 'packages/sdk/src/api-types.ts'

test('no source file is longer than 400 lines', () => {
  const long = ['packages', 'tools', 'examples', 'bench']
    .flatMap((place) =>
      globSync('**/*.ts', { cwd: join(root, place), exclude: (name) => name === 'node_modules' }).map(
        (file) => join(root, place, file),
      ),
    )
    .filter((file) => !file.endsWith('.test.ts') && readFileSync(file, 'utf8').split('\n').length > 401)
  assert.deepEqual(
    long.map((file) => relative(root, file)).filter((file) => file !== generated),
    [],
  )
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

/** Tests, what they fake, and installed packages. */
function isTestOrInstalled(file: string): boolean {
  return /\.test\.ts$|(^|\/)fake-[^/]*$|node_modules/.test(file)
}
