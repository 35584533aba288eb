import type { Audit } from '#audit'
import { vaultTokenStore, type Database } from '#db'
import type { Job } from '#jobs'
import type { Clock, Config, Log, Random, TenantId } from '#kernel'
import type { OpenTenantKeys } from '#keys'
import {
  openTokenVault,
  subjectTokens,
  sweepTokens,
  type SubjectTokens,
  type TokenPolicy,
  type TokenVault,
} from '#tokens'
import type { Metrics } from './metrics.ts'
import { streamOnlyTenants } from './stream-only.ts'

export interface TokenVaultPart {
  readonly tokens: TokenVault
  readonly subjectTokens: SubjectTokens
  readonly job: Job
}

const dayMs = 24 * 60 * 60_000
const sweepTimeoutMs = 60 * 60_000

/** Values under tokens, by the policy of each tenant. */
export function openTokens(
  config: Config,
  o: {
    readonly database: Database
    readonly keys: Pick<OpenTenantKeys, 'newDataKey' | 'openObject' | 'shredObject' | 'hmacKey'>
    readonly audit: Pick<Audit, 'append'>
    readonly clock: Clock
    readonly random: Random
    readonly log: Log
    readonly metrics: Pick<Metrics, 'count'>
  },
): TokenVaultPart {
  const { keys, clock, random, log } = o
  const deps = {
    store: vaultTokenStore(o.database),
    keys,
    audit: (event: Parameters<Audit['append']>[0]) => o.audit.append(event),
    policy: tokenPolicies(config),
    clock,
    random,
    log,
    count: (name: string, labels?: Readonly<Record<string, string>>) => o.metrics.count(name, labels),
  }
  return {
    tokens: openTokenVault(deps),
    subjectTokens: subjectTokens(deps),
    job: {
      name: 'token-vault',
      schedule: { cron: '23 * * * *', timeZone: 'UTC' },
      timeoutMs: sweepTimeoutMs,
      retries: 5,
      run: (signal) => sweepTokens(deps, signal),
    },
  }
}

function tokenPolicies({ tokenVault, ...config }: Config): (tenant: TenantId) => TokenPolicy {
  const isStreamOnly = streamOnlyTenants({ tokenVault, ...config })
  return (tenant) => {
    const own = tokenVault.tenants.find(({ id }) => id === (tenant as string))
    const maxTtlDays = own?.maxTtlDays ?? tokenVault.maxTtlDays
    return {
      mayKeep: !isStreamOnly(tenant) || own?.inStreamOnly === true,
      ttlMs: Math.min(own?.ttlDays ?? tokenVault.ttlDays, maxTtlDays) * dayMs,
      maxTtlMs: maxTtlDays * dayMs,
      revealFor: own?.revealFor,
      limits: {
        perToken: own?.perToken ?? tokenVault.perToken,
        perActor: own?.perActor ?? tokenVault.perActor,
        perTenant: own?.perTenant ?? tokenVault.perTenant,
      },
    }
  }
}
