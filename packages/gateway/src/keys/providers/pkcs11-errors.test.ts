import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLost, isNotOpened, isPinRefused, isStale, pkcs11Error } from './pkcs11-errors.ts'

const ckr = (name: string, code: number) => Object.assign(new Error(name), { code })

test('pkcs11Error() says what to do about it', () => {
  assert.equal(pkcs11Error(ckr('CKR_PIN_INCORRECT', 0xa0)).code, 'KEY_REFUSED')
  assert.equal(pkcs11Error(ckr('CKR_TOKEN_NOT_PRESENT', 0xe0)).code, 'KEY_UNAVAILABLE')
  assert.equal(pkcs11Error(ckr('CKR_MECHANISM_INVALID', 0x70)).code, 'KEY_UNAVAILABLE')
  assert.match(pkcs11Error(ckr('CKR_MECHANISM_INVALID', 0x70)).message, /CKR_MECHANISM_INVALID/)
  assert.doesNotMatch(pkcs11Error(new Error('dlopen: /secret/place')).message, /secret/)
})

test('isLost(), isStale(), isPinRefused() and isNotOpened() tell the causes apart', () => {
  const lost = ckr('CKR_SESSION_HANDLE_INVALID', 0xb3)
  const stale = ckr('CKR_OBJECT_HANDLE_INVALID', 0x82)
  const pin = ckr('CKR_PIN_LOCKED', 0xa4)
  const tag = ckr('CKR_ENCRYPTED_DATA_INVALID', 0x40)
  const all = [lost, stale, pin, tag, ckr('CKR_GENERAL_ERROR', 5), new Error('x'), 'x']
  assert.deepEqual(all.map(isLost), [true, false, false, false, false, false, false])
  assert.deepEqual(all.map(isStale), [false, true, false, false, false, false, false])
  assert.deepEqual(all.map(isPinRefused), [false, false, true, false, false, false, false])
  assert.deepEqual(all.map(isNotOpened), [false, false, false, true, true, false, false])
})
