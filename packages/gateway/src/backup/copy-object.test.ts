import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { fileSource } from '#kernel'
import { folderStore } from '#objects'
import { copyObject } from './copy-object.ts'

test('copyObject() touches no file that a listed hash leads to', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-copy-'))
  try {
    const random = { bytes: nodeRandomBytes }
    const store = await folderStore({ id: 's', dir: join(dir, 'store'), region: undefined, random })
    const [object, keyring, drafts] = ['object', 'keyring.json', 'drafts'].map((name) => join(dir, name))
    writeFileSync(object ?? '', 'sealed')
    writeFileSync(keyring ?? '', 'roots')
    mkdirSync(drafts ?? '')
    const copy = async (sha256: string) =>
      copyObject(
        await fileSource(object ?? ''),
        { bytes: 6, sha256 },
        { store, key: 'audio/x', file: join(drafts ?? '', sha256) },
      )
    assert.equal(await copy('../keyring.json'), undefined)
    assert.ok(existsSync(keyring ?? ''))
    assert.equal((await copy(createHash('sha256').update('sealed').digest('hex')))?.bytes, 6)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
