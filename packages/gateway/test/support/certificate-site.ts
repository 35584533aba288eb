import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createPki } from '@voxkeep/pki'

/** Serves certificates of those who sign calls, by HTTPS on loopback. */
export interface CertificateSite extends AsyncDisposable {
  /** The authority of its own certificate, for `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string
  url(path: string): string
  /** Paths that were asked for. */
  readonly asked: readonly string[]
}

/** @param files - By path. Anything else is 404. */
export async function startCertificateSite(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<CertificateSite> {
  const web = await createPki({ name: 'Certificate site CA' })
  const { certPem: cert, keyPem: key } = await web.issue(['127.0.0.1'])
  const caFile = join(folder, 'certificate-site-ca.pem')
  await writeFile(caFile, web.caPem)
  const asked: string[] = []
  const server = createServer({ cert, key }, (request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const file = files[path]
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'application/pem-certificate-chain' }).end(file)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    caFile,
    asked,
    url: (path) => `https://127.0.0.1:${port}${path}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
