import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A root, an authority below it and a signer of calls, made by the `openssl` command. */
export interface OpensslSti {
  readonly rootPem: string
  readonly rootFile: string
  /** The signer's certificate, and that of the authority which issued it. */
  readonly chainPem: string
  readonly signerPem: string
  readonly keyPem: string
  readonly keyFile: string
}

const configuration = `
[req]
distinguished_name = name
prompt = no
[name]
CN = unused
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[authority]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[signer]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
1.3.6.1.5.5.7.1.26 = ASN1:SEQUENCE:tn_auth_list
[tn_auth_list]
entry.0 = EXPLICIT:0, IA5STRING:709J
`

/** Makes them in a folder, for ten days. */
export function opensslSti(folder: string): OpensslSti {
  const at = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  writeFileSync(at('openssl.cnf'), configuration)
  for (const name of ['root', 'authority', 'signer']) {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`)
  }
  const days = ['-days', '10', '-sha256']
  const request = ['req', '-new', '-config', 'openssl.cnf']
  openssl(
    ...request,
    '-x509',
    '-key',
    'root.key',
    '-subj',
    '/CN=OpenSSL STI root',
    ...days,
    '-extensions',
    'root',
    '-out',
    'root.pem',
  )
  const issue = (name: string, by: string, subject: string) => {
    openssl(...request, '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`)
    const issuer = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial']
    const extensions = ['-extfile', 'openssl.cnf', '-extensions', name]
    openssl('x509', '-req', '-in', `${name}.csr`, ...issuer, ...days, ...extensions, '-out', `${name}.pem`)
  }
  issue('authority', 'root', '/CN=OpenSSL STI authority')
  issue('signer', 'authority', '/C=US/O=Example Telephone/CN=SHAKEN 709J')
  const read = (name: string) => readFileSync(at(name), 'utf8')
  return {
    rootPem: read('root.pem'),
    rootFile: at('root.pem'),
    chainPem: read('signer.pem') + read('authority.pem'),
    signerPem: read('signer.pem'),
    keyPem: read('signer.key'),
    keyFile: at('signer.key'),
  }
}
