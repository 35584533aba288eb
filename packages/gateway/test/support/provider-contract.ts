import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { KeyError, type KeyContext, type KeyErrorCode, type KeyProvider } from '#keys'
import type { TenantId } from '#kernel'

/** What the suite has to know of one provider and its counterpart. */
export interface ProviderCase {
  readonly provider: KeyProvider
  /** Names that the counterpart does not know yet, one for each call. */
  freshName(): string
  /** Takes the service, or what stands for it, away for as long as `during` takes. */
  readonly whileAway: (during: () => Promise<void>) => Promise<void>
  /** What the counterpart says to a changed wrapped key, where it is not `KEY_TAMPERED`. */
  readonly tamperCodes?: readonly KeyErrorCode[]
  /** Its key can be destroyed at once: else it is told how the destroyed key is made. */
  readonly destroy?: (key: string) => Promise<void>
  /** Nothing that is secret may show up in any error: what is. */
  readonly secrets: readonly string[]
}

export const context = (more: Partial<Record<keyof KeyContext, string>> = {}): KeyContext => ({
  tenant: 'acme' as TenantId,
  purpose: 'audio',
  object: 'tky_0123',
  ...(more as Partial<KeyContext>),
})

/** The promises of `KeyProvider`, for any of them. `opened` is asked when the tests run. */
export function testProvider(name: string, opened: () => ProviderCase): void {
  const it = (title: string, act: () => Promise<void>) => void test(`${name} ${title}`, act)
  const fresh = async () => {
    const { provider, freshName } = opened()
    const key = freshName()
    await provider.ensureKey(key)
    return { ...opened(), key }
  }

  it('opens what it wrapped', async () => {
    const { provider, key } = await fresh()
    const plain = new Uint8Array(randomBytes(32))
    const wrapped = await provider.wrap(key, plain, context())
    assert.ok(!Buffer.from(wrapped.wrapped).includes(Buffer.from(plain)))
    assert.deepEqual(await provider.unwrap(wrapped, context()), plain)
  })

  it('makes data keys of 32 bytes, no two alike', async () => {
    const { provider, key } = await fresh()
    const [one, other] = [
      await provider.generateDataKey(key, context()),
      await provider.generateDataKey(key, context()),
    ]
    assert.equal(one.plain.length, 32)
    assert.notDeepEqual(one.plain, other.plain)
    assert.deepEqual(await provider.unwrap(one, context()), one.plain)
  })

  it('refuses a wrapped key in any other context', async () => {
    const { provider, key } = await fresh()
    const made = await provider.generateDataKey(key, context())
    for (const swapped of [{ tenant: 'other' }, { purpose: 'tokens' }, { object: 'tky_0124' }])
      await rejects(() => provider.unwrap(made, context(swapped)), ['KEY_TAMPERED'])
    await rejects(() => provider.rewrap(made, context({ tenant: 'other' })), ['KEY_TAMPERED'])
  })

  it('refuses a wrapped key of which any byte changed', async () => {
    const { provider, key, tamperCodes = ['KEY_TAMPERED'] } = await fresh()
    const { wrapped, keyRef } = await provider.generateDataKey(key, context())
    for (let at = 0; at < wrapped.length; at++) {
      const changed = wrapped.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      await rejects(() => provider.unwrap({ wrapped: changed, keyRef }, context()), tamperCodes)
    }
    for (const cut of [wrapped.slice(0, -1), wrapped.slice(1), new Uint8Array()])
      await rejects(() => provider.unwrap({ wrapped: cut, keyRef }, context()), [...tamperCodes])
  })

  it('opens old keys after a rotation, and rewraps them to the new version', async () => {
    const { provider, key } = await fresh()
    const old = await provider.generateDataKey(key, context())
    const before = await provider.describe(key)
    assert.equal(old.keyRef, before.keyRef)
    const after = await provider.rotate(key)
    assert.notEqual(after.keyRef, before.keyRef)
    assert.equal(after.state, 'enabled')
    assert.deepEqual(await provider.unwrap(old, context()), old.plain)
    const again = await provider.rewrap(old, context())
    assert.equal(again.keyRef, after.keyRef)
    assert.deepEqual(await provider.unwrap(again, context()), old.plain)
    assert.equal((await provider.generateDataKey(key, context())).keyRef, after.keyRef)
  })

  it('makes a key that is there already no second time', async () => {
    const { provider, key } = await fresh()
    const made = await provider.generateDataKey(key, context())
    await provider.ensureKey(key)
    assert.equal((await provider.describe(key)).keyRef, made.keyRef)
    assert.deepEqual(await provider.unwrap(made, context()), made.plain)
  })

  it('knows no key that nobody made', async () => {
    const { provider, freshName } = opened()
    const { key } = await fresh()
    const nobody = freshName()
    await rejects(() => provider.describe(nobody), ['KEY_UNKNOWN'])
    await rejects(() => provider.generateDataKey(nobody, context()), ['KEY_UNKNOWN'])
    await rejects(() => provider.rotate(nobody), ['KEY_UNKNOWN'])
    const { wrapped } = await provider.generateDataKey(key, context())
    for (const keyRef of ['elsewhere:key:1', 'nonsense', ''])
      await rejects(() => provider.unwrap({ wrapped, keyRef }, context()), ['KEY_UNKNOWN'])
  })

  it('opens nothing any more that a destroyed key wrapped, and others’ all the same', async () => {
    const { provider, key, destroy = (name) => provider.scheduleDestroy(name, 0) } = await fresh()
    const other = (await fresh()).key
    const [made, safe] = [
      await provider.generateDataKey(key, context()),
      await provider.generateDataKey(other, context()),
    ]
    await destroy(key)
    const gone = ['KEY_REFUSED', 'KEY_UNKNOWN'] as const
    await rejects(() => provider.unwrap(made, context()), gone)
    await rejects(() => provider.rewrap(made, context()), gone)
    await rejects(() => provider.generateDataKey(key, context()), gone)
    if (opened().destroy === undefined) assert.deepEqual(await provider.unwrap(safe, context()), safe.plain)
  })

  it('says KEY_UNAVAILABLE within its time limit while the service is away, and works again after', async () => {
    const { provider, key, whileAway } = await fresh()
    const made = await provider.generateDataKey(key, context())
    await whileAway(async () => {
      const begunMs = performance.now()
      await rejects(() => provider.unwrap(made, context()), ['KEY_UNAVAILABLE'])
      await rejects(() => provider.generateDataKey(key, context()), ['KEY_UNAVAILABLE'])
      assert.ok(performance.now() - begunMs < 8_000)
    })
    assert.deepEqual(await provider.unwrap(made, context()), made.plain)
  })

  async function rejects(act: () => Promise<unknown>, codes: readonly KeyErrorCode[]): Promise<void> {
    await assert.rejects(act, (error: unknown) => {
      assert.ok(error instanceof KeyError, String(error))
      assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`)
      const text = describeAll(error)
      for (const secret of opened().secrets) assert.ok(!text.includes(secret))
      return true
    })
  }
}

function describeAll(error: unknown): string {
  const lines = []
  for (let cause = error; cause instanceof Error && lines.length < 9; cause = cause.cause)
    lines.push(cause.stack ?? '', JSON.stringify(cause))
  return lines.join('\n')
}
