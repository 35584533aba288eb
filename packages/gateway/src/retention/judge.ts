import type { Judgement, RetainedCall, RetainedObject, RetentionStore } from '#db'
import type { Clock, DataType } from '#kernel'
import { dueTimes, type Policies } from './policy.ts'
import { nextDue, retained } from './retained.ts'

const batch = 500
const judgedMark = 'policies'

/** The part of a policy that an object's kind goes by; undefined: retention has no say (backups, the log's own objects). */
export function typeOfObject(kind: string): DataType | undefined {
  const types: Readonly<Record<string, DataType>> = {
    audio: 'audio',
    transcript: 'transcripts',
    analytics: 'analytics',
  }
  return types[kind]
}

export function judgeCall(policies: Policies, call: RetainedCall): Judgement {
  const policy = policies.of(call.tenant, call.label ?? undefined)
  const retain = retained(policy, call.started_at, call.retain)
  return { id: call.id, policy: policy.id, due_at: nextDue(retain), retain }
}

export function judgeObject(policies: Policies, object: RetainedObject): Judgement {
  const policy = policies.of(object.tenant, object.label ?? undefined)
  const type = typeOfObject(object.kind)
  const due = type === undefined ? null : dueTimes(policy, object.started_at)[type]
  return { id: object.id, policy: policy.id, due_at: due }
}

/**
 * Judges what was not judged yet, and after a change of the policies everything: what is kept shorter now is due sooner, what is
 * kept longer later. Goes on where an earlier run was cut off. How many rows there were.
 */
export async function judgeAll(
  deps: { readonly store: RetentionStore; readonly policies: Policies; readonly clock: Clock },
  signal: AbortSignal,
): Promise<number> {
  const { store, policies, clock } = deps
  const { version } = policies
  const all = (await store.mark(judgedMark)) !== version
  let count = 0
  for (;;) {
    signal.throwIfAborted()
    const now = new Date(clock.now())
    const calls = await store.callsToJudge(version, all, batch, now)
    const objects = await store.objectsToJudge(version, all, batch, now)
    if (calls.length + objects.length === 0) break
    if (calls.length > 0)
      await store.judgeCalls(
        version,
        calls.map((call) => judgeCall(policies, call)),
      )
    if (objects.length > 0)
      await store.judgeObjects(
        version,
        objects.map((object) => judgeObject(policies, object)),
      )
    count += calls.length + objects.length
  }
  if (all) await store.setMark(judgedMark, version)
  return count
}
