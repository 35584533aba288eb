import { spawnSync } from 'node:child_process'

const python = '/usr/bin/python3' // Debian's own: the package is installed for no other
const patienceMs = 10_000

/** The `skip` of a test that needs PyJWT: how to get it, or `false`. In CI nothing is skipped. */
export function withoutPyJwt(): string | false {
  const isThere = spawnSync(python, ['-c', 'import jwt, cryptography'], { timeout: patienceMs }).status === 0
  return isThere || process.env['CI'] ? false : 'missing: apt-get install python3-jwt python3-cryptography'
}

const signing = `
import json, sys, jwt
given = json.load(sys.stdin)
print(jwt.encode(given["claims"], given["key"], algorithm="ES256", headers=given["header"]))
`

const verifying = `
import json, sys, jwt
from cryptography import x509
given = json.load(sys.stdin)
key = x509.load_pem_x509_certificate(given["certificate"].encode()).public_key()
options = {"verify_iat": False}
claims = jwt.decode(given["token"], key, algorithms=["ES256"], options=options)
print(json.dumps({"header": jwt.get_unverified_header(given["token"]), "claims": claims}))
`

/** A JWS in compact form, made by PyJWT. */
export function signWithPyJwt(given: { header: object; claims: object; key: string }): string {
  return run(signing, given)
}

/** What PyJWT reads in a token that verifies with a certificate's key; throws when it does not verify. */
export function verifyWithPyJwt(given: { token: string; certificate: string }): {
  header: Record<string, unknown>
  claims: Record<string, unknown>
} {
  return JSON.parse(run(verifying, given)) as ReturnType<typeof verifyWithPyJwt>
}

function run(script: string, input: object): string {
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    timeout: patienceMs,
  })
  if (status !== 0) throw new Error(`PyJWT failed: ${stderr}`)
  return stdout.trim()
}
