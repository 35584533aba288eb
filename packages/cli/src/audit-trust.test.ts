import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { emptyRoot, signCheckpoint, signer } from '@voxkeep/tlog'
import { readCheckpoints, readVerifierKeys } from './audit-trust.ts'

describe('what "voxkeep audit verify" is told to trust', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-trust-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const at = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const origin = 'example.com/log'
  const [one, two] = [1, 2].map((n) => signer(origin, 'ed25519', new Uint8Array(32).fill(n)))
  const given = (key: readonly string[], more: object = {}) =>
    readVerifierKeys({ key, witness: [], quorum: '0', ...more })

  test('readVerifierKeys() takes keys in place and files of them', () => {
    assert.ok(one && two)
    const file = at('keys', `${one.key.text}\n\n# noted in 2026\n${two.key.text}\n`)
    assert.deepEqual(
      given([file]).log.map(({ keyId }) => keyId),
      [one.key.keyId, two.key.keyId],
    )
    const both = given([one.key.text], { witness: [two.key.text], quorum: '1' })
    assert.deepEqual([both.log.length, both.witnesses?.length, both.quorum], [1, 1, 1])
  })

  test('readVerifierKeys() trusts nobody by default, and takes no file without a key for one', () => {
    assert.throws(() => given([]), /whom to trust/)
    assert.throws(() => given([at('empty', 'nothing\n')]), /no verifier key/)
    assert.throws(() => given([one?.key.text ?? ''], { quorum: 'all' }), /--quorum/)
  })

  test('readCheckpoints() takes only checkpoints that the log has signed', () => {
    assert.ok(one && two)
    const note = (by: typeof one) => signCheckpoint({ origin, size: 0, root: emptyRoot }, [by], 1)
    const policy = given([one.key.text])
    const [read] = readCheckpoints([at('own', note(one))], policy)
    assert.deepEqual([read?.origin, read?.size, [...(read?.root ?? [])]], [origin, 0, [...emptyRoot]])
    assert.throws(() => readCheckpoints([at('other', note(two))], policy), /unsigned/)
  })
})
