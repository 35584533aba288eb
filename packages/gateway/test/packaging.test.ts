import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { without } from './support/counterpart.ts'

const root = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** What systemd makes of the unit: 0 is locked away, 10 is wide open. A service that talks to the network cannot come below about 1. */
const worstExposure = 1.5

test(
  'the systemd unit is hardened as far as a service with sockets can be',
  { skip: without('systemd-analyze') },
  () => {
    const args = ['security', '--offline=true', `--threshold=${worstExposure * 10}`, 'deploy/voxkeep.service']
    const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { cwd: root, encoding: 'utf8' })
    const verdict = stdout.split('\n').findLast((line) => line.includes('Overall exposure')) ?? stderr
    assert.equal(status, 0, verdict)
  },
)

test('the systemd unit starts the gateway that is there, as nobody, with nothing to leave behind', () => {
  const unit = read('deploy/voxkeep.service')
  const [, script = ''] = /^ExecStart=\S+ \S+ \/opt\/voxkeep\/(\S+) --config/m.exec(unit) ?? []
  assert.ok(existsSync(join(root, script)), `ExecStart runs ${script}`)
  for (const line of [
    'User=voxkeep',
    'LimitCORE=0',
    'UMask=0077',
    'ProtectSystem=strict',
    'CapabilityBoundingSet=',
  ])
    assert.ok(unit.split('\n').includes(line), line)
})

test('the image is built from folders that exist, and from no others', () => {
  const lines = read('deploy/Containerfile').split('\n')
  const copied = lines.flatMap((line) => /^COPY (?!--from)(.+) \S+$/.exec(line)?.[1]?.split(' ') ?? [])
  assert.ok(copied.includes('packages') && copied.includes('package-lock.json'))
  for (const path of copied) assert.ok(existsSync(join(root, path)), path)
  const workspaces = (JSON.parse(read('package.json')) as { workspaces: string[] }).workspaces
  const isCopied = (folder: string) => copied.some((path) => `${folder}/package.json`.startsWith(path))
  assert.deepEqual(
    workspaces.filter((folder) => !isCopied(folder)),
    [],
    'npm ci needs every workspace',
  )
})

test('the image runs as nobody in particular and holds no configuration', () => {
  const text = read('deploy/Containerfile')
  const last = text.slice(text.lastIndexOf('\nFROM '))
  assert.match(last, /^USER 10001:10001$/m)
  assert.doesNotMatch(text, /^(?:ENV|ARG) \w*(?:SECRET|TOKEN|PASSWORD|KEY)\w*=/m)
  const [, script = ''] = /^ENTRYPOINT \[.*"\/opt\/voxkeep\/([^"]+)"\]$/m.exec(last) ?? []
  assert.ok(existsSync(join(root, script)))
})
