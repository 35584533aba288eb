import { KeyError } from '#keys'

const tampered = new Set(['InvalidCiphertextException', 'IncorrectKeyException'])
const unknown = new Set(['NotFoundException', 'InvalidArnException', 'InvalidAliasNameException'])
const refused = new Set([
  'AccessDeniedException',
  'DisabledException',
  'KMSInvalidStateException', // disabled or waiting for its destruction
  'InvalidKeyUsageException',
  'UnsupportedOperationException',
  'InvalidGrantTokenException',
  // What AWS says to whoever signs with keys that it does not accept, or no longer.
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'ExpiredTokenException',
  'OptInRequired',
])

/** What a failed request to KMS means for whoever asked for the key. Its own words stay behind: they carry account numbers. */
export function awsError(error: unknown): KeyError {
  if (error instanceof KeyError) return error
  const name = error instanceof Error ? error.name : ''
  if (tampered.has(name))
    return new KeyError('KEY_TAMPERED', 'a wrapped key was changed or belongs elsewhere')
  if (unknown.has(name)) return new KeyError('KEY_UNKNOWN', 'KMS has no such key')
  if (refused.has(name)) return new KeyError('KEY_REFUSED', `KMS denies it (${name})`)
  return new KeyError('KEY_UNAVAILABLE', 'KMS does not answer')
}
