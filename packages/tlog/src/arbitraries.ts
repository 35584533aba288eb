import * as fc from 'fast-check'

/** What fast-check makes of our formats: for tests. */
export const someHash = fc.uint8Array({ minLength: 32, maxLength: 32 })
export const keyName = fc.stringMatching(/^[a-z0-9./-]{1,40}$/)
export const someSize = fc.maxSafeNat()
export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('\n', '\n\n', '— ', 'a ', 'AAAAAAA=', 'old 1', 'index 0', '0', '\u0000', '+'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
)
export const noteSignature = fc.record(
  {
    name: keyName,
    keyId: fc.integer({ min: 0, max: 0xffff_ffff }),
    signature: fc.uint8Array({ minLength: 1, maxLength: 80 }),
  },
  { noNullPrototype: true },
)
export const checkpointText = fc
  .record({ origin: keyName, size: someSize, root: someHash })
  .map(({ origin, size, root }) => `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`)
