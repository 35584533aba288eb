import type { ApiConsents } from '#api'
import type { CallConsents, ConsentRecord } from '#call'
import { consentBook, type ConsentPolicy } from '#consent'
import { consentStore, type Database } from '#db'
import { createId, type Clock, type Config, type Random, type TenantId } from '#kernel'
import type { OpenTenantKeys } from '#keys'
import { subjectIndex } from '#retention'
import type { IsStreamOnly } from './stream-only.ts'

export interface Consents {
  /** For calls: the rules, and what was chosen beforehand. */
  readonly rules: CallConsents
  /** Keeps what a party said. */
  keep(record: ConsentRecord): Promise<void>
  readonly api: ApiConsents
  /** Removes what is older than it has to be proved. */
  prune(): Promise<void>
}

type TenantConsent = NonNullable<Config['tenants'][number]['consent']>

const dayMs = 24 * 60 * 60_000

/** Who must agree to a recording, and what is on record of that. */
export function openConsent(
  config: Config,
  o: {
    readonly database: Database
    readonly keys: Pick<OpenTenantKeys, 'hmacKey'>
    readonly clock: Clock
    readonly random: Random
    readonly isStreamOnly: IsStreamOnly
  },
): Consents {
  const store = consentStore(o.database)
  const index = subjectIndex((tenant) => o.keys.hmacKey(tenant, 'subjects'))
  const book = consentBook(consentPolicies(config))
  return {
    rules: {
      ...book,
      choice: async (tenant, number) => (await store.choice(tenant, index(tenant, number)))?.choice,
    },
    async keep({ call, tenant, number, party, required, rule, state, how, atMs }) {
      if (o.isStreamOnly(tenant)) return // nothing of it is recorded either
      await store.insert({
        id: createId('cns', o.clock.now(), o.random),
        tenant,
        call_id: call,
        party,
        party_index: number === undefined ? null : index(tenant, number),
        required,
        rule,
        state,
        how,
        at: new Date(atMs),
      })
    },
    api: {
      rules: (tenant) => book.rules(tenant),
      list: ({ tenant, filter: { call, number }, ...page }) => {
        const party = number === undefined ? undefined : index(tenant, number)
        return store.list(tenant, { ...page, call, party })
      },
      choice: (tenant, number) => store.choice(tenant, index(tenant, number)),
      async choose({ tenant, number, choice, by }) {
        const row = { tenant, choice, set_by: by, set_at: new Date(o.clock.now()) }
        await store.choose({ ...row, party_index: index(tenant, number) })
      },
      forget: (tenant, number) => store.forget(tenant, index(tenant, number)),
    },
    async prune() {
      await store.prune(new Date(o.clock.now() - config.consent.keepDays * dayMs))
    },
  }
}

/** Each tenant’s policy; the same object each time. */
function consentPolicies({ consent, tenants }: Config): (tenant: TenantId) => ConsentPolicy {
  const usual: ConsentPolicy = { ...consent, home: consent.home, beepMs: consent.beepMs }
  const own = new Map(
    tenants.map(({ id, consent: changes }) => [id, changes === undefined ? usual : merged(usual, changes)]),
  )
  return (tenant) => own.get(tenant) ?? usual
}

function merged(usual: ConsentPolicy, changes: TenantConsent): ConsentPolicy {
  return {
    mode: changes.mode ?? usual.mode,
    home: changes.home ?? usual.home,
    unknown: changes.unknown ?? usual.unknown,
    rules: changes.rules ?? usual.rules,
    beepMs: changes.beepMs ?? usual.beepMs,
    streamsWithout: changes.streamsWithout ?? usual.streamsWithout,
    onRevoke: changes.onRevoke ?? usual.onRevoke,
    dialled: changes.dialled ?? usual.dialled,
  }
}
