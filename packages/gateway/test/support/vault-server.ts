import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createPki, type Pki } from '@voxkeep/pki'
import { Transit, type Reply } from './vault-transit.ts'

/** Path (with `*` at its end for everything below) → what may be done there. */
export type VaultPolicy = Readonly<Record<string, readonly ('create' | 'read' | 'update' | 'delete')[]>>

export interface VaultServerOptions {
  /** How long tokens from logins live. */
  readonly leaseS?: number
  /** Clients must prove themselves with a certificate of `pki`. */
  readonly mutualTls?: boolean
  /** Where everything is: requests for another namespace find nothing. */
  readonly namespace?: string
}

/**
 * A Vault as the API documentation of HashiCorp Vault and OpenBao describes it, small and in memory: Transit at `transit/`, KV version 2 at
 * `secret/`, version 1 at `kv/`, AppRole, Kubernetes and token authentication, namespaces, leases, policies, seal. It really encrypts.
 */
export interface VaultServer extends AsyncDisposable {
  readonly url: string
  readonly caPem: string
  readonly pki: Pki
  readonly transit: Transit
  /** Answers, in their order: method, path, status. */
  readonly requests: { readonly method: string; readonly path: string; readonly status: number }[]
  addToken(policy: VaultPolicy, leaseS?: number): string
  addAppRole(policy: VaultPolicy): { roleId: string; secretId: string }
  /** Accepts this JWT for the role. */
  addKubernetesRole(role: string, jwt: string, policy: VaultPolicy): void
  putSecret(mount: 'secret' | 'kv', path: string, fields: Readonly<Record<string, string>>): void
  /** Ends every token, as an expired lease or a revocation does. */
  revokeTokens(): void
  readonly liveTokens: number
  setSealed(is: boolean): void
  /** Closes the door: connections break and none is accepted. */
  setReachable(is: boolean): void
  /** Answers the next request to such a path so, before anything is looked at. */
  failNext(status: number, path?: RegExp): void
}

interface Token {
  readonly policy: VaultPolicy
  readonly leaseS: number
  expiresMs: number
}

interface State {
  readonly options: VaultServerOptions
  readonly transit: Transit
  readonly tokens: Map<string, Token>
  readonly logins: Map<string, VaultPolicy>
  readonly secrets: Map<string, Readonly<Record<string, string>>>
  readonly failing: { readonly status: number; readonly path: RegExp }[]
  isSealed: boolean
  isReachable: boolean
}

const ownPaths = /^auth\/token\/(?:lookup|renew|revoke)-self$|^sys\/internal\/ui\/mounts\// // the default policy
const denied: Reply = { status: 403, errors: ['permission denied'] }

export async function startVaultServer(options: VaultServerOptions = {}): Promise<VaultServer> {
  const pki = await createPki({ name: 'vault' })
  const { certPem, keyPem } = await pki.issue(['127.0.0.1', 'localhost'])
  const state: State = {
    options,
    transit: new Transit(),
    tokens: new Map(),
    logins: new Map(),
    secrets: new Map(),
    failing: [],
    isSealed: false,
    isReachable: true,
  }
  const requests: { method: string; path: string; status: number }[] = []
  const server = createServer(
    { cert: certPem, key: keyPem, ca: pki.caPem, requestCert: options.mutualTls ?? false },
    (request, response) =>
      void serve(state, request, response).then((status) =>
        requests.push({ method: request.method ?? '', path: request.url ?? '', status }),
      ),
  )
  const open = trackSockets(server, state)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const addToken = (policy: VaultPolicy, leaseS = 0) => {
    const token = `hvs.${randomBytes(24).toString('base64url')}`
    state.tokens.set(token, newToken(policy, leaseS))
    return token
  }
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: pki.caPem,
    pki,
    transit: state.transit,
    requests,
    addToken,
    addAppRole(policy) {
      const role = {
        roleId: `role-${randomBytes(8).toString('hex')}`,
        secretId: randomBytes(16).toString('hex'),
      }
      state.logins.set(`approle ${role.roleId} ${role.secretId}`, policy)
      return role
    },
    addKubernetesRole: (role, jwt, policy) => void state.logins.set(`kubernetes ${role} ${jwt}`, policy),
    putSecret: (mount, path, fields) => void state.secrets.set(`${mount}/${path}`, fields),
    revokeTokens: () => state.tokens.clear(),
    get liveTokens() {
      return state.tokens.size
    },
    setSealed: (is) => void (state.isSealed = is),
    setReachable(is) {
      state.isReachable = is
      if (!is) open.forEach((socket) => socket.destroy())
    },
    failNext: (status, path = /./) => void state.failing.push({ status, path }),
    async [Symbol.asyncDispose]() {
      open.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function trackSockets(server: Server, state: State): Set<TLSSocket> {
  const open = new Set<TLSSocket>()
  server.on('connection', (socket) => state.isReachable || socket.destroy())
  server.on('secureConnection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  server.on('tlsClientError', () => {}) // a client that does not trust us: its own test tells
  return open
}

function newToken(policy: VaultPolicy, leaseS: number): Token {
  return { policy, leaseS, expiresMs: leaseS === 0 ? Infinity : Date.now() + leaseS * 1_000 }
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<number> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  const reply = answer(state, request, bodyOf(Buffer.concat(chunks).toString('utf8')))
  const { status, errors, data } = reply
  const body = errors === undefined ? { request_id: 'fake', lease_id: '', ...wrap(data) } : { errors }
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(status === 204 ? undefined : JSON.stringify(body))
  return status
}

function wrap(data: Reply['data']) {
  return data !== undefined && 'auth' in data ? { data: null, auth: data['auth'] } : { data }
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

type Body = ReturnType<typeof bodyOf>

function answer(state: State, request: IncomingMessage, body: Body): Reply {
  const failing = state.failing.findIndex(({ path }) => path.test(request.url ?? ''))
  if (failing >= 0)
    return { status: state.failing.splice(failing, 1)[0]?.status ?? 500, errors: ['made to fail'] }
  if (state.isSealed) return { status: 503, errors: ['Vault is sealed'] }
  const method = request.method ?? 'GET'
  const path = (request.url ?? '').replace(/^\/v1\//, '')
  const isProven = !state.options.mutualTls || (request.socket as TLSSocket).authorized
  const namespace = request.headers['x-vault-namespace'] ?? ''
  if (!isProven || namespace !== (state.options.namespace ?? '')) return denied
  const login = /^auth\/(\w+)\/login$/.exec(path)?.[1]
  if (login !== undefined) return logIn(state, login, body)
  const text = request.headers['x-vault-token']
  const token = typeof text === 'string' ? state.tokens.get(text) : undefined
  if (token === undefined || token.expiresMs <= Date.now()) return denied
  if (ownPaths.test(path)) return onSelf(state, path, String(text), token)
  if (!isAllowed(state, token.policy, method, path)) return denied
  if (path.startsWith('transit/')) return state.transit.handle(method, path.slice(8), body)
  return readSecret(state, path)
}

function logIn(state: State, login: string, body: Body): Reply {
  const proof = login === 'approle' ? [body['role_id'], body['secret_id']] : [body['role'], body['jwt']]
  const policy = state.logins.get([login, ...proof].join(' '))
  if (policy === undefined)
    return login === 'approle' ? { status: 400, errors: ['invalid role or secret ID'] } : denied
  const token = newToken(policy, state.options.leaseS ?? 3_600)
  const text = `hvs.${randomBytes(24).toString('base64url')}`
  state.tokens.set(text, token)
  return {
    status: 200,
    data: { auth: { client_token: text, lease_duration: token.leaseS, renewable: true } },
  }
}

function onSelf(state: State, path: string, text: string, token: Token): Reply {
  if (path === 'auth/token/revoke-self') {
    state.tokens.delete(text)
    return { status: 204 }
  }
  if (path === 'auth/token/renew-self') {
    token.expiresMs = Date.now() + token.leaseS * 1_000
    return {
      status: 200,
      data: { auth: { client_token: text, lease_duration: token.leaseS, renewable: true } },
    }
  }
  if (path === 'auth/token/lookup-self')
    return { status: 200, data: { ttl: token.leaseS, renewable: token.leaseS > 0 } }
  const mount = path.slice('sys/internal/ui/mounts/'.length).split('/')[0] ?? ''
  if (mount !== 'secret' && mount !== 'kv') return denied
  return { status: 200, data: { path: `${mount}/`, options: { version: mount === 'secret' ? '2' : '1' } } }
}

/** A write to a Transit key that is not there is its creation, and needs that capability. */
function isAllowed(state: State, policy: VaultPolicy, method: string, path: string): boolean {
  const [, verb = '', name = ''] = /^transit\/(keys|encrypt)\/([^/]+)$/.exec(path) ?? []
  const isNew = verb !== '' && method === 'POST' && !state.transit.has(name)
  const needed = method === 'GET' ? 'read' : method === 'DELETE' ? 'delete' : isNew ? 'create' : 'update'
  return Object.entries(policy).some(
    ([rule, capabilities]) =>
      (rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : path === rule) &&
      capabilities.includes(needed),
  )
}

function readSecret(state: State, path: string): Reply {
  const isSecond = path.startsWith('secret/data/')
  const fields = state.secrets.get(isSecond ? `secret/${path.slice(12)}` : path)
  if (fields === undefined || (!isSecond && !path.startsWith('kv/'))) return { status: 404, errors: [] }
  return { status: 200, data: isSecond ? { data: fields, metadata: { version: 1 } } : fields }
}
