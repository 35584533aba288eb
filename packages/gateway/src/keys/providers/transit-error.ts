import { KeyError } from '#keys'
import type { VaultAnswer } from '#secrets'

/** The words of Transit's errors are compared, never passed on: whoever answers chooses them. */
const tampered =
  /message authentication failed|invalid ciphertext|unable to decrypt|could not decrypt|base64/i
const unknown = /key not found|no existing key|version is too new/i

/** What a failed request to Transit means for whoever asked for the key. */
export function transitError(answer: Extract<VaultAnswer, { ok: false }>): KeyError {
  switch (answer.why) {
    case 'unavailable':
      return new KeyError('KEY_UNAVAILABLE', 'the key service does not answer, or is sealed')
    case 'refused':
      return new KeyError('KEY_REFUSED', 'the key service denies it')
    case 'not-found':
      return new KeyError('KEY_UNKNOWN', 'the key service has no such key')
    case 'invalid':
      break
  }
  const words = answer.errors.join('\n')
  if (unknown.test(words)) return new KeyError('KEY_UNKNOWN', 'the key service has no such key')
  if (tampered.test(words))
    return new KeyError('KEY_TAMPERED', 'a wrapped key was changed or belongs elsewhere')
  return new KeyError('KEY_REFUSED', 'the key service denies it')
}
