import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { writeApp } from './scaffold.ts'

const sdk = join(import.meta.dirname, '../../../sdk')
const modules = join(import.meta.dirname, '../../../../node_modules')

async function emptyFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-new-'))
  t.after(() => rm(dir, { recursive: true }))
  return join(dir, 'My Agent')
}

test('writeApp() writes an app whose own test passes, with the SDK it came with', async (t) => {
  const folder = await emptyFolder(t)
  await writeApp(folder, sdk)
  // What `npm install` would do, without asking anybody.
  await mkdir(join(folder, 'node_modules/@voxkeep'), { recursive: true })
  await symlink('../../vendor/voxkeep-sdk', join(folder, 'node_modules/@voxkeep/sdk'))
  await symlink(join(modules, 'ws'), join(folder, 'node_modules/ws'))
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // or it would report to us
  const check = spawn(process.execPath, ['--test', 'src/talk.test.ts'], { cwd: folder, env, stdio: 'ignore' })
  assert.deepEqual(await once(check, 'close'), [0, null])
  const { name } = (await import(join(folder, 'package.json'), { with: { type: 'json' } })).default as {
    name: string
  }
  assert.equal(name, 'my-agent')
})

test('writeApp() names the versions that this checkout is locked to, and everything else by path', async (t) => {
  const folder = await emptyFolder(t)
  await writeApp(folder, sdk)
  const read = async (path: string) =>
    JSON.parse(await readFile(path, 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >
  const made = await read(join(folder, 'package.json'))
  const ours = await read(join(modules, '../package.json'))
  const cli = await read(join(modules, '../packages/cli/package.json'))
  const known = { ...ours.devDependencies, ...cli.dependencies, '@voxkeep/sdk': 'file:vendor/voxkeep-sdk' }
  for (const [name, version] of Object.entries({ ...made.dependencies, ...made.devDependencies }))
    assert.equal(version, (known as Record<string, string>)[name], name)
})

test('writeApp() copies no test of the SDK, and nothing that its tests need', async (t) => {
  const folder = await emptyFolder(t)
  await writeApp(folder, sdk)
  const copied = await readdir(join(folder, 'vendor/voxkeep-sdk/src'))
  assert.deepEqual(
    copied.filter((file) => /\.test\.ts$|^fake-/.test(file)),
    [],
  )
  await access(join(folder, 'vendor/voxkeep-sdk/node/index.ts'))
})

test('writeApp() leaves a folder alone that holds something', async (t) => {
  const folder = await emptyFolder(t)
  await mkdir(folder)
  await writeFile(join(folder, 'mine'), '')
  await assert.rejects(writeApp(folder, sdk), /is not empty/)
  assert.deepEqual(await readdir(folder), ['mine'])
})
